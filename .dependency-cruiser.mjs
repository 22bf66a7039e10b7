// The fences between the rooms of src/, as the table in docs/architecture.md draws them.

const ROOMS = {
  core: [],
  storage: ['core'],
  tenancy: ['storage', 'core'],
  provisioning: ['storage', 'core'],
  maintenance: ['provisioning', 'tenancy', 'storage', 'core'],
  presets: ['provisioning', 'tenancy', 'storage', 'core'],
  scim: ['provisioning', 'tenancy', 'storage', 'core'],
  oidc: ['tenancy', 'core'],
  admin: ['presets', 'provisioning', 'tenancy', 'storage', 'core'],
  portal: ['admin', 'presets', 'tenancy', 'provisioning', 'storage', 'core'],
  http: ['portal', 'admin', 'presets', 'scim', 'oidc', 'provisioning', 'tenancy', 'storage', 'core'],
  'adapters/memory': ['storage', 'core'],
  'adapters/sql': ['storage', 'core'],
  testing: ['storage', 'core'],
};

const ENTRY_FILES = ['^src/[^/]+\\.ts$', '^src/adapters/[^/]+/index\\.ts$', '^src/testing/index\\.ts$'];

/** Packages that one room alone may know. */
const PACKAGES = {
  ajv: 'core',
  scimmy: 'scim',
  express: 'http',
  'express-rate-limit': 'http',
  passport: 'http',
  'passport-openidconnect': 'http',
  kysely: 'adapters/sql',
  'openid-client': 'oidc',
  jose: 'oidc',
  'ipaddr.js': 'oidc',
  'libphonenumber-js': 'provisioning',
  tldts: 'tenancy',
};

function roomFence([room, allowed]) {
  return {
    name: `room-${room}`,
    comment: `${room} may import ${allowed.join(', ') || 'nothing'}`,
    severity: 'error',
    from: { path: `^src/${room}/` },
    to: { path: '^src/', pathNot: [room, ...allowed].map((name) => `^src/${name}/`) },
  };
}

function packageFence([name, room]) {
  return {
    name: `package-${name}`,
    comment: `${name} is known to ${room} alone, types too`,
    severity: 'error',
    from: { path: '^src/', pathNot: `^src/${room}/` },
    to: { path: `(^|node_modules/(@types/)?)${name}(-serve-static-core)?(/|$)`, pathNot: '^src/' },
  };
}

export default {
  forbidden: [
    ...Object.entries(ROOMS).map(roomFence),
    ...Object.entries(PACKAGES).map(packageFence),
    {
      name: 'room-unknown',
      comment: 'every source file is an entry file or lives in a room of the table',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: [...ENTRY_FILES, ...Object.keys(ROOMS).map((room) => `^src/${room}/`)] },
    },
    {
      name: 'portal-draws',
      comment: 'pages know the shapes of what they show, and nothing that could read or change it',
      severity: 'error',
      from: { path: '^src/portal/' },
      to: { path: '^src/(admin|presets|tenancy|provisioning|storage)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'entry-files',
      comment: "an entry file is for the package's users; inside src nobody imports it",
      severity: 'error',
      from: { path: '^src/' },
      to: { path: ENTRY_FILES },
    },
    {
      name: 'src-alone',
      comment: 'src knows no test, example or benchmark',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|examples|bench)/' },
    },
    {
      name: 'published-dependencies',
      comment: 'what src imports is a dependency or a peer dependency, and not one for development',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['npm', 'npm-peer'],
      },
    },
    {
      name: 'circles',
      comment: 'no module needs itself to load; types may name each other',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'unresolvable',
      comment: 'every import leads somewhere',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};

import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { DEFAULT_SCIM_POLICY, type PresetName, presets } from 'express-sso-scim';
import request, { type Test } from 'supertest';
import ts from 'typescript';
import { MAX_JSON_DEPTH, MAX_JSON_KEYS } from '../src/http/json-text.js';
import { FILTER_LIMITS } from '../src/scim/filter/parse-filter.js';
import { type BuiltPackage, buildPackage } from './support/built-package.js';
import { type ChildProgram, startProgram } from './support/child-program.js';
import { type CodeBlock, type MarkdownPage, ROOT, readPages } from './support/markdown.js';
import { createScimSite, type ScimClient, type ScimSite } from './support/scim-site.js';

jest.setTimeout(60_000);

const pages = readPages();
const scimPage = pageAt('docs/scim.md');
const signInPage = pageAt('docs/sign-in.md');

/** What the examples take as given, as the pages say. */
const GIVEN = `
  declare const app: import('express').Express;
  declare const storage: import('express-sso-scim').Storage;
`;

describe('code in the documents', () => {
  it('compiles', () => {
    const blocks = pages.flatMap((page) => blocksOf(page, 'ts').map((block) => ({ page, block })));
    expect(blocks.length).toBeGreaterThan(10);
    expect(faultsOf(blocks)).toEqual([]);
  });

  it('is JSON where it says so', () => {
    const texts = pages.flatMap((page) => [...blocksOf(page, 'json').map(({ code }) => code), ...curlBodies(page)]);
    expect(texts.length).toBeGreaterThan(3);
    for (const text of texts) expect(() => JSON.parse(text) as unknown).not.toThrow();
  });
});

describe('the programs of the documents', () => {
  let built: BuiltPackage;
  const programs: ChildProgram[] = [];

  beforeAll(async () => {
    built = await buildPackage();
  });

  afterAll(async () => {
    for (const program of programs) program.send('SIGKILL');
    await Promise.all(programs.map((program) => program.end()));
    await built.remove();
  });

  const whole = pages.flatMap(({ path, blocks }) =>
    blocks
      .filter(({ code }) => code.includes('app.listen(3000'))
      .map(({ code, line }) => ({ at: `${path}:${line}`, code })),
  );

  it('are there, on the first page and for the first steps', () => {
    expect(whole.map(({ at }) => at.replace(/:\d+$/, ''))).toEqual(['README.md', 'docs/getting-started.md']);
  });

  it.each(whole)('serve a directory that takes a person: $at', async ({ at, code }) => {
    const file = await built.addProgram(`${at.replaceAll(/\W/g, '-')}.mjs`, code.replaceAll('3000', await freePort()));
    const program = startProgram(process.execPath, [file], { cwd: built.folder });
    programs.push(program);
    const [url = '', token = ''] = (await program.line(/^http/)).split(' ');
    const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/scim+json' };
    const created = await fetch(`${url}/Users`, { method: 'POST', headers, body: '{"userName":"ada@acme.example"}' });
    expect(created.status).toBe(201);
    const location = created.headers.get('location') ?? '';
    expect(location).toMatch(`${url}/Users/`);
    expect(await (await fetch(location, { headers })).json()).toMatchObject({ userName: 'ada@acme.example' });
  });
});

describe('the requests of docs/getting-started.md', () => {
  const { blocks } = pageAt('docs/getting-started.md');
  const steps = blocks.flatMap(({ language, code }, index) => {
    const sent = language === 'sh' ? curlRequest(code) : undefined;
    const shown = blocks[index + 1];
    return sent ? [{ sent, shown: shown?.language === 'json' ? shown.code : undefined }] : [];
  });

  it('lead one person in and out, with the answers that are shown', async () => {
    const site = createScimSite();
    const client = await site.client();
    const answers: { readonly status: number; readonly body: Answer }[] = [];
    for (const { sent, shown } of steps) {
      const id = answers[1]?.body.id ?? '';
      const { status, body } = (await send(site, client, sent, id)) as {
        readonly status: number;
        readonly body: Answer;
      };
      answers.push({ status, body });
      if (shown !== undefined) expect(withoutChance(body)).toEqual(withoutChance(JSON.parse(shown) as Answer));
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 201, 200, 204]);
    expect(answers[2]?.body).toMatchObject({ active: false });
  });
});

describe('the options in docs/scim.md', () => {
  it('has a row for every policy, with the default of the source', () => {
    const policies = membersOf('src/tenancy/scim-policy.ts', 'ScimPolicy');
    expect(policies).toEqual(Object.keys(DEFAULT_SCIM_POLICY));
    const written = policies.map((name) => [name, defaultIn(scimPage, name)]);
    expect(written).toEqual(Object.entries(DEFAULT_SCIM_POLICY).map(([name, value]) => [name, `\`${value}\``]));
  });

  it('has a row for every option of the router', () => {
    const options = membersOf('src/http/scim-router-options.ts', 'ScimRouterOptions');
    expect(options.length).toBeGreaterThan(15);
    expect(options.filter((name) => defaultIn(scimPage, name) === undefined)).toEqual([]);
  });

  it('has the limits that a router announces', async () => {
    const { body } = await (await createScimSite().client()).get('/ServiceProviderConfig');
    const { pagination, bulk } = body as {
      readonly pagination: Readonly<Record<string, number>>;
      readonly bulk: Readonly<Record<string, number>>;
    };
    for (const name of ['defaultPageSize', 'maxPageSize', 'cursorTimeout']) {
      expect([name, defaultIn(scimPage, name)?.replace(',', '')]).toEqual([name, String(pagination[name])]);
    }
    expect(defaultIn(scimPage, 'bulk')).toBe(
      `${bulk['maxOperations']?.toLocaleString('en')} operations, ${bulk['maxPayloadSize'] === 2 ** 20 ? '1 MiB' : ''}`,
    );
  });
});

describe('the options in docs/sign-in.md', () => {
  it('has a row for every option of the router', () => {
    const options = membersOf('src/http/sign-in/oidc-tenant-router-options.ts', 'OidcTenantRouterOptions');
    expect(options.length).toBeGreaterThan(15);
    expect(options.filter((name) => !signInPage.text.includes(`\n| \`${name}\` |`))).toEqual([]);
  });
});

describe('the limits in docs/scim.md', () => {
  const { length, depth, comparisons, sought } = FILTER_LIMITS;

  it.each([
    [
      'filter',
      `${length.toLocaleString('en')} characters, ${depth} levels of parentheses, ${comparisons} comparisons, ${sought.toLocaleString('en')} characters looked for`,
    ],
    ['body', `${MAX_JSON_DEPTH} levels of nesting; ${MAX_JSON_KEYS.toLocaleString('en')} keys of an object`],
  ])('are those of the source: %s', (what, limit) => {
    expect(scimPage.text).toMatch(new RegExp(`^\\| ${what} \\| ${limit}`, 'm'));
  });
});

describe('the pages of presets', () => {
  it.each<[string, readonly PresetName[]]>([
    ['all-quiet', ['all-quiet']],
    ['oneuptime', ['oneuptime-project', 'oneuptime-status-page']],
    ['torque', ['torque']],
    ['qualytics', ['qualytics']],
    ['secoda', ['secoda']],
  ])('X-1 say of %s what the preset says, and nothing else', (page, names) => {
    const told = [...pageAt(`docs/presets/${page}.md`).text.matchAll(/^\| `([\w.]+)` \| `(.+?)` \|/gm)];
    const kinds = new Map(names.flatMap((name) => settingsOf(presets[name])).map(([name, value]) => [name, value]));
    const [first] = names.map((name) => new Map(settingsOf(presets[name])));
    const wanted = new Map([...kinds, ...(first ?? [])]);
    expect(new Map(told.map(([, name, value]) => [name, value]))).toEqual(wanted);
  });
});

/** Each setting of a preset by its path, with its value as text. */
function settingsOf(value: unknown, path = ''): readonly (readonly [string, string])[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [[path, String(value)]];
  return Object.entries(value).flatMap(([name, inner]) => settingsOf(inner, path === '' ? name : `${path}.${name}`));
}

describe('links in the documents', () => {
  it('lead to a file, and to a heading of it', () => {
    const broken = pages.flatMap((page) =>
      page.links
        .filter((link) => !/^\w+:/.test(link) && !leadsSomewhere(page, link))
        .map((link) => `${page.path}: ${link}`),
    );
    expect(broken).toEqual([]);
  });

  it('lead from the first page to every other', () => {
    const linked = new Set(pageAt('README.md').links.map((link) => link.replace(/#.*$/, '')));
    expect(pages.map(({ path }) => path).filter((path) => path !== 'README.md' && !linked.has(path))).toEqual([]);
  });
});

describe('what the documents have to tell', () => {
  it.each([
    ['OU-31', 'docs/identity-providers.md', [/P1 or P2/, /40 minutes/]],
    ['OU-32', 'docs/troubleshooting.md', [/test of the connection fails/i, /appear(s)? twice/i, /groups/i, /\b401\b/]],
    ['TQ-44', 'docs/identity-providers.md', [/retr(y|ied)/i]],
    ['TQ-45', 'docs/identity-providers.md', [/40 minutes/, /logs/i]],
    ['QL-7', 'docs/identity-providers.md', [/Google Workspace/]],
    ['QL-8', 'docs/identity-providers.md', [/any other/i]],
    ['QL-13', 'docs/identity-providers.md', [/Sync only assigned users and groups/, /Provisioning Status/]],
    ['QL-14', 'docs/identity-providers.md', [/nested groups/i]],
    ['QL-22', 'docs/identity-providers.md', [/base URL/i, /token/i, /assign/i, /log/i]],
    ['AQ-74', 'docs/identity-providers.md', [/chosen (there|in the identity provider)/i]],
    ['AQ-8', 'docs/sign-in.md', [/OpenID Connect; SAML is not spoken/, /wants SCIM too/]],
    ['AQ-13', 'docs/sign-in.md', [/login URL/]],
    ['TQ-25', 'docs/sign-in.md', [/redactedClaims/]],
    ['TQ-30', 'docs/sign-in.md', [/administrator with an e-mail\s+login/]],
    ['TQ-43', 'docs/identity-providers.md', [/group mapping/i]],
  ])('%s is in %s', (_id, path, told) => {
    const { text } = pageAt(path);
    expect(told.filter((pattern) => !pattern.test(text))).toEqual([]);
  });
});

function pageAt(path: string): MarkdownPage {
  const page = pages.find((each) => each.path === path);
  if (!page) throw new Error(`there is no page ${path}`);
  return page;
}

function blocksOf({ blocks }: MarkdownPage, language: string): readonly CodeBlock[] {
  return blocks.filter((block) => block.language === language);
}

/** The bodies of requests that a reader is to send. */
function curlBodies(page: MarkdownPage): readonly string[] {
  const commands = blocksOf(page, 'sh').map(({ code }) => code);
  return commands.flatMap((code) => [...code.matchAll(/ -d '([^']*)'/g)].map(([, body = '']) => body));
}

interface CurlRequest {
  readonly method: 'get' | 'post' | 'patch' | 'delete';
  /** Below the base URL, with `$ID` where the reader's own id goes. */
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: string | undefined;
}

/** What a command with `curl` sends; `undefined` for other commands. */
function curlRequest(code: string): CurlRequest | undefined {
  if (!code.startsWith('curl ')) return undefined;
  const body = / -d '([^']*)'/.exec(code)?.[1];
  const method = / -X (\w+)/.exec(code)?.[1]?.toLowerCase() ?? (body === undefined ? 'get' : 'post');
  const path = /"\$BASE([^"]*)"/.exec(code)?.[1] ?? '';
  const headers = [...code.matchAll(/ -H ["']([^"']+)["']/g)].map(([, header = '']) => header);
  return { method: method as CurlRequest['method'], path, headers, body };
}

function send({ app }: ScimSite, client: ScimClient, { method, path, headers, body }: CurlRequest, id: string): Test {
  const test = request(app)[method](`/scim/v2/${client.directory.id}${path.replace('$ID', id)}`);
  for (const header of headers) {
    const [name = '', value = ''] = header.replace('$TOKEN', client.token).split(': ');
    test.set(name, value);
  }
  return body === undefined ? test : test.send(body);
}

interface Answer {
  readonly id?: string;
  readonly meta?: object;
}

/** An answer without what is another one each time: id, times and addresses. */
function withoutChance({ id, meta, ...rest }: Answer): object {
  return { ...rest, id: typeof id, meta: meta && Object.keys(meta) };
}

/** Checks all blocks as one program, each a module of its own, against the sources. */
function faultsOf(blocks: readonly { readonly page: MarkdownPage; readonly block: CodeBlock }[]): readonly string[] {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { readonly config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  const settings: ts.CompilerOptions = {
    ...options,
    // What a host's own configuration may leave out.
    isolatedDeclarations: false,
    noPropertyAccessFromIndexSignature: false,
    declaration: false,
    skipLibCheck: true,
    moduleDetection: ts.ModuleDetectionKind.Force,
  };
  const files = new Map(
    blocks.map(({ page, block }) => [join(ROOT, `${page.path}.${block.line}.ts`), { page, block }]),
  );
  const given = join(ROOT, 'docs.given.d.ts');
  const host = ts.createCompilerHost(settings);
  const onDisk = { fileExists: host.fileExists.bind(host), getSourceFile: host.getSourceFile.bind(host) };
  host.fileExists = (name) => files.has(name) || name === given || onDisk.fileExists(name);
  host.getSourceFile = (name, version, ...rest) => {
    const text = files.get(name)?.block.code ?? (name === given ? GIVEN : undefined);
    return text === undefined ? onDisk.getSourceFile(name, version, ...rest) : ts.createSourceFile(name, text, version);
  };
  const program = ts.createProgram([given, ...files.keys()], settings, host);
  return [...files].flatMap(([name, { page, block }]) => {
    const file = program.getSourceFile(name);
    const faults = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return faults.map(({ start = 0, messageText }) => {
      const line = block.line + (file?.getLineAndCharacterOfPosition(start).line ?? 0);
      return `${page.path}:${line}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  });
}

/** The names of the members of an interface, in order. */
function membersOf(path: string, name: string): readonly string[] {
  const source = ts.createSourceFile(path, readFileSync(join(ROOT, path), 'utf8'), ts.ScriptTarget.Latest);
  const found = source.statements.find((each) => ts.isInterfaceDeclaration(each) && each.name.text === name);
  if (!found || !ts.isInterfaceDeclaration(found)) throw new Error(`${path} has no interface ${name}`);
  return found.members.flatMap((member) => (member.name && ts.isIdentifier(member.name) ? member.name.text : []));
}

/** The second cell of the table row that starts with this name. */
function defaultIn({ text }: MarkdownPage, name: string): string | undefined {
  return new RegExp(`^\\| \`${name}\` \\| (.+?) \\|`, 'm').exec(text)?.[1];
}

function leadsSomewhere({ path, anchors }: MarkdownPage, link: string): boolean {
  const [target = '', anchor] = link.split('#');
  const file = target === '' ? path : join(dirname(path), target).replaceAll('\\', '/');
  if (!existsSync(join(ROOT, file))) return false;
  const known = target === '' ? anchors : pages.find((page) => page.path === file)?.anchors;
  return anchor === undefined || (known?.has(anchor) ?? false);
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return String(port);
}

/** @type {import('jest').Config} */
const config = {
  testMatch: ['<rootDir>/test/**/*.test.ts', '!**/test/slow/**'],
  maxWorkers: 2,
  reporters: ['default', '<rootDir>/test/support/left-out-reporter.js'],
  globalSetup: '<rootDir>/test/support/jest-setup.js',
  // No test waits for time to pass; this only keeps a busy machine from failing one.
  testTimeout: 60_000,
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '\\.ts$': [
      '@swc/jest',
      {
        swcrc: false,
        sourceMaps: 'inline',
        module: { type: 'es6' },
        jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
      },
    ],
  },
  moduleNameMapper: {
    '^(\\.{1,2}/.*(?<!\\.json))\\.js$': '$1',
    '^express-sso-scim$': '<rootDir>/src/index.ts',
    '^express-sso-scim/adapters/memory$': '<rootDir>/src/adapters/memory/index.ts',
    '^express-sso-scim/adapters/sql$': '<rootDir>/src/adapters/sql/index.ts',
    '^express-sso-scim/testing$': '<rootDir>/src/testing/index.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.build/'],
};

export default config;

// The SCIM matrix, the identity providers and the products on every storage, one after the other: `npm run test:storages`. Arguments
// choose storages by name and tests by path: `npm run test:storages -- postgres test/scim/bulk`. The last lines tell how
// each went.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { argv, env, execPath, exit } from 'node:process';
import { fileURLToPath } from 'node:url';

const STORAGES = ['memory', 'libsql', 'postgres'];
const TESTS = ['test/scim', 'test/idp', 'test/product', 'test/provisioning', 'test/admin'];
const cwd = fileURLToPath(new URL('../..', import.meta.url));
const asked = argv.slice(2);
const paths = asked.filter((each) => !STORAGES.includes(each));
const storages = asked.filter((each) => STORAGES.includes(each));
const tests = paths.length > 0 ? paths : TESTS;

mkdirSync(new URL('../../.build', import.meta.url), { recursive: true });
const summary = [];
let isGreen = true;
for (const storage of storages.length > 0 ? storages : STORAGES) {
  const results = `.build/test-results-${storage}.json`;
  rmSync(new URL(`../../${results}`, import.meta.url), { force: true });
  const started = Date.now();
  const settings = { cwd, env: { ...env, STORAGE: storage } };
  const args = ['test', '--', ...tests, '--json', `--outputFile=${results}`];
  const run = spawnSync('npm', args, { ...settings, stdio: ['ignore', 'ignore', 'inherit'] });
  const tally = spawnSync(execPath, ['test/support/tally.js', results], { ...settings, encoding: 'utf8' });
  isGreen &&= run.status === 0 && tally.status === 0;
  summary.push(`${storage}: ${tally.stdout.trim()} in ${Math.round((Date.now() - started) / 1000)} s`);
}
console.log(summary.join('\n'));
if (!isGreen) exit(1);

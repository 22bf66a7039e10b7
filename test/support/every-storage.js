// The SCIM matrix and the identity providers on every storage, one after the other: `npm run test:storages`, or with
// names, `npm run test:storages -- libsql postgres`. The last lines tell how each went.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { argv, env, execPath, exit } from 'node:process';
import { fileURLToPath } from 'node:url';

const STORAGES = ['memory', 'libsql', 'postgres'];
const TESTS = ['test/scim', 'test/idp'];
const cwd = fileURLToPath(new URL('../..', import.meta.url));
const asked = argv.slice(2);
const unknown = asked.filter((name) => !STORAGES.includes(name));
if (unknown.length > 0) {
  console.error(`${unknown.join(', ')}: no storage of ${STORAGES.join(', ')}`);
  exit(2);
}

mkdirSync(new URL('../../.build', import.meta.url), { recursive: true });
const summary = [];
let isGreen = true;
for (const storage of asked.length > 0 ? asked : STORAGES) {
  const results = `.build/test-results-${storage}.json`;
  rmSync(new URL(`../../${results}`, import.meta.url), { force: true });
  const started = Date.now();
  const settings = { cwd, env: { ...env, STORAGE: storage } };
  const args = ['test', '--', ...TESTS, '--json', `--outputFile=${results}`];
  const run = spawnSync('npm', args, { ...settings, stdio: ['ignore', 'ignore', 'inherit'] });
  const tally = spawnSync(execPath, ['test/support/tally.js', results], { ...settings, encoding: 'utf8' });
  isGreen &&= run.status === 0 && tally.status === 0;
  summary.push(`${storage}: ${tally.stdout.trim()} in ${Math.round((Date.now() - started) / 1000)} s`);
}
console.log(summary.join('\n'));
if (!isGreen) exit(1);

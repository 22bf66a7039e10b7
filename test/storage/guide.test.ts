import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CONTRACT } from '../../src/testing/contract.js';
import { type BuiltPackage, buildPackage } from '../support/built-package.js';
import { readPages } from '../support/markdown.js';

const guide = readPages().find(({ path }) => path === 'docs/adapter-guide.md');

describe('the adapter guide', () => {
  let built: BuiltPackage;

  beforeAll(async () => {
    built = await buildPackage();
  });

  afterAll(() => built.remove());

  it('leads to an adapter that keeps the contract, tried as the guide says', async () => {
    for (const { file, code } of guide?.blocks ?? []) {
      if (file) await built.addProgram(file.replace(/\.ts$/, '.js'), code);
    }
    const args = ['--test', '--test-reporter=tap', 'storage.test.js'];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: built.folder });
    const count = CONTRACT.reduce((sum, { rules }) => sum + rules.length, 0);
    expect(stdout).toContain(`# pass ${count}\n`);
    expect(stdout).toContain('# fail 0\n');
  });

  it('lists every rule of the contract, as it is', () => {
    const listed = [...(guide?.text ?? '').matchAll(/^\| ([A-Z]\d+) \| (.*) \| (.*) \|$/gm)];
    const rules = new Map(CONTRACT.flatMap(({ rules }) => rules.map((rule) => [rule.code, rule])));
    expect(listed.map(([, ...cells]) => cells)).toEqual(
      [...rules.values()].map(({ code, promise, notice }) => [code, promise, notice]),
    );
  });
});

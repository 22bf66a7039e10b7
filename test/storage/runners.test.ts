import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { ContractBreach, describeStorageContract } from 'express-sso-scim/testing';
import { findTestRunner } from '../../src/testing/test-runner.js';
import { type BuiltPackage, buildPackage } from '../support/built-package.js';
import { createCollectingRunner } from '../support/collecting-runner.js';

const run = promisify(execFile);

describe('describeStorageContract', () => {
  it.each(['afterAll', 'after', undefined] as const)(
    'opens one storage for all tests and closes it after them, with a runner that says %s',
    async (ends) => {
      const runner = createCollectingRunner(ends);
      const events: string[] = [];
      const open = async () => {
        events.push('open');
        return { storage: createMemoryStorage(), close: async () => void events.push('close') };
      };
      describeStorageContract('memory', open, { runner });
      expect(events).toEqual([]);
      const outcomes = await runner.run();
      expect(outcomes.filter(({ error }) => error)).toEqual([]);
      expect(events).toEqual(['open', 'close']);
    },
  );

  it('closes nothing that was never opened', async () => {
    const runner = createCollectingRunner('after');
    describeStorageContract('memory', () => Promise.reject(new Error('no')), { runner });
    await expect(runner.run(() => false)).resolves.toEqual([]);
  });

  it('lets a storage that cannot be opened fail every test, with the reason', async () => {
    const runner = createCollectingRunner('after');
    describeStorageContract('memory', () => Promise.reject(new Error('no database')), { runner });
    const outcomes = await runner.run().catch((error: unknown) => error);
    expect(outcomes).toMatchObject({ message: 'no database' });
  });

  it('names the part that a rule could not be tried without, and does not call the rule broken', async () => {
    const { directories, groups, ...memory } = createMemoryStorage();
    const { get, ...rest } = directories;
    const runner = createCollectingRunner('after');
    const storage = { ...memory, directories: rest } as ReturnType<typeof createMemoryStorage>;
    describeStorageContract('unfinished', () => ({ storage }), { runner });
    const outcomes = await runner.run((name) => /^(R1|G3|D1) /.test(name));
    const said = outcomes.map(({ path, error }) => [path[1], error instanceof Error ? error.message : error]);
    expect(said.toSorted()).toEqual([
      ['custom resources', undefined],
      ['directories and tokens', 'rule D1 could not be tried: the storage has no directories.get'],
      ['groups', 'rule G3 could not be tried: the storage has no groups'],
      ['groups', 'rule R1 could not be tried: the storage has no groups'],
      ['users', undefined],
    ]);
  });

  it('tells a factory that forgot to answer what it has made', async () => {
    const runner = createCollectingRunner('after');
    describeStorageContract('forgotten', () => undefined as never, { runner });
    const outcomes = await runner.run().catch((error: unknown) => error);
    expect(outcomes).toMatchObject({ message: expect.stringContaining('the property `storage`') });
  });

  it('says which rule is broken, what was found, and what one would notice', async () => {
    const memory = createMemoryStorage();
    const storage = {
      ...memory,
      groups: { ...memory.groups, get: async () => undefined },
    };
    const runner = createCollectingRunner('after');
    describeStorageContract('forgetful', () => ({ storage }), { runner });
    const outcomes = await runner.run((name) => name.startsWith('G3 '));
    expect(outcomes).toEqual([
      {
        path: ['forgetful keeps the storage contract', 'groups', 'G3 an update of a group leaves its members'],
        error: expect.any(ContractBreach),
      },
    ]);
    expect(outcomes[0]?.error).toMatchObject({
      rule: 'G3',
      message:
        'rule G3 is broken: an update of a group leaves its members.\n' +
        'Found: the memberCount that get reads: undefined, where 2 is expected\n' +
        'What one would notice: renaming a group empties it.',
    });
  });

  it('asks for a runner where none is given and none is global', () => {
    const { describe: given } = globalThis as { describe?: unknown };
    Reflect.deleteProperty(globalThis, 'describe');
    try {
      expect(() => findTestRunner()).toThrow(TypeError);
    } finally {
      Reflect.set(globalThis, 'describe', given);
    }
    expect(findTestRunner()).toHaveProperty('afterAll');
  });
});

describe('under node:test, from the built package', () => {
  let built: BuiltPackage;

  beforeAll(async () => {
    built = await buildPackage();
  });

  afterAll(() => built.remove());

  it.each([
    ['as a namespace', "import * as runner from 'node:test';", 0],
    ['by two functions', "import { describe, it } from 'node:test'; const runner = { describe, it };", 1],
  ])('passes, with a runner given %s', async (name, imports, closing) => {
    const file = join(built.folder, `${name.replaceAll(' ', '-')}.test.mjs`);
    await writeFile(
      file,
      `${imports}
      import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
      import { describeStorageContract } from 'express-sso-scim/testing';
      describeStorageContract('memory', () => ({ storage: createMemoryStorage() }), { runner });
      `,
    );
    const runner = createCollectingRunner('after');
    describeStorageContract('memory', () => ({ storage: createMemoryStorage() }), { runner });
    const expected = (await runner.run()).length + closing;
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', file], { cwd: built.folder });
    expect(stdout).toContain(`# pass ${expected}\n`);
    expect(stdout).toContain('# fail 0\n');
  });
});

import { StaleVersionError, UniqueConflictError } from '../../storage/errors.js';
import { T0, T1, T2 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectThat } from '../expectation.js';
import { draft, recordOf } from '../resource-draft.js';
import type { ResourceKind } from '../resource-kind.js';

/** What is promised of changing and deleting resources of every kind. */
export function resourceChangeRules(kind: ResourceKind): readonly ContractRule[] {
  return [
    {
      code: 'R9',
      promise: 'an update replaces all but `id` and `created`, and the version grows',
      notice: 'an attribute that was removed is still there, or a conditional GET answers 304 for a changed person',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        await kind.insert(storage, scope, draft('r1', { displayName: 'Ada', title: 'Countess' }, ['k:1', 'k:2']));
        const change = { lastModified: T1, attributes: { displayName: 'Eve' }, uniqueKeys: ['k:2', 'k:3'] };
        const updated = await kind.update(storage, scope, 'r1', change, 1);
        expectThat(updated.version > 1, `the version after an update is ${updated.version}`);
        expectSame(
          recordOf(updated),
          { id: 'r1', created: T0, version: updated.version, ...change },
          'the answer of update',
        );
        expectSame(recordOf(await kind.get(storage, scope, 'r1')), recordOf(updated), 'what get reads after an update');
        const next = await kind.update(storage, scope, 'r1', { ...change, lastModified: T2 }, updated.version);
        expectThat(next.version > updated.version, 'the version stands still in a second update');
      },
    },
    {
      code: 'R10',
      promise:
        'an update of another version than `ifVersion`, or of something gone, is refused with a StaleVersionError',
      notice: 'of two administrators who change a person at the same time, the change of one is lost without a word',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        await kind.insert(storage, scope, draft('r1', { displayName: 'Ada' }));
        const change = { lastModified: T1, attributes: { displayName: 'Eve' }, uniqueKeys: [] };
        const { version } = await kind.update(storage, scope, 'r1', change, 1);
        const lost = { lastModified: T2, attributes: { displayName: 'Mallory' }, uniqueKeys: [] };
        for (const [id, ifVersion] of [
          ['r1', 1],
          ['r1', version + 1],
          ['r1', 0],
          ['r9', 1],
        ] as const) {
          const refused = kind.update(storage, scope, id, lost, ifVersion);
          await expectRefusal(refused, StaleVersionError, `an update of ${id} in version ${ifVersion}`);
        }
        const read = await kind.get(storage, scope, 'r1');
        expectSame(recordOf(read), { id: 'r1', created: T0, version, ...change }, 'the resource after refused updates');
        await kind.remove(storage, scope, 'r1', version, T2);
        await expectRefusal(
          kind.update(storage, scope, 'r1', lost, version),
          StaleVersionError,
          'an update after a delete',
        );
      },
    },
    {
      code: 'R11',
      promise: 'an update frees and takes unique keys; one that meets a held key is refused and changes nothing',
      notice: 'a rename to the userName of a colleague merges two people, or an old userName stays taken for good',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        await kind.insert(storage, scope, draft('r1', {}, ['k:1']));
        await kind.insert(storage, scope, draft('r2', {}, ['k:2']));
        const rename = (id: string, keys: readonly string[], version: number) =>
          kind.update(storage, scope, id, { lastModified: T1, attributes: { keys }, uniqueKeys: keys }, version);
        const error = await expectRefusal(
          rename('r1', ['k:3', 'k:2'], 1),
          UniqueConflictError,
          'a rename to a held key',
        );
        expectSame(error.key, 'k:2', 'the key that the error names');
        expectSame(
          recordOf(await kind.get(storage, scope, 'r1')),
          { ...draft('r1', {}, ['k:1']), version: 1, lastModified: T0 },
          'the resource after a refused rename',
        );
        await kind.insert(storage, scope, draft('r3', {}, ['k:3']));
        const { version } = await rename('r1', ['k:1', 'k:4'], 1);
        await rename('r1', ['k:4'], version);
        await rename('r2', ['k:1'], 1);
        await kind.insert(storage, scope, draft('r4', {}, ['k:2']));
      },
    },
    {
      code: 'R12',
      promise: '`lastModified` moves forward with each change, also when the time given does not',
      notice:
        'a provider that asks for what has changed since its last run misses changes made while a clock was set back',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        await kind.insert(storage, scope, draft('r1'));
        let { version, lastModified } = await kind.update(
          storage,
          scope,
          'r1',
          { lastModified: T2, attributes: {}, uniqueKeys: [] },
          1,
        );
        expectSame(lastModified, T2, 'lastModified after a change');
        for (const at of [T2, T1]) {
          const change = { lastModified: at, attributes: { at }, uniqueKeys: [] };
          const after = await kind.update(storage, scope, 'r1', change, version);
          expectThat(
            after.lastModified > lastModified,
            `lastModified went from ${lastModified} to ${after.lastModified}`,
          );
          expectThat(
            /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(after.lastModified),
            `${after.lastModified} is not in the form of toISOString`,
          );
          ({ version, lastModified } = after);
        }
      },
    },
    {
      code: 'R13',
      promise: 'a deleted resource is gone from every way of reading, and its unique keys are free',
      notice: 'somebody who left is still listed, or cannot be hired again under the same userName: a 409 for good',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        await kind.insert(storage, scope, draft('r1', { displayName: 'Ada' }, ['k:1']));
        await kind.insert(storage, scope, draft('r2', { displayName: 'Ada' }, ['k:2']));
        await kind.remove(storage, scope, 'r1', 1, T1);
        expectSame(await kind.get(storage, scope, 'r1'), undefined, 'what get reads of a deleted resource');
        const { items, total } = await kind.query(storage, scope, { page: { startIndex: 1, count: 10 } });
        expectSame(
          { ids: items.map(({ id }) => id), total },
          { ids: ['r2'], total: 1 },
          'what a query finds after a delete',
        );
        const many = await kind.getMany?.(storage, scope, ['r1', 'r2']);
        if (many)
          expectSame(
            many.map(({ id }) => id),
            ['r2'],
            'what getMany finds after a delete',
          );
        await kind.insert(storage, scope, draft('r3', {}, ['k:1']));
      },
    },
    {
      code: 'R14',
      promise: 'a deletion of another version than `ifVersion`, or of something gone, is refused and changes nothing',
      notice: 'a DELETE with If-Match removes a person who was changed in between',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        await kind.insert(storage, scope, draft('r1', {}, ['k:1']));
        const { version } = await kind.update(
          storage,
          scope,
          'r1',
          { lastModified: T1, attributes: {}, uniqueKeys: ['k:1'] },
          1,
        );
        for (const [id, ifVersion] of [
          ['r1', 1],
          ['r1', version + 1],
          ['r9', 1],
        ] as const) {
          const refused = kind.remove(storage, scope, id, ifVersion, T2);
          await expectRefusal(refused, StaleVersionError, `a deletion of ${id} in version ${ifVersion}`);
        }
        expectSame((await kind.get(storage, scope, 'r1'))?.version, version, 'the version after refused deletions');
        await kind.remove(storage, scope, 'r1', version, T2);
        await expectRefusal(kind.remove(storage, scope, 'r1', version, T2), StaleVersionError, 'a second deletion');
      },
    },
  ];
}

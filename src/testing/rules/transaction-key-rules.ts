import { newId } from '../../core/id.js';
import { UniqueConflictError } from '../../storage/errors.js';
import { directoryDraft, T1 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame } from '../expectation.js';
import { addUser } from '../people-and-groups.js';
import { askOf, compare, found } from '../query-ground.js';
import { draft } from '../resource-draft.js';
import { RESOURCE_KINDS } from '../resource-kind.js';

/** What is promised of ids and unique keys that transactions take and free. */
export const TRANSACTION_KEY_RULES: readonly ContractRule[] = [
  {
    code: 'T8',
    promise:
      'a transaction that fails has neither taken nor freed an id, a unique key or a host, and no filter knows of it',
    notice: 'a person whose creation was refused half-way can never be created: a 409 about somebody who is not there',
    async check({ storage, newDirectory, newOrganization }) {
      const [kept, tried] = [`${newId()}.example`, `${newId()}.example`] as const;
      const directory = directoryDraft(newOrganization(), { hosts: [kept] });
      await storage.directories.insert(directory);
      for (const kind of RESOURCE_KINDS) {
        const scope = await newDirectory(directory.organizationId);
        await kind.insert(storage, scope, draft('r1', { displayName: 'kept' }, ['k:kept']));
        await kind.insert(storage, scope, draft('r2', {}, ['k:left']));
        const failed = storage.transaction(scope, async (inside) => {
          await kind.insert(inside, scope, draft('r3', { displayName: 'tried' }, ['k:tried']));
          const change = { lastModified: T1, attributes: { displayName: 'tried' }, uniqueKeys: ['k:changed'] };
          await kind.update(inside, scope, 'r1', change, 1);
          await kind.remove(inside, scope, 'r2', 1, T1);
          await inside.directories.update({ ...directory, hosts: [tried] });
          throw new RangeError('given up');
        });
        await expectRefusal(failed, RangeError, 'a transaction that is given up');
        const ask = askOf(storage, scope, kind);
        expectSame(
          await found(ask, { filter: compare('eq', 'displayName', 'tried') }),
          '',
          'what a filter finds of it',
        );
        expectSame(await found(ask, { filter: compare('eq', 'displayName', 'kept') }), '1', 'what was there before');
        for (const key of ['k:kept', 'k:left']) {
          const taken = kind.insert(storage, scope, draft('r4', {}, [key]));
          await expectRefusal(taken, UniqueConflictError, 'a key that only the failed transaction had freed');
        }
        await kind.insert(storage, scope, draft('r3', {}, ['k:tried']));
        await kind.insert(storage, scope, draft('r4', {}, ['k:changed']));
        const other = directoryDraft(directory.organizationId, { hosts: [kept] });
        await expectRefusal(storage.directories.insert(other), UniqueConflictError, 'a host that was given up in it');
      }
      await storage.directories.insert(directoryDraft(directory.organizationId, { hosts: [tried] }));
    },
  },
  {
    code: 'T9',
    promise:
      'unique keys are held as the transaction sees them: what it has freed can be taken, what it has taken cannot',
    notice: 'a bulk request that gives the userName of a leaver to a newcomer is refused, or gives it to two',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addUser(storage, scope, 'ada');
      await addUser(storage, scope, 'eve');
      await storage.transaction(scope, async (inside) => {
        await inside.directoryUsers.tombstone(scope, { id: 'ada', deletedAt: T1 }, 1);
        await addUser(inside, scope, 'u1', { userName: 'ada' });
        await expectRefusal(
          addUser(inside, scope, 'u2', { userName: 'ada' }),
          UniqueConflictError,
          'a key taken inside',
        );
        const renamed = { lastModified: T1, attributes: { userName: 'eva' }, uniqueKeys: ['userName:eva'] };
        await inside.directoryUsers.update(scope, 'eve', renamed, 1);
        await addUser(inside, scope, 'u2', { userName: 'eve' });
        await expectRefusal(
          addUser(inside, scope, 'u3', { userName: 'eva' }),
          UniqueConflictError,
          'a key changed inside',
        );
      });
      const { items } = await storage.directoryUsers.query(scope, { page: { startIndex: 1, count: 10 } });
      const names = items.map(({ attributes }) => attributes['userName']).sort();
      expectSame(names, ['ada', 'eva', 'eve'], 'the userNames after the transaction');
    },
  },
];

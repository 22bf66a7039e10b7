import { setTimeout } from 'node:timers/promises';
import { UniqueConflictError } from '../../storage/errors.js';
import { type ManagedStorage, manage } from '../../storage/managed-storage.js';
import type { OrganizationScope } from '../../storage/scope.js';
import { T0, T1 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectSameSet } from '../expectation.js';
import { addPerson, managedRule } from '../managed-ground.js';
import { addUser } from '../people-and-groups.js';

/** Milliseconds after which a transaction is taken to wait for another. */
const PATIENCE = 2000;

/** What is promised of people and of what leads to them. */
export const PERSON_RULES: readonly ContractRule[] = [
  managedRule({
    code: 'N1',
    promise: 'what is kept about a person is replaced as a whole, and is nothing for somebody unknown',
    notice: 'somebody who was let in again stays locked out',
    async check({ storage: { people }, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const phone = { number: '+4915123456789', from: 'own', confirmed: true } as const;
      await people.put(scope, [{ userId: 'ada', ended: 'deactivated', invitedAt: T0, phone }]);
      await people.put(scope, [{ userId: 'ada', activatedAt: T1, madeBy: 'login' }, { userId: 'ben' }]);
      const nothing = { directoryUsers: [], linked: false };
      const ada = { userId: 'ada', activatedAt: T1, madeBy: 'login', ...nothing };
      expectSame(
        await people.getMany(scope, ['cyd', 'ada']),
        [{ userId: 'cyd', ...nothing }, ada],
        'two people, in the order asked for',
      );
      const elsewhere = await people.getMany({ organizationId: newOrganization() }, ['ada']);
      expectSame(elsewhere, [{ userId: 'ada', ...nothing }], 'the person in another organization');
      expectSame(
        (await people.list(scope, { after: 'ada', limit: 9 })).map(({ userId }) => userId),
        ['ben'],
        'the people behind a position',
      );
    },
  }),
  managedRule({
    code: 'N2',
    promise: 'a person has the live directory users that are said to be theirs, as active as their directories say',
    notice: 'somebody whom one of two directories has deleted keeps everything',
    async check({ storage, newDirectory, newOrganization }) {
      const organizationId = newOrganization();
      const [first, second] = [await newDirectory(organizationId), await newDirectory(organizationId)];
      await addPerson(storage, first, 'a', 'ada');
      await addPerson(storage, second, 'b', 'ada', false);
      const read = async () => {
        const [ada] = await storage.people.getMany(first, ['ada']);
        return (ada?.directoryUsers ?? []).map(({ id, directoryId, active }) => `${directoryId} ${id} ${active}`);
      };
      expectSameSet(await read(), [`${first.directoryId} a true`, `${second.directoryId} b false`], 'both');
      await storage.directoryUsers.tombstone(second, { id: 'b', deletedAt: T1 }, 1);
      expectSame(await read(), [`${first.directoryId} a true`], 'what is left');
      expectSame(await storage.people.linkedTo(second, 'b'), 'ada', 'who the deleted one was');
      expectSame(await storage.people.ofDirectoryUsers(second, ['b', 'nobody']), [], 'who deleted ones are');
      const [found] = await storage.people.ofDirectoryUsers(first, ['a', 'a']);
      expectSame(found?.userId, 'ada', 'who the live one is');
    },
  }),
  managedRule({
    code: 'N3',
    promise: 'a directory has one live user of a person, and it can be said anew who one is',
    notice: 'a person is deactivated through one of two users, and stays in through the other',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addPerson(storage, scope, 'a', 'ada');
      await addUser(storage, scope, 'b');
      await expectRefusal(storage.people.link(scope, 'b', 'ada'), UniqueConflictError, 'a second user of one person');
      await storage.people.link(scope, 'a', 'ada');
      await storage.people.link(scope, 'a', 'ben');
      await storage.people.link(scope, 'b', 'ada');
      expectSame(
        [await storage.people.linkedTo(scope, 'a'), await storage.people.linkedTo(scope, 'b')],
        ['ben', 'ada'],
        'who they are',
      );
    },
  }),
  managedRule({
    code: 'N4',
    promise: 'a forgotten person is nobody’s directory user any more, and people are counted while they are active',
    notice: 'a leaver counts when it is asked how many a mistake is about',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      await addPerson(storage, scope, 'a', 'ada');
      await addPerson(storage, scope, 'b', 'ben', false);
      await addPerson(storage, scope, 'c', 'cyd');
      await addUser(storage, scope, 'd');
      await storage.people.put(scope, [{ userId: 'ada', ended: 'by-hand' }]);
      for (let times = 0; times < 2; times += 1) await storage.people.remove(scope, 'ada');
      expectSame(await storage.people.count(scope), 1, 'how many there are');
      expectSame(await storage.people.count(scope, 0), 0, 'how many there are, where counting ends before the first');
      expectSame(
        await storage.people.ofDirectoryUsers(scope, ['a']),
        [],
        'who is behind the user of a forgotten person',
      );
      const [ada] = await storage.people.getMany(scope, ['ada']);
      expectSame(ada, { userId: 'ada', directoryUsers: [], linked: false }, 'the forgotten person');
      expectSame(await storage.people.linkedTo(scope, 'a'), 'ada', 'who it was');
    },
  }),
  managedRule({
    code: 'N5',
    promise: 'a login is one person’s, a person has one of each tenant, and of parallel first logins one wins',
    notice: 'one sign-in leads to two people',
    async check({ storage: { logins, people }, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const login = (linkKey: string, userId: string, tenantId = 't') => ({
        tenantId,
        linkKey,
        identity: `id-${linkKey}`,
        userId,
        at: T0,
      });
      const tries = ['ada', 'ben', 'cyd'].map((userId) => logins.insert(scope, login('k', userId)));
      const won = (await Promise.allSettled(tries)).filter(({ status }) => status === 'fulfilled');
      expectSame(won.length, 1, 'how many of three first logins won');
      const { userId = '' } = (await logins.find(scope, 'k')) ?? {};
      await expectRefusal(
        logins.insert(scope, login('l', userId)),
        UniqueConflictError,
        'a second login of one tenant',
      );
      await logins.insert(scope, login('m', userId, 'another'));
      expectSame((await logins.findByIdentity(scope, 'another', 'id-m'))?.userId, userId, 'who has the identity');
      expectSame(await logins.findByIdentity(scope, 't', 'id-m'), undefined, 'who has it at another tenant');
      expectSame(await logins.find({ organizationId: newOrganization() }, 'k'), undefined, 'the login elsewhere');
      expectSame((await people.getMany(scope, [userId]))[0]?.linked, true, 'whether a login leads to the person');
      await logins.removeOfUser(scope, userId);
      expectSame([await logins.find(scope, 'k'), await logins.ofUser(scope, userId)], [undefined, []], 'what is left');
    },
  }),
  managedRule({
    code: 'N6',
    promise:
      'transactions of one organization that say one name come one after the other, and each sees what those before it wrote',
    notice: 'two first pushes of one address at the same moment make two people',
    async check({ storage, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const transactions = Array.from({ length: 6 }, () =>
        manage(storage, scope, async ({ people }) => {
          await people.lock?.(scope, 'a name');
          const { length } = await people.list(scope, { after: '', limit: 9 });
          await setTimeout(1);
          await people.put(scope, [{ userId: `person-${length}` }]);
        }),
      );
      await Promise.all(transactions);
      const { length } = await storage.people.list(scope, { after: '', limit: 9 });
      expectSame(length, 6, 'how many people six transactions made that each counted them first');
    },
  }),
  managedRule({
    code: 'N7',
    promise:
      'transactions that say different names do not wait for each other, where transactions run at the same time',
    notice: 'of an organization one person is pushed at a time, however many requests its provider sends at once',
    async check({ storage, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      if (!(await passes(storage, scope, {}, 100))) return;
      const names = { first: 'a name', second: 'another name' };
      expectSame(
        await passes(storage, scope, names, PATIENCE),
        true,
        'whether the second one was over before the first',
      );
      const elsewhere = { ...names, second: names.first, scope: { organizationId: newOrganization() } };
      expectSame(await passes(storage, scope, elsewhere, PATIENCE), true, 'whether one of another organization was');
    },
  }),
];

/** Whether a transaction that begins while a first one is under way is over before it, within a time in milliseconds. */
async function passes(
  storage: ManagedStorage,
  firstScope: OrganizationScope,
  { first, second, scope = firstScope }: PassingNames,
  patience: number,
): Promise<boolean> {
  const patient = new AbortController();
  const overtaken = { second: Promise.resolve() };
  const isOver = await manage(storage, firstScope, async ({ people }) => {
    if (first !== undefined) await people.lock?.(firstScope, first);
    await people.list(firstScope, { after: '', limit: 1 });
    overtaken.second = manage(storage, scope, async (within) => {
      if (second !== undefined) await within.people.lock?.(scope, second);
      await within.people.list(scope, { after: '', limit: 1 });
    });
    return Promise.race([
      overtaken.second.then(() => true),
      setTimeout(patience, false, { signal: patient.signal }).catch(() => false),
    ]);
  });
  await overtaken.second;
  patient.abort();
  return isOver;
}

interface PassingNames {
  readonly first?: string;
  readonly second?: string;
  /** Of the second; that of the first unless given. */
  readonly scope?: OrganizationScope;
}

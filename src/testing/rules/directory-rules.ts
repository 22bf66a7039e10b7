import { newId } from '../../core/id.js';
import { StaleVersionError, UniqueConflictError } from '../../storage/errors.js';
import { directoryDraft, T0, T1, T2 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectSameSet } from '../expectation.js';

/** What is promised of directories; their tokens have rules of their own. */
export const DIRECTORY_RULES: readonly ContractRule[] = [
  {
    code: 'D1',
    promise: 'a directory reads back as it was given, keys of its policy that nobody knows included',
    notice: 'a setting of a directory is lost, or a cursor of yesterday is refused',
    async check({ storage, newOrganization }) {
      const organizationId = newOrganization();
      const full = directoryDraft(organizationId, {
        name: 'Zoë\'s "IdP" %_',
        kind: 'status-page',
        hosts: [`${newId()}.example`, `${newId()}.example:8443`],
        resourceTypes: ['User'],
        policy: { unheardOf: { deep: [1, null, { b: 1, a: '2' }] }, strict: true },
        disabledAt: T2,
      });
      const bare = directoryDraft(organizationId);
      for (const directory of [full, bare]) {
        await storage.directories.insert(directory);
        expectSame(await storage.directories.get(directory.id), directory, 'what get reads');
      }
      const changed = {
        ...bare,
        name: 'Entra ID',
        policy: { a: 1 },
        resourceTypes: [],
        disabledAt: T1,
        cursorKey: 'new',
      };
      await storage.directories.update(changed);
      expectSame(await storage.directories.get(bare.id), changed, 'what get reads after an update');
      await storage.directories.update(bare);
      expectSame(await storage.directories.get(bare.id), bare, 'what get reads after an update that takes things away');
      expectSame(await storage.directories.get(newId()), undefined, 'what get reads of an unknown id');
    },
  },
  {
    code: 'D2',
    promise: 'the id of a directory is unique over all organizations',
    notice: 'the people of one customer are pushed into the directory of another',
    async check({ storage, newOrganization }) {
      const mine = directoryDraft(newOrganization());
      await storage.directories.insert(mine);
      for (const organizationId of [mine.organizationId, newOrganization()]) {
        const refused = storage.directories.insert({ ...directoryDraft(organizationId), id: mine.id });
        await expectRefusal(refused, UniqueConflictError, 'an insert of an id that is taken');
      }
      expectSame(await storage.directories.get(mine.id), mine, 'the directory that was there first');
    },
  },
  {
    code: 'D3',
    promise: 'each host leads to exactly the directory that names it now',
    notice: 'requests at a host name reach a directory that gave it up, or none',
    async check({ storage, newOrganization }) {
      const [a, b, c] = [`${newId()}.example`, `${newId()}.example:8443`, `${newId()}.example`] as const;
      const directory = directoryDraft(newOrganization(), { hosts: [a, b] });
      const other = directoryDraft(newOrganization());
      await storage.directories.insert(directory);
      await storage.directories.insert(other);
      const leadsTo = async (host: string) => (await storage.directories.findByHost(host))?.id;
      expectSame(
        [await leadsTo(a), await leadsTo(b), await leadsTo(c)],
        [directory.id, directory.id, undefined],
        'where hosts lead',
      );
      for (const host of ['', '%', a.slice(1), `${a}:8443`, `x${a}`, b.slice(0, -5)]) {
        expectSame(await leadsTo(host), undefined, `where the host "${host}" leads, which nobody names`);
      }
      await storage.directories.update({ ...directory, hosts: [c, a] });
      expectSame(
        [await leadsTo(a), await leadsTo(b), await leadsTo(c)],
        [directory.id, undefined, directory.id],
        'where hosts lead after an update',
      );
      await storage.directories.update({ ...other, hosts: [b] });
      expectSame(await leadsTo(b), other.id, 'where a host leads that another directory took over');
    },
  },
  {
    code: 'D4',
    promise: 'a host that another directory names is refused with a UniqueConflictError, and nothing changes',
    notice: 'one customer takes over the host name of another and receives its people',
    async check({ storage, newOrganization }) {
      const [taken, free] = [`${newId()}.example`, `${newId()}.example`] as const;
      const mine = directoryDraft(newOrganization(), { hosts: [taken] });
      const theirs = directoryDraft(newOrganization());
      await storage.directories.insert(mine);
      await storage.directories.insert(theirs);
      const late = directoryDraft(newOrganization(), { hosts: [free, taken] });
      await expectRefusal(storage.directories.insert(late), UniqueConflictError, 'an insert with a host that is taken');
      expectSame(await storage.directories.get(late.id), undefined, 'the directory that was refused');
      const grab = storage.directories.update({ ...theirs, name: 'grabbing', hosts: [free, taken] });
      await expectRefusal(grab, UniqueConflictError, 'an update with a host that is taken');
      expectSame(await storage.directories.get(theirs.id), theirs, 'the directory whose update was refused');
      expectSame(
        await storage.directories.findByHost(free),
        undefined,
        'where the other host of a refused change leads',
      );
      expectSame((await storage.directories.findByHost(taken))?.id, mine.id, 'where the host leads');
    },
  },
  {
    code: 'D5',
    promise:
      'an update of a directory that does not exist, or of another organization, is refused with a StaleVersionError',
    notice: 'a setting is saved into nothing, or over that of another customer',
    async check({ storage, newOrganization }) {
      const missing = directoryDraft(newOrganization());
      await expectRefusal(storage.directories.update(missing), StaleVersionError, 'an update of an unknown directory');
      expectSame(await storage.directories.get(missing.id), undefined, 'the directory that was not there');
      const mine = directoryDraft(newOrganization());
      await storage.directories.insert(mine);
      const foreign = storage.directories.update({ ...mine, organizationId: newOrganization(), name: 'theirs' });
      await expectRefusal(foreign, StaleVersionError, 'an update that names another organization');
      expectSame(await storage.directories.get(mine.id), mine, 'the directory');
    },
  },
  {
    code: 'D7',
    promise:
      'an update of a directory that is not like `ifSame` any more is refused with a StaleVersionError, also at once',
    notice: 'of two administrators who save at the same time, both are told that it was saved, and one of them was not',
    async check({ storage: { directories }, newOrganization }) {
      const first = directoryDraft(newOrganization(), { hosts: [], policy: { a: { c: 1, b: [2] } } });
      await directories.insert(first);
      // The order of keys is nobody's.
      const same = { ...first, policy: { a: { b: [2], c: 1 } } };
      await directories.update({ ...first, name: 'second' }, same);
      const late = directories.update({ ...first, name: 'late' }, first);
      await expectRefusal(late, StaleVersionError, 'an update of a state that is over');
      const second = { ...first, name: 'second' };
      expectSame(await directories.get(first.id), second, 'the directory');
      const names = ['a', 'b', 'c', 'd'];
      const saved = await Promise.allSettled(names.map((name) => directories.update({ ...second, name }, second)));
      const won = names.filter((_, index) => saved[index]?.status === 'fulfilled');
      expectSame(won.length, 1, 'how many of four updates of one state succeed');
      expectSame((await directories.get(first.id))?.name, won[0], 'the name after them');
    },
  },
  {
    code: 'D6',
    promise: 'list answers all directories of the organization, disabled ones included, and no others',
    notice: 'an administrator sees the directories of another customer, or cannot find their own',
    async check({ storage, newOrganization }) {
      const [mine, theirs] = [newOrganization(), newOrganization()];
      const first = directoryDraft(mine);
      const second = directoryDraft(mine, { createdAt: T0, disabledAt: T1 });
      const foreign = directoryDraft(theirs);
      for (const directory of [first, foreign, second]) await storage.directories.insert(directory);
      const listed = async (organizationId: string) =>
        (await storage.directories.list({ organizationId })).map(({ id }) => id);
      expectSameSet(await listed(mine), [first.id, second.id], 'the directories of an organization');
      expectSameSet(await listed(theirs), [foreign.id], 'the directories of another');
      expectSame(await listed(newOrganization()), [], 'the directories of an organization without any');
    },
  },
];

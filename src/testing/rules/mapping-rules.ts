import { StaleVersionError } from '../../storage/errors.js';
import type { Grant } from '../../storage/grant.js';
import { T0, T1, T2 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectSameSet } from '../expectation.js';
import { managedRule } from '../managed-ground.js';

/** What is promised of mappings, of overrides, and of what waits for a decision. */
export const MAPPING_RULES: readonly ContractRule[] = [
  managedRule({
    code: 'V1',
    promise: 'settings of a directory are written in the version that was read, and only then',
    notice: 'of two owners who save at once one loses what was saved, without a word',
    async check({ storage: { mappings }, newDirectory }) {
      const [scope, other] = [await newDirectory(), await newDirectory()];
      const settings = {
        mapping: { mode: 'auto', filter: ['a*'], teamRole: 'Member' },
        policy: { autoProvision: 'refuse' },
        convert: ['ada'],
        attributeRoles: [],
        phoneCountry: 'PT',
      } as const;
      expectSame(await mappings.settings(scope), undefined, 'settings before anything was saved');
      await mappings.putSettings(scope, settings, 0);
      expectSame(await mappings.settings(scope), { ...settings, version: 1 }, 'settings');
      await expectRefusal(mappings.putSettings(scope, settings, 0), StaleVersionError, 'a version of before');
      await mappings.putSettings(scope, { ...settings, mapping: { mode: 'manual' } }, 1);
      expectSame((await mappings.settings(scope))?.version, 2, 'the version');
      expectSame(await mappings.settings(other), undefined, 'settings of another directory');
    },
  }),
  managedRule({
    code: 'V2',
    promise: 'rows and links are read by group, links by team too, and one of the same place takes the other’s',
    notice: 'a group gives what another group is mapped to',
    async check({ storage: { mappings }, newDirectory }) {
      const [scope, other] = [await newDirectory(), await newDirectory()];
      const row = (groupId: string, team: string, role = 'Member') =>
        ({ groupId, target: `team:${team}`, role }) as const;
      await mappings.changeRows(scope, { put: [row('g', 't'), row('g', 'u'), row('h', 't')], remove: [] });
      await mappings.changeRows(scope, {
        put: [{ ...row('g', 't', 'Lead'), allowedBy: 'ada' }],
        remove: [row('g', 'u')],
      });
      expectSame(
        await mappings.rows(scope, ['g', 'nothing']),
        [{ ...row('g', 't', 'Lead'), allowedBy: 'ada' }],
        'rows of a group',
      );
      expectSameSet(
        (await mappings.rows(scope)).map(({ groupId }) => groupId),
        ['g', 'h'],
        'all rows',
      );
      expectSame(await mappings.rows(other, ['g']), [], 'rows elsewhere');
      await mappings.changeLinks(scope, {
        put: ['g', 'h'].map((groupId) => ({ groupId, teamId: `of-${groupId}`, created: true })),
        remove: [],
      });
      await mappings.changeLinks(scope, { put: [{ groupId: 'g', teamId: 'other', created: false }], remove: ['h'] });
      const link = [{ groupId: 'g', teamId: 'other', created: false }];
      expectSame(await mappings.links(scope), link, 'all links');
      expectSame(await mappings.links(scope, { teamIds: ['other', 'of-g'] }), link, 'links by team');
      expectSame(await mappings.links(scope, { groupIds: ['h'] }), [], 'links of a group without');
    },
  }),
  managedRule({
    code: 'V3',
    promise: 'an override is one for a person and a team, and falls alone',
    notice: 'a role that was set by hand comes back after it was taken away',
    async check({ storage: { overrides }, newOrganization }) {
      const scope = { organizationId: newOrganization() };
      const override = (userId: string, teamId: string, role: string) => ({ userId, teamId, role, baseRole: 'Member' });
      for (const each of [override('ada', 't', 'Lead'), override('ada', 'u', 'Lead'), override('ada', 't', 'Boss')]) {
        await overrides.put(scope, each);
      }
      for (let times = 0; times < 2; times += 1) await overrides.remove(scope, [{ userId: 'ada', teamId: 'u' }]);
      expectSame(await overrides.ofUsers(scope, ['ada', 'ben']), [override('ada', 't', 'Boss')], 'what is left');
      expectSame(await overrides.ofUsers({ organizationId: newOrganization() }, ['ada']), [], 'elsewhere');
    },
  }),
  managedRule({
    code: 'X1',
    promise: 'a conflict is one for a subject of a directory, keeps its id, and is gone when it is over',
    notice: 'the inbox fills with the same conflict each time the provider tries',
    async check({ storage: { conflicts }, newDirectory }) {
      const scope = await newDirectory();
      const { organizationId, directoryId } = scope;
      await conflicts.put(scope, { id: 'c1', subject: 'user:a', reason: 'one', at: T0 });
      await conflicts.put(scope, { id: 'c2', subject: 'user:a', reason: 'two', userId: 'ada', at: T1 });
      const conflict = { id: 'c1', directoryId, subject: 'user:a', reason: 'two', userId: 'ada', at: T0 };
      expectSame(await conflicts.list({ organizationId }, { after: '', limit: 9 }), [conflict], 'all conflicts');
      expectSame(await conflicts.get({ organizationId }, 'c1'), conflict, 'the conflict by id');
      expectSame(await conflicts.find(scope, 'user:b'), undefined, 'another subject');
      for (let times = 0; times < 2; times += 1) await conflicts.remove(scope, 'user:a');
      expectSame(await conflicts.list({ organizationId }, { after: '', limit: 9 }), [], 'what is left');
    },
  }),
  managedRule({
    code: 'X2',
    promise: 'a grant waits under its hold until it is released, and a hold without grants is gone',
    notice: 'somebody approves a removal that was decided about long ago',
    async check({ storage: { holds }, newDirectory }) {
      const scope = await newDirectory();
      const [ada, ben] = ['ada', 'ben'].map(
        (userId): Grant => ({ userId, target: 'team:t', role: 'Member', source: 'group:g' }),
      );
      if (!ada || !ben) return;
      await holds.put(scope, { id: 'h2', reason: 'blast-radius', at: T1, grants: [ada, ben] });
      await holds.put(scope, { id: 'h1', reason: 'last-owner', at: T2, grants: [{ ...ada, target: 'organization' }] });
      expectSame(
        (await holds.list(scope)).map(({ id }) => id),
        ['h2', 'h1'],
        'holds, oldest first',
      );
      expectSameSet(
        (await holds.waiting(scope, ['ada'])).map(({ target }) => target),
        ['team:t', 'organization'],
        'what waits',
      );
      const page = await holds.page(scope, { after: '', limit: 1 });
      const summary = { id: 'h2', reason: 'blast-radius', at: T1, people: 2, first: [ada, ben] };
      expectSame(page.items, [summary], 'the first page, with how many people it is about');
      const rest = await holds.page(scope, { after: page.next ?? '', limit: 1 });
      expectSame(
        [rest.items.map(({ id, people }) => [id, people]), rest.next],
        [[['h1', 1]], undefined],
        'the last page',
      );
      await expectRefusal(holds.page(scope, { after: 'nowhere', limit: 1 }), RangeError, 'a position that is none');
      expectSame((await holds.get(scope, 'h2'))?.grants, [ada, ben], 'everything that waits under one');
      const elsewhere = { ...scope, directoryId: 'another' };
      expectSame(await holds.get(elsewhere, 'h2'), undefined, 'the hold at another directory');
      for (let times = 0; times < 2; times += 1) await holds.release(scope, [ada]);
      expectSame((await holds.list(scope))[0]?.grants, [ben], 'what still waits');
      expectSame((await holds.page(scope, { after: '', limit: 1 })).items[0]?.people, 1, 'how many people that is');
      await holds.release(scope, [ben]);
      expectSame(
        (await holds.list(scope)).map(({ id }) => id),
        ['h1'],
        'the holds that are left',
      );
    },
  }),
  managedRule({
    code: 'X3',
    promise: 'who has lost something is counted once, by the latest time, in its directory alone',
    notice: 'a mistake passes the limit because it comes in small parts',
    async check({ storage: { holds }, newDirectory }) {
      const [scope, other] = [await newDirectory(), await newDirectory()];
      await holds.noteLost(scope, ['ada', 'ben'], T0);
      await holds.noteLost(scope, ['ada'], T2);
      await holds.noteLost(scope, ['ada'], T1);
      const counts = [
        await holds.lostSince(scope, T0, []),
        await holds.lostSince(scope, T2, []),
        await holds.lostSince(scope, T0, ['ada']),
      ];
      expectSame(counts, [2, 1, 1], 'how many since the beginning, since the last, and without one');
      expectSame(await holds.lostSince(other, T0, []), 0, 'how many in another directory');
    },
  }),
  managedRule({
    code: 'X4',
    promise:
      'a member that is still to come waits in its directory, once for each group, until it is taken or given up',
    notice: 'somebody becomes a member of a group that an identity provider has taken them out of before they came',
    async check({ storage: { pendingMembers }, newDirectory }) {
      const [scope, other] = [await newDirectory(), await newDirectory()];
      for (let times = 0; times < 2; times += 1) await pendingMembers.put(scope, 'g', ['a', 'b', 'c']);
      for (const group of ['h', 'i']) await pendingMembers.put(scope, group, ['a', 'b']);
      await pendingMembers.put(other, 'g', ['a']);
      for (let times = 0; times < 2; times += 1) await pendingMembers.remove(scope, 'g', ['a', 'nobody']);
      for (let times = 0; times < 2; times += 1) await pendingMembers.remove(scope, 'i');
      await pendingMembers.remove(scope, 'h', []);
      expectSameSet(await pendingMembers.take(scope, 'b'), ['g', 'h'], 'the groups that waited');
      expectSame(await pendingMembers.take(scope, 'b'), [], 'what is taken a second time');
      expectSame(await pendingMembers.take(scope, 'a'), ['h'], 'the groups that did not give it up');
      expectSame(await pendingMembers.take(other, 'a'), ['g'], 'the group of the other directory');
      expectSame(await pendingMembers.take(other, 'c'), [], 'what waits elsewhere');
    },
  }),
];

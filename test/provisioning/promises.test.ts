import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from 'express-sso-scim';
import { faultAt, withFaults } from 'express-sso-scim/testing';
import fc from 'fast-check';
import { createProvisioning } from '../../src/provisioning/provisioning.js';
import type { ManagedStorage } from '../../src/storage/managed-storage.js';
import {
  ACME,
  active,
  adding,
  createProvisionedSite,
  newUser,
  OPERATOR,
  removing,
  SCOPE,
} from '../support/provisioned-site.js';
import { anyBeginning, anyStep, BY_HAND } from '../support/provisioning-steps.js';
import { DEFAULT_MODEL_POLICY, RealProvisioning } from '../support/real-provisioning.js';

const TEAMS = ['red', 'blue', 'green'].map((id) => ({ id, name: id }));

async function openMapped(names: readonly string[]) {
  const site = await createProvisionedSite('oneuptime-project', { teams: TEAMS });
  const ids = new Map<string, string>();
  for (const name of names) ids.set(name, await site.push(name));
  const group = await site.pushGroup('Everybody');
  const mapping = {
    mode: 'manual',
    rows: TEAMS.map(({ id }) => ({ groupId: group, target: `team:${id}` as const, role: 'Member' })),
  } as const;
  const asked = await site.service.mappings.save(SCOPE, mapping, { by: OPERATOR });
  if (asked.kind !== 'needs-confirmation') throw new Error(asked.kind);
  await site.service.mappings.save(SCOPE, mapping, { by: OPERATOR, confirm: asked.preview.digest });
  return { site, ids, group };
}

/** Counts calls of stores, and what they are given. */
function counting(storage: ManagedStorage) {
  const calls: string[] = [];
  const counted = withFaults(storage, ({ name }) => {
    calls.push(name);
    return undefined;
  });
  return { calls, counted };
}

describe('provisioning under parallel calls', () => {
  it('X-6 adds and removals of different people lose nothing, in whatever order they come', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `p${index}`);
    const { site, ids, group } = await openMapped(names);
    const half = names.slice(0, 6).map((name) => ids.get(name) ?? '');
    await site.client.patch(`/Groups/${group}`, adding(...half)).expect(200);
    const calls = names.map((name, index) =>
      site.client.patch(`/Groups/${group}`, index < 6 ? removing(ids.get(name) ?? '') : adding(ids.get(name) ?? '')),
    );
    await Promise.all(calls.map((call) => call.expect(200)));
    const wanted = names.slice(6).map((name) => `${name} Member`);
    for (const { id } of TEAMS) expect(await site.team(id)).toEqual(wanted.toSorted());
  });

  it('two owners who leave at once: one is refused', async () => {
    const { site, ids } = await openMapped(['ada', 'ben']);
    for (const name of ['ada', 'ben']) {
      const userId = await site.userId(name);
      await site.service.people.grant(ACME, { userId, target: 'organization', role: 'Owner', by: OPERATOR });
    }
    const answers = await Promise.all(
      ['ada', 'ben'].map((name) => site.client.patch(`/Users/${ids.get(name)}`, active(false))),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403]);
  });

  it('a mapping that is saved in a storm of member changes gives what it says to who is there in the end', async () => {
    const names = Array.from({ length: 10 }, (_, index) => `p${index}`);
    const { site, ids, group } = await openMapped(names);
    const mapping = { mode: 'manual', rows: [{ groupId: group, target: 'team:blue', role: 'Member' }] } as const;
    await Promise.all([
      ...names.map((name) => site.client.patch(`/Groups/${group}`, adding(ids.get(name) ?? '')).expect(200)),
      site.service.mappings.save(SCOPE, mapping, { by: OPERATOR }),
    ]);
    expect(await site.team('red')).toEqual([]);
    expect(await site.team('blue')).toHaveLength(10);
  });
});

describe('provisioning when storage fails', () => {
  it.each(['grants.change', 'teams.setMemberships', 'people.put', 'journal.append', 'outbox.enqueue', 'people.link'])(
    'stores nothing of a push whose %s fails, and everything when it is repeated',
    async (name) => {
      const { site } = await openMapped([]);
      const mapping = { mode: 'off', defaultTeams: [{ teamId: 'red', role: 'Member' }] } as const;
      const asked = await site.service.mappings.save(SCOPE, mapping, { by: OPERATOR });
      if ('preview' in asked)
        await site.service.mappings.save(SCOPE, mapping, { by: OPERATOR, confirm: asked.preview.digest });
      const failing = withFaults(site.storage, faultAt({ name }, { kind: 'fail' }));
      const clock = { now: () => 0 };
      const rules = { policy: { deactivation: 'leave-teams', existingPeople: 'link' } } as const;
      const draft = { attributes: newUser('ada') as JsonObject, uniqueKeys: ['userName:ada'] };
      const broken = createProvisioning({ storage: failing, clock, rules });
      await expect(broken.users.create(SCOPE, draft)).rejects.toThrow();
      expect(await site.team('red')).toEqual([]);
      expect(await site.storage.users.list(ACME, { after: '', limit: 9 })).toEqual([]);
      const sound = createProvisioning({ storage: site.storage, clock, rules });
      await sound.users.create(SCOPE, draft);
      expect(await site.team('red')).toEqual(['ada Member']);
    },
  );

  it('does the same when the work of each transaction runs twice', async () => {
    const { site, group } = await openMapped([]);
    const twice = withFaults(site.storage, faultAt({ name: 'transaction' }, { kind: 'repeat' }));
    const sound = createProvisioning({ storage: twice, clock: { now: () => 0 }, rules: {} });
    const draft = { attributes: newUser('ada') as JsonObject, uniqueKeys: ['userName:ada'] };
    const { id } = await sound.users.create(SCOPE, draft);
    await sound.groups.change(SCOPE, group, { members: { add: [id], remove: [] }, unknownMembers: 'refuse' });
    expect(await site.team('red')).toEqual(['ada Member']);
    expect(await site.storage.users.list(ACME, { after: '', limit: 9 })).toHaveLength(1);
  });
});

describe('the cost of a member change', () => {
  it('is the same in a group of 10 and of 2,000: the same calls, about the one person', async () => {
    const costOf = async (size: number) => {
      const { site, group } = await openMapped(['ada']);
      const { users, groups } = createProvisioning({ storage: site.storage, clock: { now: () => 0 }, rules: {} });
      const ids: string[] = [];
      for (let index = 0; index < size; index += 1) {
        const attributes = newUser(`m${index}`) as JsonObject;
        ids.push((await users.create(SCOPE, { attributes, uniqueKeys: [`userName:m${index}`] })).id);
      }
      await groups.change(SCOPE, group, { members: { add: ids, remove: [] }, unknownMembers: 'refuse' });
      const { calls, counted } = counting(site.storage);
      const provisioning = createProvisioning({ storage: counted, clock: { now: () => 0 }, rules: {} });
      const [last = ''] = ids.slice(-1);
      await provisioning.groups.change(SCOPE, group, {
        members: { add: [], remove: [last] },
        unknownMembers: 'refuse',
      });
      return calls;
    };
    const [small, large] = [await costOf(10), await costOf(2000)];
    expect(large).toEqual(small);
    expect(large.filter((name) => name === 'groups.members' || name === 'grants.applyRows')).toEqual([]);
  });

  it('a mapping of 2,500 people is applied in parts, with progress, and previewed in full', async () => {
    const { site, group } = await openMapped([]);
    const { users, groups } = createProvisioning({ storage: site.storage, clock: { now: () => 0 }, rules: {} });
    const ids: string[] = [];
    for (let index = 0; index < 2500; index += 1) {
      const attributes = newUser(`m${index}`) as JsonObject;
      ids.push((await users.create(SCOPE, { attributes, uniqueKeys: [`userName:m${index}`] })).id);
    }
    await groups.change(SCOPE, group, { members: { add: ids, remove: [] }, unknownMembers: 'refuse' });
    const row = (team: string, role: string) => ({ groupId: group, target: `team:${team}`, role }) as const;
    const mapping = {
      mode: 'manual',
      rows: [row('red', 'Member'), { ...row('blue', 'Administrator'), allowedBy: OPERATOR }],
    } as const;
    const asked = await site.service.mappings.save(SCOPE, mapping, { by: OPERATOR });
    if (asked.kind !== 'needs-confirmation') throw new Error(asked.kind);
    expect(asked.preview.grants).toMatchObject({ changed: 2500, removed: 2500, added: 0 });
    const seen: (readonly [number, number])[] = [];
    const progress = (done: number, of: number) => {
      seen.push([done, of]);
    };
    await site.service.mappings.save(SCOPE, mapping, { by: OPERATOR, confirm: asked.preview.digest, progress });
    expect(seen.at(-1)).toEqual([5000, 5000]);
    expect(seen.length).toBeGreaterThan(4);
    const [first] = await site.storage.teams.memberships(ACME, 'blue', { after: '', limit: 1 });
    expect(first?.role).toBe('Administrator');
    expect(await site.storage.teams.memberships(ACME, 'green', { after: '', limit: 1 })).toEqual([]);
  });
});

describe('the journal', () => {
  it('replayed, gives groups with members, teams and grants, after 10,000 random steps', async () => {
    const steps = fc.sample(anyStep, { seed: 7, numRuns: 10_000 });
    const [start = []] = fc.sample(anyBeginning, { seed: 8, numRuns: 1 });
    const real = await new RealProvisioning(DEFAULT_MODEL_POLICY, BY_HAND).open();
    for (const step of [...start, ...steps]) {
      // What a mapping refuses (groups that are not there, roles nobody has allowed) is not stored, and no matter here.
      await real.step(step).catch((error: unknown) => {
        if (!/unknown-group|needs-owner|last owner/.test(String(error))) throw error;
      });
    }
    const replayed = await replay(real.storage);
    expect(replayed.grants).toEqual(await grantsOf(real.storage));
    expect(replayed.members).toEqual(await membersOf(real.storage));
    expect(replayed.grants.length).toBeGreaterThan(0);
  }, 120_000);
});

/** Entries of a subject, oldest first. */
async function entriesOf({ journal }: ManagedStorage, subject: string) {
  const { items } = await journal.page(ACME, subject, { after: '', limit: 1_000_000 });
  return items.toReversed();
}

async function replay(storage: ManagedStorage) {
  const groups = new Map<string, Set<string>>();
  const people = new Set<string>(BY_HAND);
  for (const { kind, details } of await entriesOf(storage, 'provisioning')) {
    const groupId = String(details['groupId']);
    const listed = (name: string) => (Array.isArray(details[name]) ? (details[name] as readonly string[]) : []);
    if (kind === 'group-created') groups.set(groupId, new Set());
    if (kind === 'group-deleted') groups.delete(groupId);
    if (kind === 'members-changed') {
      for (const id of listed('added')) groups.get(groupId)?.add(id);
      for (const id of listed('removed')) groups.get(groupId)?.delete(id);
    }
    if (kind === 'user-deleted')
      for (const members of groups.values()) members.delete(String(details['directoryUserId']));
    if (kind === 'person-created') people.add(String(details['userId']));
  }
  const grants = new Map<string, string>();
  for (const userId of people) {
    for (const { details } of await entriesOf(storage, `person:${userId}`)) {
      const each = (name: string) => (Array.isArray(details[name]) ? (details[name] as readonly JsonObject[]) : []);
      for (const { target, source } of each('remove')) grants.delete(`${userId} ${target} ${source}`);
      for (const { target, source, role } of [...each('change'), ...each('add')]) {
        grants.set(`${userId} ${target} ${source}`, String(role));
      }
    }
  }
  return {
    grants: [...grants].map(([key, role]) => `${key} ${role}`).sort(),
    members: [...groups].map(([id, members]) => `${id}: ${[...members].sort().join(' ')}`).sort(),
  };
}

async function grantsOf(storage: ManagedStorage): Promise<readonly string[]> {
  const users = await storage.users.list(ACME, { after: '', limit: 1000 });
  const grants = await storage.grants.ofUsers(
    ACME,
    users.map(({ id }) => id),
  );
  return grants.map(({ userId, target, source, role }) => `${userId} ${target} ${source} ${role}`).sort();
}

async function membersOf(storage: ManagedStorage): Promise<readonly string[]> {
  const scope = { ...ACME, directoryId: 'main' };
  const { items } = await storage.groups.query(scope, { page: { startIndex: 1, count: 1000 } });
  const lines: string[] = [];
  for (const { id } of items) {
    const { items: members } = await storage.groups.members(scope, id, { after: '', limit: 1000 });
    lines.push(
      `${id}: ${members
        .map((member) => member.id)
        .sort()
        .join(' ')}`,
    );
  }
  return lines.sort();
}

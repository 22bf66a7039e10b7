import { describe, expect, it } from '@jest/globals';
import { type Storage, StorageUnavailableError } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { type FaultPlan, faultAt, type StorageFault, seededFaults, withFaults } from 'express-sso-scim/testing';
import type { Response } from 'supertest';
import { createRecordingLogger } from '../support/recording-logger.js';
import { expectScimError } from '../support/scim-error.js';
import { createGroup, createUser, type Resource } from '../support/scim-resources.js';
import { createScimSite, GROUP, type ScimClient, USER } from '../support/scim-site.js';

const scope = { organizationId: 'acme', directoryId: 'acme-okta' };
const SECRET = 'postgres://admin:hunter2@db/scim';
const UNKNOWN_FAULT = new Error(SECRET);

function addUser(storage: Storage, id: string) {
  return storage.directoryUsers.insert(scope, {
    id,
    created: '2026-03-01T10:00:00.000Z',
    attributes: {},
    uniqueKeys: [],
  });
}

describe('withFaults', () => {
  it('makes a call fail before anything has happened', async () => {
    const memory = createMemoryStorage();
    const storage = withFaults(memory, faultAt({ name: 'directoryUsers.insert', nth: 2 }, { kind: 'fail' }));
    await addUser(storage, 'u1');
    await expect(addUser(storage, 'u2')).rejects.toBeInstanceOf(StorageUnavailableError);
    await addUser(storage, 'u3');
    expect(await memory.directoryUsers.getMany(scope, ['u1', 'u2', 'u3'])).toMatchObject([{ id: 'u1' }, { id: 'u3' }]);
  });

  it('loses the answer of a call that was carried out', async () => {
    const memory = createMemoryStorage();
    const storage = withFaults(memory, faultAt({}, { kind: 'time-out', error: UNKNOWN_FAULT }));
    await expect(addUser(storage, 'u1')).rejects.toBe(UNKNOWN_FAULT);
    expect(await memory.directoryUsers.get(scope, 'u1')).toBeDefined();
  });

  it('repeats a call', async () => {
    const memory = createMemoryStorage();
    const storage = withFaults(memory, faultAt({ name: 'directoryUsers.insert' }, { kind: 'repeat' }));
    await expect(addUser(storage, 'u1')).rejects.toMatchObject({ code: 'unique_conflict' });
    expect(await memory.directoryUsers.get(scope, 'u1')).toMatchObject({ version: 1 });
  });

  it('does the work of a transaction twice, and keeps it once', async () => {
    const memory = createMemoryStorage();
    const storage = withFaults(memory, faultAt({ name: 'transaction' }, { kind: 'repeat' }));
    let runs = 0;
    await storage.transaction(scope, async (outer) => {
      runs += 1;
      await addUser(outer, 'u1');
      await outer.transaction(scope, (inner) => addUser(inner, 'u2'));
    });
    expect(runs).toBe(2);
    expect((await memory.directoryUsers.getMany(scope, ['u1', 'u2'])).map(({ version }) => version)).toEqual([1, 1]);
  });

  it('delays a call', async () => {
    const storage = withFaults(
      createMemoryStorage(),
      faultAt({ name: 'directoryUsers.insert', nth: 1 }, { kind: 'delay', milliseconds: 20 }),
    );
    const done: string[] = [];
    await Promise.all(['late', 'soon'].map((id) => addUser(storage, id).then(() => done.push(id))));
    expect(done).toEqual(['soon', 'late']);
  });

  it('works inside transactions, where a fault takes back the whole', async () => {
    const memory = createMemoryStorage();
    const storage = withFaults(memory, (call) =>
      call.isInTransaction && call.name === 'directoryUsers.insert' && call.nth === 3
        ? { kind: 'time-out' }
        : undefined,
    );
    await addUser(storage, 'u1');
    const work = storage.transaction(scope, async (inside) => {
      await addUser(inside, 'u2');
      await addUser(inside, 'u3');
    });
    await expect(work).rejects.toBeInstanceOf(StorageUnavailableError);
    expect((await memory.directoryUsers.getMany(scope, ['u1', 'u2', 'u3'])).map(({ id }) => id)).toEqual(['u1']);
  });

  it('leaves what is no call alone', () => {
    const memory = createMemoryStorage({ capabilities: { filtering: false, sorting: true } });
    expect(withFaults(memory, faultAt({}, { kind: 'fail' })).capabilities).toEqual({ filtering: false, sorting: true });
  });

  it('has the same accidents for the same seed, about as many as told', async () => {
    const accidents = (seed: number) => {
      const plan = seededFaults(seed, 0.25, [{ kind: 'fail' }, { kind: 'repeat' }]);
      const call = { name: 'groups.get', args: [], isInTransaction: false };
      return Array.from({ length: 400 }, (_, index) => plan({ ...call, nth: index + 1 })?.kind ?? '-').join(' ');
    };
    expect(accidents(1)).toBe(accidents(1));
    expect(accidents(1)).not.toBe(accidents(2));
    const calls = accidents(1).split(' ');
    const bad = calls.filter((kind) => kind !== '-');
    expect(bad.length).toBeGreaterThan(70);
    expect(bad.length).toBeLessThan(130);
    expect(new Set(bad)).toEqual(new Set(['fail', 'repeat']));
  });
});

/** A site over a storage whose faults begin when told. */
async function createFaultySite() {
  const memory = createMemoryStorage();
  const ended: string[] = [];
  let plan: FaultPlan | undefined;
  const storage = withFaults(memory, (call) => plan?.(call));
  const options = {
    logger: createRecordingLogger(),
    endAccess: ({ userId }: { userId: string }) => void ended.push(userId),
  };
  const client = await createScimSite(options, storage).client();
  return {
    client,
    memory,
    ended,
    goWrong(next: FaultPlan | undefined) {
      plan = next;
    },
  };
}

type FaultySite = Awaited<ReturnType<typeof createFaultySite>>;

/** A plan with one fault, at the so-and-so-manieth call of all. */
function faultAtCall(index: number, fault: StorageFault): FaultPlan & { readonly isMet: () => boolean } {
  let met = 0;
  const plan: FaultPlan = () => {
    met += 1;
    return met === index ? fault : undefined;
  };
  return Object.assign(plan, { isMet: () => met >= index });
}

/** Something that an identity provider does, and how it looks when it is done. */
interface Scenario {
  readonly what: string;
  prepare(client: ScimClient): Promise<readonly Resource[]>;
  send(client: ScimClient, things: readonly Resource[]): PromiseLike<Response>;
  /** Statuses that mean "done", of the first request that is not told to come again. */
  readonly done: readonly number[];
  look(client: ScimClient, things: readonly Resource[], site: FaultySite): Promise<unknown>;
  readonly expected: (things: readonly Resource[]) => unknown;
}

const people = async (client: ScimClient) =>
  (await client.get('/Users')).body.Resources.map((user: Resource) => [
    user.userName,
    user['active'] ?? true,
    (user['groups'] as readonly unknown[] | undefined)?.length ?? 0,
  ]);
const members = async (client: ScimClient, { id }: Resource) =>
  ((await client.get(`/Groups/${id}`)).body.members ?? []).map(({ value }: { value: string }) => value).sort();
const crew = async (client: ScimClient) => {
  const [ada, eve] = [await createUser(client, 'ada'), await createUser(client, 'eve')];
  return [await createGroup(client, 'crew', [ada]), ada, eve];
};

const scenarios: readonly Scenario[] = [
  {
    what: 'POST of a person',
    prepare: async () => [],
    send: (client) => client.post('/Users', { schemas: [USER], userName: 'ada' }),
    done: [201, 409],
    look: people,
    expected: () => [['ada', true, 0]],
  },
  {
    what: 'POST of a group with members',
    prepare: async (client) => [await createUser(client, 'ada')],
    send: (client, [ada]) =>
      client.post('/Groups', { schemas: [GROUP], displayName: 'crew', members: [{ value: ada?.id }] }),
    done: [201, 409],
    look: async (client) => {
      const groups: readonly Resource[] = (await client.get('/Groups?attributes=members')).body.Resources;
      return new Set(groups.map((group) => (group as { members?: unknown[] }).members?.length));
    },
    // Names of groups need not be unique: a provider that hears nothing asks before it creates again.
    expected: () => new Set([1]),
  },
  {
    what: 'PATCH that adds and removes members',
    prepare: crew,
    send: (client, [group, ada, eve]) =>
      client.patch(`/Groups/${group?.id}`, [
        { op: 'add', path: 'members', value: [{ value: eve?.id }] },
        { op: 'remove', path: `members[value eq "${ada?.id}"]` },
        { op: 'replace', path: 'displayName', value: 'renamed' },
      ]),
    done: [200, 204],
    look: async (client, [group]) => [
      await members(client, group as Resource),
      (await client.get(`/Groups/${group?.id}`)).body.displayName,
    ],
    expected: ([, , eve]) => [[eve?.id], 'renamed'],
  },
  {
    what: 'PUT of a group',
    prepare: crew,
    send: (client, [group, , eve]) =>
      client.put(`/Groups/${group?.id}`, { schemas: [GROUP], displayName: 'crew', members: [{ value: eve?.id }] }),
    done: [200],
    look: (client, [group]) => members(client, group as Resource),
    expected: ([, , eve]) => [eve?.id],
  },
  {
    what: 'PATCH that deactivates',
    prepare: crew,
    send: (client, [, ada]) => client.patch(`/Users/${ada?.id}`, [{ op: 'replace', path: 'active', value: false }]),
    done: [200, 204],
    look: async (client, [, ada], { ended }) => [await people(client), ended.includes(ada?.id ?? '')],
    expected: () => [
      [
        ['ada', false, 1],
        ['eve', true, 0],
      ],
      true,
    ],
  },
  {
    what: 'DELETE of a person',
    prepare: crew,
    send: (client, [, ada]) => client.delete(`/Users/${ada?.id}`),
    done: [204, 404],
    look: async (client, [group, ada], { ended }) => [
      await people(client),
      await members(client, group as Resource),
      ended.includes(ada?.id ?? ''),
    ],
    expected: () => [[['eve', true, 0]], [], true],
  },
];

const faults: readonly StorageFault[] = [
  { kind: 'fail' },
  { kind: 'time-out' },
  { kind: 'fail', error: UNKNOWN_FAULT },
  { kind: 'time-out', error: UNKNOWN_FAULT },
  { kind: 'repeat' },
];

describe.each(scenarios)('$what', ({ prepare, send, done, look, expected }) => {
  it.each(faults)('is done once and wholly after a retry, whichever call meets %j', async (fault) => {
    let isMet = true;
    let index = 0;
    while (isMet) {
      index += 1;
      const site = await createFaultySite();
      const things = await prepare(site.client);
      const plan = faultAtCall(index, fault);
      site.goWrong(plan);
      let answer = await send(site.client, things);
      isMet = plan.isMet();
      for (let attempt = 1; !done.includes(answer.status) && attempt < 4; attempt += 1) {
        const detail = expectScimError(answer, answer.status === 503 ? 503 : 500);
        expect(detail).not.toContain('hunter2');
        if (answer.status === 503) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
        answer = await send(site.client, things);
      }
      expect({ index, status: done.includes(answer.status) ? 'done' : answer.status }).toEqual({
        index,
        status: 'done',
      });
      site.goWrong(undefined);
      expect(await look(site.client, things, site)).toEqual(expected(things));
    }
    expect(index).toBeGreaterThan(2);
  });
});

describe('a POST whose insert was carried out and whose answer was lost', () => {
  it('is a 503 with Retry-After, and its repetition a 409 about the person that can be found', async () => {
    const site = await createFaultySite();
    site.goWrong(faultAt({ name: 'directoryUsers.insert', nth: 1 }, { kind: 'time-out' }));
    const post = () => site.client.post('/Users', { schemas: [USER], userName: 'ada' });
    const first = await post();
    expectScimError(first, 503);
    expect(first.headers['retry-after']).toMatch(/^\d+$/);
    expectScimError(await post(), 409, 'uniqueness');
    const { body } = await site.client.get('/Users?filter=userName%20eq%20%22ADA%22');
    expect(body.totalResults).toBe(1);
  });
});

describe('a deactivation whose clearAccessEnding fails', () => {
  it.each(['fail', 'time-out'] as const)(
    '(%s) is a 503, and its repetition calls the host again until it is cleared',
    async (kind) => {
      const site = await createFaultySite();
      const { id } = await createUser(site.client, 'ada');
      const deactivate = () => site.client.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }]);
      site.goWrong(({ name }) => (name === 'directoryUsers.clearAccessEnding' ? { kind } : undefined));
      for (const times of [1, 2]) {
        const answer = await deactivate();
        expectScimError(answer, 503);
        expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
        expect(site.ended).toEqual(Array(times).fill(id));
      }
      expect((await site.client.get(`/Users/${id}`)).body).toMatchObject({ active: false });
      site.goWrong(undefined);
      expect((await deactivate()).status).toBe(200);
      expect(site.ended).toEqual([id, id, id]);
      expect((await deactivate()).status).toBe(200);
      expect(site.ended).toEqual([id, id, id]);
    },
  );
});

describe('a sync over a storage with many faults', () => {
  it.each([11, 12, 13])('ends in the state that the provider wants (seed %i)', async (seed) => {
    const site = await createFaultySite();
    site.goWrong(
      seededFaults(seed, 0.08, [...faults.filter(({ kind }) => kind !== 'repeat'), { kind: 'delay', milliseconds: 1 }]),
    );
    /** As a provider does: look, then create what is missing; come again while told to. */
    const persist = async (send: () => PromiseLike<Response>) => {
      for (let attempt = 0; attempt < 30; attempt += 1) {
        const answer = await send();
        if (answer.status < 500) return answer;
        expect(expectScimError(answer, answer.status)).not.toContain('hunter2');
      }
      throw new Error('never done');
    };
    const ensure = async (path: string, filter: string, body: object): Promise<string> => {
      for (;;) {
        const found = await persist(() => site.client.get(`${path}?filter=${encodeURIComponent(filter)}`));
        const [existing] = found.body.Resources;
        if (existing) return existing.id;
        await persist(() => site.client.post(path, body));
      }
    };
    const groupId = await ensure('/Groups', 'displayName eq "crew"', { schemas: [GROUP], displayName: 'crew' });
    const names = Array.from({ length: 12 }, (_, index) => `person-${index}`);
    await Promise.all(
      names.map(async (userName, index) => {
        const id = await ensure('/Users', `userName eq "${userName}"`, { schemas: [USER], userName });
        await persist(() =>
          site.client.patch(`/Groups/${groupId}`, [{ op: 'add', path: 'members', value: [{ value: id }] }]),
        );
        if (index % 3 === 0)
          await persist(() => site.client.patch(`/Users/${id}`, [{ op: 'replace', path: 'active', value: false }]));
        if (index % 4 === 0) await persist(() => site.client.delete(`/Users/${id}`));
      }),
    );
    site.goWrong(undefined);
    const stay = names.filter((_, index) => index % 4 !== 0);
    const found: readonly [string, boolean, number][] = await people(site.client);
    expect(new Map(found.map(([name, ...rest]) => [name, rest]))).toEqual(
      new Map(stay.map((name) => [name, [names.indexOf(name) % 3 !== 0, 1]])),
    );
    expect(found).toHaveLength(stay.length);
    expect(await members(site.client, { id: groupId } as Resource)).toHaveLength(stay.length);
  });
});

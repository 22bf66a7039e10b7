import { afterEach, describe, expect, it } from '@jest/globals';
import { type AccessEnded, createMaintenance, type ScimRouterOptions } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import type { Response } from 'supertest';
import { observeStorage } from '../../src/testing/observed-storage.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { expectScimError } from '../support/scim-error.js';
import { createGroup, createUser, list, UNKNOWN_ID } from '../support/scim-resources.js';
import { createScimSite, PATCH_OP, type ScimClient, USER } from '../support/scim-site.js';
import { createTestKeyRing } from '../support/tenant-site.js';

const INACTIVE = [{ op: 'replace', path: 'active', value: false }];
const ACTIVE = [{ op: 'replace', path: 'active', value: true }];
const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const SECRET = 'postgres://admin:hunter2@db/sessions';

/** A host whose callback does what a test says, and remembers what it was called for. */
function createHost() {
  const calls: AccessEnded[] = [];
  let answer: (event: AccessEnded) => Promise<void> | void = () => {};
  return {
    calls,
    endAccess: (event: AccessEnded) => {
      calls.push(event);
      return answer(event);
    },
    does(next: (event: AccessEnded) => Promise<void> | void) {
      answer = next;
    },
  };
}

const host = createHost();
const logger = createRecordingLogger();
const storage = createMemoryStorage();
const site = createScimSite({ endAccess: host.endAccess, endAccessTimeout: 100, logger }, storage);

afterEach(() => {
  host.calls.length = 0;
  host.does(() => {});
});

async function person(attributes: object = {}) {
  const client = await site.client();
  const user = await createUser(client, 'ada', attributes);
  const { organizationId, id: directoryId } = client.directory;
  const scope = { organizationId, directoryId };
  return {
    client,
    user,
    path: `/Users/${user.id}`,
    scope,
    ended: (reason: string) => ({ ...scope, userId: user.id, reason }),
  };
}

async function expectActive(client: ScimClient, path: string, active: boolean) {
  const { status, body } = await client.get(path);
  expect({ status, active: body.active }).toEqual({ status: 200, active });
}

/** Expects "stored, but not done: try again". */
function expectRetryable(response: Response) {
  const detail = expectScimError(response, 503);
  expect(Number(response.headers['retry-after'])).toBeGreaterThan(0);
  expect(detail).not.toContain(SECRET);
}

/** A promise that a test settles. */
function createGate() {
  let open: () => void = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

type Send = (client: ScimClient, path: string, id: string) => PromiseLike<Response>;

/** Ways to end somebody's access, with what is answered once it has ended. */
const WAYS: readonly (readonly [string, Send, string, number])[] = [
  ['PATCH by path', (client, path) => client.patch(path, INACTIVE), 'deactivated', 200],
  [
    'PATCH without path (Okta)',
    (client, path) => client.patch(path, [{ op: 'replace', value: { active: false } }]),
    'deactivated',
    200,
  ],
  [
    'PATCH by text (Entra)',
    (client, path) => client.patch(path, [{ op: 'Replace', path: 'active', value: 'False' }]),
    'deactivated',
    200,
  ],
  [
    'PATCH of more than that',
    (client, path) => client.patch(path, [{ op: 'add', path: 'title', value: 'x' }, ...INACTIVE]),
    'deactivated',
    200,
  ],
  ['PUT', (client, path) => client.put(path, { schemas: [USER], userName: 'ada', active: false }), 'deactivated', 200],
  [
    'PUT by text',
    (client, path) => client.put(path, { schemas: [USER], userName: 'ada', active: 'false' }),
    'deactivated',
    200,
  ],
  ['DELETE', (client, path) => client.delete(path), 'deleted', 204],
];

describe('ending access', () => {
  it.each(WAYS)('176 calls the host once on %s', async (_way, send, reason, status) => {
    const { client, path, user, ended } = await person();
    expect((await send(client, path, user.id)).status).toBe(status);
    expect(host.calls).toEqual([ended(reason)]);
    if (reason === 'deactivated') await expectActive(client, path, false);
    else expectScimError(await client.get(path), 404);
  });

  it.each(WAYS)('176 does not call the host again when %s is repeated', async (_way, send, reason, status) => {
    const { client, path, user, ended } = await person();
    await send(client, path, user.id);
    const { headers } = await client.get(path);
    expect((await send(client, path, user.id)).status).toBe(reason === 'deleted' ? 404 : status);
    expect(host.calls).toEqual([ended(reason)]);
    expect((await client.get(path)).headers['etag']).toBe(headers['etag']);
  });

  it.each<[string, Send, object]>([
    ['activation by PATCH', (client, path) => client.patch(path, ACTIVE), { active: false }],
    ['activation by PUT', (client, path) => client.put(path, { userName: 'ada', active: true }), { active: false }],
    ['creation of an inactive user', (client) => client.post('/Users', { userName: 'bob', active: false }), {}],
    ['creation of an active user', (client) => client.post('/Users', { userName: 'bob', active: true }), {}],
    ['deactivation of a user created inactive', (client, path) => client.patch(path, INACTIVE), { active: false }],
    ['deletion of a user created inactive', (client, path) => client.delete(path), { active: false }],
    [
      'a change of something else',
      (client, path) => client.patch(path, [{ op: 'add', path: 'title', value: 'x' }]),
      {},
    ],
    ['a change of an inactive user', (client, path) => client.put(path, { userName: 'lovelace' }), { active: false }],
    ['PUT that does not speak of active', (client, path) => client.put(path, { userName: 'ada', title: 'x' }), {}],
    ['a PATCH that changes nothing', (client, path) => client.patch(path, ACTIVE), {}],
    ['reading', (client, path) => client.get(path), {}],
  ])('176 does not call the host on %s', async (_what, send, attributes) => {
    const { client, path, user } = await person(attributes);
    expect([200, 201, 204]).toContain((await send(client, path, user.id)).status);
    expect(host.calls).toEqual([]);
  });

  it.each<[string, Send, number]>([
    [
      'its last operation fails',
      (client, path) => client.patch(path, [...INACTIVE, { op: 'remove', path: 'userName' }]),
      400,
    ],
    ['its version is stale', (client, path) => client.patch(path, INACTIVE).set('If-Match', 'W/"7"'), 412],
    [
      'its version is stale and it is PUT',
      (client, path) => client.put(path, { userName: 'ada', active: false }).set('If-Match', 'W/"7"'),
      412,
    ],
    ['its version is stale and it is DELETE', (client, path) => client.delete(path).set('If-Match', 'W/"7"'), 412],
    ['a required attribute is missing', (client, path) => client.put(path, { active: false }), 400],
    ['nobody has the id', (client) => client.patch(`/Users/${UNKNOWN_ID}`, INACTIVE), 404],
  ])('173 does not call the host for a request that is refused because %s', async (_why, send, status) => {
    const { client, path, user } = await person();
    expect((await send(client, path, user.id)).status).toBe(status);
    expect(host.calls).toEqual([]);
    await expectActive(client, path, true);
  });

  it('208 does not call the host for a person of another tenant', async () => {
    const { path } = await person();
    const stranger = await site.client();
    expectScimError(await stranger.patch(path, INACTIVE), 404);
    expectScimError(await stranger.delete(path), 404);
    expect(host.calls).toEqual([]);
  });

  it.each<[string, Send]>([
    ['PATCH remove', (client, path) => client.patch(path, [{ op: 'remove', path: 'active' }])],
    ['PATCH null', (client, path) => client.patch(path, [{ op: 'replace', value: { active: null } }])],
    ['PATCH empty text', (client, path) => client.patch(path, [{ op: 'replace', path: 'active', value: '' }])],
    ['PUT null', (client, path) => client.put(path, { userName: 'ada', active: null })],
  ])('176 %s of active neither lets a leaver in nor shuts anybody out', async (_how, send) => {
    for (const active of [false, true]) {
      const { client, path, user } = await person({ active });
      const answer = await send(client, path, user.id);
      expect({ status: answer.status, active: answer.body.active }).toEqual({ status: 200, active });
    }
    expect(host.calls).toEqual([]);
  });

  it('176 calls the host for what a bulk request does, and tells of failures in the slot', async () => {
    const { client, path, user, ended } = await person();
    const patch = { method: 'PATCH', path, data: { schemas: [PATCH_OP], Operations: INACTIVE } };
    const bulk = async (Operations: readonly object[]) =>
      (await client.post('/Bulk', { schemas: [BULK_REQUEST], Operations })).body.Operations;
    host.does(() => Promise.reject(new Error(SECRET)));
    const [failed] = await bulk([patch]);
    expect({ status: failed.status, error: failed.response.status, location: failed.location }).toEqual({
      status: '503',
      error: '503',
      location: `${client.baseUrl}/Users/${user.id}`,
    });
    host.does(() => {});
    const done = await bulk([patch, { method: 'DELETE', path }]);
    expect(done.map(({ status }: { readonly status: string }) => status)).toEqual(['200', '204']);
    expect(host.calls).toEqual([ended('deactivated'), ended('deactivated')]);
  });

  it('promise 7: when the host is called the change is stored, and so is that access is to be ended', async () => {
    const { client, path, user, scope } = await person();
    const seen: unknown[] = [];
    host.does(async () => {
      const stored = await storage.directoryUsers.get(scope, user.id);
      seen.push({ active: stored?.attributes['active'], accessEnding: stored?.accessEnding });
    });
    await client.patch(path, INACTIVE);
    expect(seen).toEqual([{ active: false, accessEnding: true }]);
    expect(await storage.directoryUsers.get(scope, user.id)).not.toHaveProperty('accessEnding');
    await client.patch(path, ACTIVE);
    host.does(async () => {
      seen.push([
        await storage.directoryUsers.get(scope, user.id),
        await storage.directoryUsers.getDeleted(scope, user.id),
      ]);
    });
    await client.delete(path);
    expect(seen[1]).toEqual([undefined, expect.objectContaining({ id: user.id, accessEnding: true })]);
    expect(await storage.directoryUsers.getDeleted(scope, user.id)).not.toHaveProperty('accessEnding');
  });

  it('promise 7: works without a callback, and then remembers nothing', async () => {
    const bare = createScimSite();
    const client = await bare.client();
    const ada = await createUser(client, 'ada');
    expect((await client.patch(`/Users/${ada.id}`, INACTIVE)).status).toBe(200);
    const scope = { organizationId: client.directory.organizationId, directoryId: client.directory.id };
    expect(await bare.storage.directoryUsers.get(scope, ada.id)).not.toHaveProperty('accessEnding');
    expect((await client.delete(`/Users/${ada.id}`)).status).toBe(204);
    expectScimError(await client.delete(`/Users/${ada.id}`), 404);
  });
});

describe('a host that fails to end access', () => {
  const FAILURES: readonly (readonly [string, () => Promise<void> | void])[] = [
    [
      'throws',
      () => {
        throw new Error(SECRET);
      },
    ],
    ['rejects', () => Promise.reject(new Error(SECRET))],
    ['hangs', () => new Promise(() => {})],
  ];
  const cases = WAYS.flatMap(([way, send, reason, status]) =>
    FAILURES.map(([how, fail]) => [way, how, send, fail, reason, status] as const),
  );

  it.each(cases)(
    'security 1: %s answers 503 while the host %s, and success only once it has ended access',
    async (_way, _how, send, fail, reason, status) => {
      const { client, path, user, ended } = await person();
      host.does(fail);
      expectRetryable(await send(client, path, user.id));
      // Stored: nobody who asks now is told otherwise.
      if (reason === 'deactivated') await expectActive(client, path, false);
      else expectScimError(await client.get(path), 404);
      const { headers } = await client.get(path);
      expectRetryable(await send(client, path, user.id));
      host.does(() => {});
      expect((await send(client, path, user.id)).status).toBe(status);
      expect(host.calls).toEqual([ended(reason), ended(reason), ended(reason)]);
      expect((await client.get(path)).headers['etag']).toBe(headers['etag']);
      expect((await send(client, path, user.id)).status).toBe(reason === 'deleted' ? 404 : status);
      expect(host.calls).toHaveLength(3);
    },
  );

  it('security 1: leaves the cause to the log', async () => {
    const { client, path, user } = await person();
    const logged = logger.entries.length;
    host.does(() => Promise.reject(new Error(SECRET)));
    expectRetryable(await client.patch(path, INACTIVE));
    const entries = logger.entries.slice(logged).filter(({ level }) => level === 'error');
    expect(entries).toHaveLength(1);
    expect(inspected(entries[0])).toContain(SECRET);
    expect(inspected(entries[0])).toContain(user.id);
  });

  it('promise 7: any other change of the same person tries again too', async () => {
    const { client, path, ended } = await person();
    host.does(() => Promise.reject(new Error('down')));
    expectRetryable(await client.patch(path, INACTIVE));
    const retitle = (title: string) => client.patch(path, [{ op: 'replace', path: 'title', value: title }]);
    expectRetryable(await retitle('one'));
    expectRetryable(await client.put(path, { userName: 'ada', title: 'two' }));
    expect((await client.get(path)).body.title).toBe('two');
    host.does(() => {});
    expect((await retitle('three')).status).toBe(200);
    expect((await retitle('four')).status).toBe(200);
    expect(host.calls).toEqual(Array.from({ length: 4 }, () => ended('deactivated')));
  });

  it('promise 7: a repeated request that states the version it saw first ends access, then hears that it is past', async () => {
    const { client, path, ended } = await person();
    const deactivate = () => client.patch(path, INACTIVE).set('If-Match', 'W/"1"');
    host.does(() => Promise.reject(new Error('down')));
    expectRetryable(await deactivate());
    expectRetryable(await deactivate());
    host.does(() => {});
    expectScimError(await deactivate(), 412);
    expectScimError(await deactivate(), 412);
    expect(host.calls).toEqual(Array.from({ length: 3 }, () => ended('deactivated')));
  });

  it('promise 7: a deletion that is to be finished keeps nobody from the name and shows nobody', async () => {
    const { client, path, user, ended } = await person();
    const team = await createGroup(client, 'Team', [user]);
    host.does(() => Promise.reject(new Error('down')));
    expectRetryable(await client.delete(path));
    expect((await list(client, '/Users')).totalResults).toBe(0);
    expect((await client.get(`/Groups/${team.id}`)).body.members).toBeUndefined();
    const again = await createUser(client, 'ada');
    expect(again.id).not.toBe(user.id);
    host.does(() => {});
    expect((await client.delete(path)).status).toBe(204);
    expectScimError(await client.delete(path), 404);
    expect(host.calls).toEqual([ended('deleted'), ended('deleted')]);
    await expectActive(client, `/Users/${again.id}`, true);
  });

  it('promise 7: who is deleted while a deactivation is to be finished has it finished by the deletion', async () => {
    const { client, path, ended } = await person();
    host.does(() => Promise.reject(new Error('down')));
    expectRetryable(await client.patch(path, INACTIVE));
    host.does(() => {});
    expect((await client.delete(path)).status).toBe(204);
    expect(host.calls).toEqual([ended('deactivated'), ended('deleted')]);
  });

  it('promise 7: who comes back before it succeeded keeps access, and leaves again like anybody', async () => {
    const { client, path, user, scope, ended } = await person();
    host.does(() => Promise.reject(new Error('down')));
    expectRetryable(await client.patch(path, INACTIVE));
    const back = await client.patch(path, ACTIVE);
    expect({ status: back.status, active: back.body.active }).toEqual({ status: 200, active: true });
    expect(await storage.directoryUsers.get(scope, user.id)).not.toHaveProperty('accessEnding');
    expect((await client.patch(path, [{ op: 'add', path: 'title', value: 'x' }])).status).toBe(200);
    expect(host.calls).toEqual([ended('deactivated')]);
    expectRetryable(await client.patch(path, INACTIVE));
    host.does(() => {});
    expect((await client.patch(path, INACTIVE)).status).toBe(200);
    expect(host.calls).toHaveLength(3);
  });

  it('promise 7: a late success does not count for a later leave', async () => {
    const patient = createHost();
    const gate = createGate();
    const client = await createScimSite({ endAccess: patient.endAccess, logger }, storage).client();
    const ada = await createUser(client, 'ada');
    const path = `/Users/${ada.id}`;
    const called = createGate();
    patient.does(() => {
      called.open();
      return gate.passed;
    });
    const first = client.patch(path, INACTIVE).then((answer) => answer);
    await called.passed;
    expect((await client.patch(path, ACTIVE)).status).toBe(200);
    patient.does(() => Promise.reject(new Error('down')));
    expectRetryable(await client.patch(path, INACTIVE));
    gate.open();
    expect((await first).status).toBe(200);
    expectRetryable(await client.patch(path, INACTIVE));
    patient.does(() => {});
    expect((await client.patch(path, INACTIVE)).status).toBe(200);
    expect(patient.calls).toHaveLength(4);
  });

  it('promise 7: deactivated and deleted at once, both are finished before both have succeeded', async () => {
    const patient = createHost();
    const gate = createGate();
    const called = createGate();
    const client = await createScimSite({ endAccess: patient.endAccess, logger }, storage).client();
    const ada = await createUser(client, 'ada');
    const path = `/Users/${ada.id}`;
    patient.does(({ reason }) => {
      if (reason === 'deleted') return Promise.reject(new Error('down'));
      called.open();
      return gate.passed;
    });
    const deactivated = client.patch(path, INACTIVE).then((answer) => answer);
    await called.passed;
    expectRetryable(await client.delete(path));
    gate.open();
    expect((await deactivated).status).toBe(200);
    expectRetryable(await client.delete(path));
    patient.does(() => {});
    expect((await client.delete(path)).status).toBe(204);
    expectScimError(await client.delete(path), 404);
    expect(patient.calls.map(({ reason }) => reason)).toEqual(['deactivated', 'deleted', 'deleted', 'deleted']);
  });

  it('promise 7: ten who deactivate one person at once all succeed, after a call', async () => {
    const { client, path, user, scope } = await person();
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.patch(path, INACTIVE)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(host.calls.length).toBeGreaterThan(0);
    const stored = await storage.directoryUsers.get(scope, user.id);
    expect({ version: stored?.version, pending: stored?.accessEnding }).toEqual({ version: 2, pending: undefined });
    const before = host.calls.length;
    await client.patch(path, INACTIVE);
    expect(host.calls).toHaveLength(before);
  });

  it('promise 7: what a store forgets to forget is done again', async () => {
    let isDown = true;
    const leaky = observeStorage(createMemoryStorage(), async ({ name }, proceed) => {
      if (name === 'directoryUsers.clearAccessEnding' && isDown) throw new Error(SECRET);
      return proceed();
    });
    const own = createHost();
    const client = await createScimSite({ endAccess: own.endAccess, logger }, leaky).client();
    const ada = await createUser(client, 'ada');
    const failed = await client.patch(`/Users/${ada.id}`, INACTIVE);
    expect(expectScimError(failed, 500)).not.toContain(SECRET);
    isDown = false;
    expect((await client.patch(`/Users/${ada.id}`, INACTIVE)).status).toBe(200);
    expect((await client.patch(`/Users/${ada.id}`, INACTIVE)).status).toBe(200);
    expect(own.calls).toHaveLength(2);
  });
});

describe.each<[string, ScimRouterOptions]>([
  ['the protocol alone', {}],
  ['provisioning', { provisioning: {} }],
])('maintenance, with %s', (_, options) => {
  /** A person whose access is just being ended, and maintenance on another node, some minutes later each time. */
  async function leaver() {
    let now = Date.parse('2026-03-01T10:00:00.000Z');
    const clock = { now: () => now };
    const [own, store] = [createHost(), createMemoryStorage({ organizations: [{ id: 'acme', name: 'Acme' }] })];
    const { endAccess } = own;
    const client = await createScimSite({ clock, endAccess, logger, ...options }, store).client({
      organizationId: 'acme',
    });
    const user = await createUser(client, 'ada');
    const scope = { organizationId: 'acme', directoryId: client.directory.id };
    const maintenance = createMaintenance({
      storage: store,
      keyRing: createTestKeyRing(),
      clock,
      logger,
      endAccess,
      endAccessTimeout: 100,
      onEvent: async () => undefined,
    });
    return {
      own,
      store,
      client,
      user,
      scope,
      path: `/Users/${user.id}`,
      down: () => own.does(() => Promise.reject(new Error(SECRET))),
      async maintain(minutes = 6) {
        now += minutes * 60_000;
        const { accessEnded, accessNotEnded } = await maintenance.runOnce();
        return [accessEnded, accessNotEnded];
      },
      async journal() {
        const { items } = await store.journal.page(scope, 'provisioning', { after: '', limit: 100 });
        return items
          .filter(({ kind }) => kind.startsWith('access-'))
          .map(({ kind, details }) => `${kind} ${details['cause']} ${details['reason']} ${details['directoryUserId']}`);
      },
    };
  }

  it.each([
    ['deactivated', (client: ScimClient, path: string) => client.patch(path, INACTIVE)],
    ['deleted', (client: ScimClient, path: string) => client.delete(path)],
  ])(
    'promise 7: goes on ending access of who was %s, until it has succeeded, and the journal says how it went',
    async (reason, send) => {
      const { own, store, client, user, scope, path, down, maintain, journal } = await leaver();
      down();
      expectRetryable(await send(client, path));
      expect(await maintain()).toEqual([0, 1]);
      own.does(() => new Promise(() => {}));
      expect(await maintain()).toEqual([0, 1]);
      own.does(() => {});
      expect(await maintain(1)).toEqual([0, 0]);
      expect(await maintain()).toEqual([1, 0]);
      expect(await maintain()).toEqual([0, 0]);
      expect(own.calls.map((call) => [call.userId, call.reason])).toEqual(Array(4).fill([user.id, reason]));
      const personId = await store.people.linkedTo(scope, user.id);
      expect(own.calls.every((call) => call.personId === personId)).toBe(true);
      const left =
        (await store.directoryUsers.get(scope, user.id)) ?? (await store.directoryUsers.getDeleted(scope, user.id));
      expect(left).not.toHaveProperty('accessEnding');
      expect(await journal()).toEqual([
        `access-ended maintenance ${reason} ${user.id}`,
        `access-not-ended maintenance ${reason} ${user.id}`,
        `access-not-ended maintenance ${reason} ${user.id}`,
        `access-not-ended scim ${reason} ${user.id}`,
      ]);
      // Who repeats the request hears that it is done.
      const again = await send(client, path);
      expect(again.status).toBe(reason === 'deleted' ? 404 : 200);
      expect(own.calls).toHaveLength(4);
    },
  );

  it('promise 7: has nothing to do where the request has succeeded, or a repeated one', async () => {
    const { own, client, path, down, maintain, journal } = await leaver();
    expect((await client.patch(path, INACTIVE)).status).toBe(200);
    expect(await maintain()).toEqual([0, 0]);
    await client.patch(path, ACTIVE);
    down();
    expectRetryable(await client.patch(path, INACTIVE));
    own.does(() => {});
    expect((await client.patch(path, INACTIVE)).status).toBe(200);
    await maintain();
    expect(own.calls).toHaveLength(3);
    expect((await journal()).map((line) => line.split(' ')[0])).toEqual([
      'access-ended',
      'access-not-ended',
      'access-ended',
    ]);
  });

  it('promise 7: leaves who is back alone, and ends access of who has left once more', async () => {
    const { own, store, client, user, scope, path, down, maintain } = await leaver();
    down();
    expectRetryable(await client.patch(path, INACTIVE));
    expect((await client.patch(path, ACTIVE)).status).toBe(200);
    own.does(() => {});
    await maintain();
    expect(own.calls).toHaveLength(1);
    down();
    expectRetryable(await client.patch(path, INACTIVE));
    expect((await client.patch(path, [{ op: 'add', path: 'title', value: 'x' }])).status).toBe(503);
    own.does(() => {});
    await maintain();
    expect(own.calls).toHaveLength(4);
    expect(await store.directoryUsers.get(scope, user.id)).not.toHaveProperty('accessEnding');
  });

  it('promise 7: is told by what the change itself stores, so that a process that ends in between loses nothing', async () => {
    const { own, store, client, path, maintain } = await leaver();
    const seen: number[] = [];
    own.does(async () => {
      const far = '2027-01-01T00:00:00.000Z';
      seen.push((await store.outbox.claim('access-ending', far, '2026-03-01T10:01:00.000Z', 10)).length);
    });
    expect((await client.patch(path, INACTIVE)).status).toBe(200);
    expect(seen).toEqual([1]);
    expect(await maintain()).toEqual([0, 0]);
  });
});

/** What a log would show of an entry. */
function inspected(entry: object | undefined): string {
  return JSON.stringify(entry, (_key, value: unknown) =>
    value instanceof Error ? { message: value.message, cause: value.cause } : value,
  );
}

describe('a request that states a version', () => {
  it('security 1 ends access when it is repeated, although its version is no longer the current one', async () => {
    const { client, path, ended } = await person();
    const { etag } = (await client.get(path)).headers;
    host.does(() => {
      throw new Error('down');
    });
    const deactivate = () => client.patch(path, INACTIVE).set('If-Match', String(etag));
    expectScimError(await deactivate(), 503);
    expectScimError(await deactivate(), 503);
    host.does(() => {});
    expectScimError(await deactivate(), 412);
    expect(host.calls).toEqual([ended('deactivated'), ended('deactivated'), ended('deactivated')]);
    expectScimError(await deactivate(), 412);
    expect(host.calls).toHaveLength(3);
    await expectActive(client, path, false);
  });
});

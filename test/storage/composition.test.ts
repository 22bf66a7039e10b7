import { describe, expect, it } from '@jest/globals';
import { composeStorage, type JoinableStorage, type Storage, type UserStore } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { describeStorageContract } from 'express-sso-scim/testing';

const scope = { organizationId: 'acme', directoryId: 'acme-okta' };
const ada = { id: 'ada', email: 'ada@acme.example' };
const acme = { id: 'acme', name: 'Acme' };

/** A store of the host's that knows one person. */
const users: UserStore = {
  get: async (_, id) => (id === ada.id ? ada : undefined),
  findByEmail: async (_, email) => (email.toLowerCase() === ada.email ? ada : undefined),
};

/** A table of the host's, beside a storage whose transactions it can take part in. */
function joinable() {
  const opened: string[] = [];
  const over = (inner: Storage, handle: readonly string[]): JoinableStorage<readonly string[]> => ({
    ...inner,
    handle,
    transaction: (at, work) => inner.transaction(at, (inside) => work(over(inside, [...handle, 'in a transaction']))),
  });
  const storage = over(createMemoryStorage({ organizations: [acme] }), ['outside']);
  const usersOver = (handle: readonly string[]): UserStore => {
    opened.push(handle.join(', '));
    return { ...users, get: async (_, id) => ({ id, email: handle.join(', ') }) };
  };
  return { storage, usersOver, opened };
}

describe('composeStorage', () => {
  it('puts a store of the host in place, and leaves the others', async () => {
    const storage = composeStorage(createMemoryStorage({ organizations: [acme] }), { users });
    expect(await storage.users.findByEmail(scope, 'ADA@acme.example')).toEqual(ada);
    expect(await storage.organizations.get('acme')).toEqual(acme);
    expect(await storage.teams.get(scope, 'any')).toBeUndefined();
  });

  it('takes organizations and teams too', async () => {
    const storage = composeStorage(createMemoryStorage(), {
      organizations: { get: async (id) => ({ id, name: 'host' }) },
      teams: { get: async () => undefined, findByName: async (_, name) => ({ id: 't', name }) },
    });
    expect(await storage.organizations.get('x')).toEqual({ id: 'x', name: 'host' });
    expect(await storage.teams.findByName(scope, 'Ops')).toEqual({ id: 't', name: 'Ops' });
  });

  it('is passed on to the work of a transaction, and of one inside it', async () => {
    const storage = composeStorage(createMemoryStorage(), { users });
    const found = await storage.transaction(scope, (outer) =>
      outer.transaction(scope, (inner) => inner.users.get(scope, 'ada')),
    );
    expect(found).toEqual(ada);
  });

  it('lets a part that is a function take part in transactions', async () => {
    const { storage, usersOver, opened } = joinable();
    const composed = composeStorage(storage, { users: usersOver });
    expect(await composed.users.get(scope, 'u')).toMatchObject({ email: 'outside' });
    await composed.transaction(scope, async (inside) => {
      expect(await inside.users.get(scope, 'u')).toMatchObject({ email: 'outside, in a transaction' });
      expect(inside.handle).toEqual(['outside', 'in a transaction']);
    });
    expect(opened).toEqual(['outside', 'outside, in a transaction']);
    expect(composed.handle).toEqual(['outside']);
  });

  it('can be composed again', async () => {
    const { storage, usersOver } = joinable();
    const teams = { get: async () => undefined, findByName: async () => ({ id: 't', name: 'Ops' }) };
    const composed = composeStorage(composeStorage(storage, { users: usersOver }), { teams });
    await composed.transaction(scope, async (inside) => {
      expect(await inside.users.get(scope, 'u')).toMatchObject({ email: 'outside, in a transaction' });
      expect(await inside.teams.findByName(scope, 'ops')).toMatchObject({ id: 't' });
    });
  });

  it('refuses a function over a base that has nothing to hand it', () => {
    const parts = { users: () => users };
    // @ts-expect-error: the memory storage has no handle; a host without TypeScript learns it like this
    expect(() => composeStorage(createMemoryStorage(), parts)).toThrow(TypeError);
  });
});

describeStorageContract('memory with users of the host', () => ({
  storage: composeStorage(createMemoryStorage({ organizations: [acme] }), { users }),
  host: { organizations: [acme] },
}));

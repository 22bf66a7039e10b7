import request, { type Test } from 'supertest';
import { createGroup, createUser, type Resource } from './scim-resources.js';
import { ENTERPRISE, type ScimClient, type ScimSite } from './scim-site.js';

export type Operation = Readonly<Record<string, unknown>>;
export type Attributes = Readonly<Record<string, unknown>>;

export const WORK = { value: 'ada@work.example', type: 'work', primary: true };
export const HOME = { value: 'ada@home.example', type: 'home' };
export const OFFICE = { type: 'work', locality: 'London', country: 'GB' };

/** Somebody to be patched. */
export const ADA: Attributes = {
  userName: 'ada@example.com',
  displayName: 'Ada',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  active: true,
  emails: [WORK, HOME],
  addresses: [OFFICE],
  roles: [{ value: 'reader' }],
  [ENTERPRISE]: { department: 'Engines', manager: { value: 'boss' } },
};

/** Ada in a directory of her own. */
export async function createAda(
  site: ScimSite,
  policy: Readonly<Record<string, string>> = {},
): Promise<{ readonly client: ScimClient; readonly user: Resource; readonly path: string }> {
  const client = await site.client({ policy });
  const user = await createUser(client, 'ada@example.com', ADA);
  return { client, user, path: `/Users/${user.id}` };
}

/** Four people in a directory of their own, and a group of some of them. */
export async function createTeam(
  site: ScimSite,
  members: readonly string[],
  policy: Readonly<Record<string, string>> = {},
): Promise<{
  readonly client: ScimClient;
  readonly group: Resource;
  readonly path: string;
  readonly idOf: (name: string) => string;
}> {
  const client = await site.client({ policy });
  const ids = new Map<string, string>();
  for (const name of ['ada', 'bob', 'cy', 'dee']) ids.set(name, (await createUser(client, name)).id);
  const idOf = (name: string): string => ids.get(name) ?? name;
  const group = await createGroup(
    client,
    'Team',
    members.map((name) => ({ id: idOf(name) })),
  );
  return { client, group, path: `/Groups/${group.id}`, idOf };
}

/** Who is in a group, by name. */
export async function memberNames(client: ScimClient, path: string): Promise<readonly string[]> {
  const { body } = await client.get(path);
  return ((body.members ?? []) as { readonly display: string }[]).map(({ display }) => display).sort();
}

/** What a client wrote of a resource, without what the server adds. */
export function attributesOf({ schemas: _schemas, id: _id, meta: _meta, ...attributes }: Resource): Attributes {
  return attributes;
}

/** Sends a PATCH body as it stands. */
export function sendPatch(
  site: ScimSite,
  client: ScimClient,
  path: string,
  body: unknown,
  type = 'application/scim+json',
): Test {
  return request(site.app)
    .patch(`/scim/v2/${client.directory.id}${path}`)
    .set('Authorization', `Bearer ${client.token}`)
    .set('Content-Type', type)
    .send(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A clock that is a second later with every look, so that no change of `lastModified` can hide. */
export function createTickingClock(): { now(): number } {
  let now = Date.parse('2026-03-01T10:00:00Z');
  return {
    now: () => {
      now += 1000;
      return now;
    },
  };
}

/** Adds people past the protocol, which takes a fraction of the time; ids are the names. */
export async function addPeople(
  { storage }: ScimSite,
  { directory }: ScimClient,
  names: readonly string[],
): Promise<void> {
  const scope = { organizationId: directory.organizationId, directoryId: directory.id };
  const created = '2026-03-01T10:00:00.000Z';
  for (const name of names) {
    const uniqueKeys = [`userName:${name}`];
    await storage.directoryUsers.insert(scope, { id: name, created, attributes: { userName: name }, uniqueKeys });
  }
}

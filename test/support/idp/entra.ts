import { ENTERPRISE, GROUP, PATCH_OP, USER } from '../scim-site.js';
import type { Company, IdentityProvider, Person, Team } from './company.js';
import { accepted, equals, filterQuery, type Headers, type ScimAddress, type ScimBody, Wire } from './wire.js';

/** Old style, one capitalised operation for each path, or what the flag `aadOptscim062020` in the tenant URL turns on. */
export type EntraStyle = 'default' | 'flag';

export const ENTRA_HEADERS: Headers = {
  'User-Agent': 'Microsoft Entra provisioning',
  'Content-Type': 'application/scim+json; charset=utf-8',
  Accept: 'application/scim+json',
};

/** A second schema that Entra names in every group. */
export const AD_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

/** A row of the attribute mapping: where a value of the person goes. */
interface Mapping {
  readonly path: string;
  readonly read: (person: Person) => string | undefined;
}

const MAPPINGS: readonly Mapping[] = [
  { path: 'userName', read: ({ userName }) => userName },
  { path: 'externalId', read: ({ id }) => id },
  { path: 'displayName', read: ({ givenName, familyName }) => `${givenName} ${familyName}` },
  { path: 'title', read: ({ title }) => title },
  { path: 'emails[type eq "work"].value', read: ({ email }) => email },
  { path: 'name.givenName', read: ({ givenName }) => givenName },
  { path: 'name.familyName', read: ({ familyName }) => familyName },
  { path: 'name.formatted', read: ({ givenName, familyName }) => `${givenName} ${familyName}` },
  { path: 'phoneNumbers[type eq "mobile"].value', read: ({ mobile }) => mobile },
  { path: `${ENTERPRISE}:department`, read: ({ department }) => department },
];

/**
 * Plays the provisioning service of Microsoft Entra ID: matches before it creates, reads back and sends only what
 * differs, never asks for members but remembers which memberships it has pushed.
 */
export class Entra implements IdentityProvider {
  readonly wire: Wire;
  readonly #style: EntraStyle;
  readonly #userIds = new Map<string, string>();
  readonly #groupIds = new Map<string, string>();
  /** Object ids of people whose membership has been pushed, by team. */
  readonly #pushed = new Map<string, ReadonlySet<string>>();

  constructor({ baseUrl, token }: ScimAddress, style: EntraStyle = 'default') {
    const address = { token, baseUrl: style === 'flag' ? `${baseUrl}?aadOptscim062020` : baseUrl };
    this.wire = new Wire(address, ENTRA_HEADERS);
    this.#style = style;
  }

  /** The id of the service provider for a person or team. */
  idOf(objectId: string): string | undefined {
    return this.#userIds.get(objectId) ?? this.#groupIds.get(objectId);
  }

  async testConnection(): Promise<void> {
    const nobody = '7d2f0a1e-5c39-4b8e-9f0b-2a6a4c3d1e5f';
    for (const path of [
      `/Users?${filterQuery(equals('userName', nobody))}`,
      `/Groups?excludedAttributes=members&${filterQuery(equals('displayName', nobody))}`,
    ]) {
      const { body } = accepted(await this.wire.get(path), 200);
      if (body.totalResults !== 0) throw new Error(`the test connection found somebody at ${path}`);
    }
  }

  async sync(company: Company): Promise<void> {
    await Promise.all([...company.people.values()].map((person) => this.#provision(person)));
    // References go after everybody exists.
    await Promise.all([...company.people.values()].map((person) => this.#refer(person)));
    await Promise.all([...company.leavers.values()].map((person) => this.#disable(person)));
    for (const team of company.teams.values()) await this.#push(team);
    for (const [objectId, id] of this.#groupIds) {
      if (!company.teams.has(objectId)) await this.#deleteGroup(objectId, id);
    }
  }

  /** "Restart provisioning": forgets everything and starts with an initial cycle. */
  async fullSync(company: Company): Promise<void> {
    this.#userIds.clear();
    this.#groupIds.clear();
    this.#pushed.clear();
    await this.sync(company);
  }

  /** About thirty days after the person was deleted in the directory. */
  async purge(objectId: string): Promise<void> {
    const id = this.#userIds.get(objectId);
    if (id === undefined) return;
    accepted(await this.wire.delete(`/Users/${id}`), 204, 404);
    this.#userIds.delete(objectId);
  }

  async #match({ userName }: Person): Promise<ScimBody | undefined> {
    const { body } = accepted(await this.wire.get(`/Users?${filterQuery(equals('userName', userName))}`), 200);
    return body.Resources[0];
  }

  async #provision(person: Person): Promise<void> {
    const known = this.#userIds.get(person.id);
    const target =
      known === undefined ? await this.#match(person) : accepted(await this.wire.get(`/Users/${known}`), 200).body;
    if (target) {
      this.#userIds.set(person.id, target.id);
      await this.#update(person, target);
      return;
    }
    const answer = accepted(await this.wire.post('/Users', newUser(person)), 201, 409);
    const id = answer.status === 201 ? answer.body.id : (await this.#match(person))?.id;
    if (id === undefined) throw new Error(`409 for ${person.userName}, who cannot be found`);
    this.#userIds.set(person.id, id);
  }

  async #update(person: Person, target: ScimBody): Promise<void> {
    const changes: Change[] = MAPPINGS.flatMap(({ path, read }) => {
      const [before, value] = [valueAt(target, path), read(person)];
      // A source value that was cleared sends nothing.
      return value === undefined || value === before ? [] : [{ path, value, isNew: before === undefined }];
    });
    if (target['active'] !== person.enabled) changes.push({ path: 'active', value: person.enabled, isNew: false });
    if (changes.length > 0)
      await this.#patch(
        `/Users/${target.id}`,
        changes.map((change) => change),
      );
  }

  async #refer({ id: objectId, managerId }: Person): Promise<void> {
    const manager = managerId && this.#userIds.get(managerId);
    const id = this.#userIds.get(objectId);
    if (!manager || id === undefined) return;
    const { body } = accepted(await this.wire.get(`/Users/${id}`), 200);
    const before = valueAt(body, `${ENTERPRISE}:manager`);
    if (JSON.stringify(before) === JSON.stringify({ value: manager })) return;
    await this.#patch(`/Users/${id}`, [{ path: `${ENTERPRISE}:manager`, value: manager, isNew: before === undefined }]);
  }

  async #disable(person: Person): Promise<void> {
    const id = this.#userIds.get(person.id) ?? (await this.#match(person))?.id;
    if (id === undefined) return;
    this.#userIds.set(person.id, id);
    const { status, body } = accepted(await this.wire.get(`/Users/${id}`), 200, 404);
    if (status === 200 && body['active'] !== false) {
      await this.#patch(`/Users/${id}`, [{ path: 'active', value: false, isNew: false }]);
    }
  }

  async #push(team: Team): Promise<void> {
    const known = this.#groupIds.get(team.id);
    const target =
      known === undefined
        ? accepted(await this.wire.get(groupsNamed(team.name)), 200).body.Resources[0]
        : accepted(await this.wire.get(`/Groups/${known}?excludedAttributes=members`), 200).body;
    const id = target?.id ?? (await this.#createGroup(team));
    this.#groupIds.set(team.id, id);
    if (target && target['displayName'] !== team.name) {
      await this.#patch(`/Groups/${id}`, [{ path: 'displayName', value: team.name, isNew: false }]);
    }
    await this.#pushMembers(team, id);
  }

  async #createGroup({ id: externalId, name }: Team): Promise<string> {
    const answer = accepted(await this.wire.post('/Groups', newGroup(externalId, name)), 201, 409);
    if (answer.status === 201) return answer.body.id;
    const [found] = accepted(await this.wire.get(groupsNamed(name)), 200).body.Resources;
    if (!found) throw new Error(`409 for ${name}, which cannot be found`);
    return found.id;
  }

  async #pushMembers({ id: objectId, members }: Team, id: string): Promise<void> {
    const before = this.#pushed.get(objectId) ?? new Set<string>();
    const added = [...members].filter((member) => !before.has(member));
    const removed = [...before].filter((member) => !members.has(member));
    if (added.length > 0) await this.addMembers(id, added);
    if (removed.length > 0) await this.removeMembers(id, removed);
    this.#pushed.set(objectId, members);
  }

  async addMembers(groupId: string, objectIds: readonly string[]): Promise<void> {
    const op = this.#style === 'flag' ? 'add' : 'Add';
    await this.#operate(`/Groups/${groupId}`, [{ op, path: 'members', value: this.#references(objectIds) }]);
  }

  async removeMembers(groupId: string, objectIds: readonly string[]): Promise<void> {
    const operations =
      this.#style === 'flag'
        ? this.#references(objectIds).map(({ value }) => ({ op: 'remove', path: `members[value eq "${value}"]` }))
        : [{ op: 'Remove', path: 'members', value: this.#references(objectIds) }];
    await this.#operate(`/Groups/${groupId}`, operations);
  }

  #references(objectIds: readonly string[]): readonly { readonly $ref: null; readonly value: string }[] {
    return objectIds.map((objectId) => ({ $ref: null, value: this.#userIds.get(objectId) ?? '' }));
  }

  async #deleteGroup(objectId: string, id: string): Promise<void> {
    accepted(await this.wire.delete(`/Groups/${id}`), 204, 404);
    this.#groupIds.delete(objectId);
    this.#pushed.delete(objectId);
  }

  async #patch(path: string, changes: readonly Change[]): Promise<void> {
    await this.#operate(path, this.#style === 'flag' ? flagOperations(changes) : defaultOperations(changes));
  }

  async #operate(path: string, Operations: readonly object[]): Promise<void> {
    accepted(await this.wire.patch(path, { schemas: [PATCH_OP], Operations }), 200, 204);
  }
}

/** What Entra wants to be different at one path of its mapping. */
export interface Change {
  readonly path: string;
  readonly value: string | boolean;
  readonly isNew: boolean;
}

/** One capitalised operation for each path; booleans are texts. */
export function defaultOperations(changes: readonly Change[]): readonly object[] {
  return changes.map(({ path, value, isNew }) => ({
    op: isNew ? 'Add' : 'Replace',
    path,
    value: typeof value === 'boolean' ? (value ? 'True' : 'False') : value,
  }));
}

/** Filtered paths and references by themselves, everything else as keys of one value without path. */
export function flagOperations(changes: readonly Change[]): readonly object[] {
  const apart = changes.filter(({ path }) => path.includes('[') || path.endsWith(':manager'));
  const plain = changes.filter((change) => !apart.includes(change));
  return [
    ...apart.map(({ path, value, isNew }) => ({ op: isNew ? 'add' : 'replace', path, value })),
    ...(plain.length > 0
      ? [{ op: 'replace', value: Object.fromEntries(plain.map(({ path, value }) => [path, value])) }]
      : []),
  ];
}

/** A person as Entra creates them. */
export const NEW_ENTRA_USER: {
  readonly schemas: readonly string[];
  readonly emails: readonly object[];
  readonly [attribute: string]: unknown;
} = {
  schemas: [USER, ENTERPRISE],
  externalId: '0a21f0f2',
  userName: 't@x.com',
  active: true,
  emails: [{ primary: true, type: 'work', value: 't@x.com' }],
  meta: { resourceType: 'User' },
  name: { formatted: 'g f', familyName: 'f', givenName: 'g' },
  roles: [],
};

export function newGroup(externalId: string, displayName: string): object {
  return { schemas: [GROUP, AD_GROUP], externalId, displayName, meta: { resourceType: 'Group' } };
}

function newUser(person: Person): object {
  const { id, userName, givenName, familyName, email, title, department, mobile, enabled } = person;
  return {
    schemas: [USER, ENTERPRISE],
    externalId: id,
    userName,
    active: enabled,
    displayName: `${givenName} ${familyName}`,
    ...(title === undefined ? {} : { title }),
    emails: [{ primary: true, type: 'work', value: email }],
    ...(mobile === undefined ? {} : { phoneNumbers: [{ type: 'mobile', value: mobile }] }),
    meta: { resourceType: 'User' },
    name: { formatted: `${givenName} ${familyName}`, familyName, givenName },
    ...(department === undefined ? {} : { [ENTERPRISE]: { department } }),
    roles: [],
  };
}

function groupsNamed(name: string): string {
  return `/Groups?excludedAttributes=members&${filterQuery(equals('displayName', name))}`;
}

/** What a resource has at a path of the mapping. */
function valueAt(resource: ScimBody, path: string): unknown {
  const element = /^(\w+)\[type eq "(\w+)"\]\.(\w+)$/.exec(path);
  if (element) {
    const [, list = '', type, sub = ''] = element;
    const elements = (resource[list] ?? []) as readonly Readonly<Record<string, unknown>>[];
    return elements.find((each) => each['type'] === type)?.[sub];
  }
  const [container, rest] = path.startsWith(`${ENTERPRISE}:`)
    ? [resource[ENTERPRISE], path.slice(ENTERPRISE.length + 1)]
    : [resource, path];
  return rest
    .split('.')
    .reduce<unknown>((value, name) => (value as Readonly<Record<string, unknown>> | undefined)?.[name], container);
}

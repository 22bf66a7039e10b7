import { ENTERPRISE, GROUP, PATCH_OP, USER } from '../scim-site.js';
import type { Company, IdentityProvider, Person, Team } from './company.js';
import { accepted, equals, filterQuery, type Headers, type ScimAddress, Wire } from './wire.js';

export const JUMPCLOUD_HEADERS: Headers = { Accept: 'application/json', 'Content-Type': 'application/json' };

/**
 * Plays the identity management of JumpCloud: looks a person up before each create and update, updates by PUT of the
 * whole, adds members again and again.
 */
export class JumpCloud implements IdentityProvider {
  readonly wire: Wire;
  readonly #testUserEmail: string;
  readonly #groupIds = new Map<string, string>();
  /** SCIM ids of members, by team. */
  readonly #members = new Map<string, ReadonlySet<string>>();

  constructor(address: ScimAddress, testUserEmail = 'jumpcloud.test@contoso.example') {
    this.wire = new Wire(address, JUMPCLOUD_HEADERS);
    this.#testUserEmail = testUserEmail;
  }

  /** Makes a test user and a test group, changes both, and takes them away again. */
  async testConnection(): Promise<void> {
    const tester: Person = {
      id: 'jumpcloud-test',
      userName: this.#testUserEmail,
      givenName: 'JumpCloud',
      familyName: 'Test',
      email: this.#testUserEmail,
      enabled: true,
    };
    const id = await this.provision(tester);
    accepted(await this.wire.put(`/Users/${id}`, jumpCloudUser({ ...tester, familyName: 'Updated' })), 200);
    const group = { schemas: [GROUP], displayName: 'JumpCloud test group', members: [] };
    const { body } = accepted(await this.wire.post('/Groups', group), 201);
    await this.changeMembers(body.id, 'add', [id]);
    await this.changeMembers(body.id, 'remove', [id]);
    accepted(await this.wire.put(`/Groups/${body.id}`, { ...group, displayName: 'JumpCloud test group 2' }), 200);
    accepted(await this.wire.delete(`/Groups/${body.id}`), 204);
    accepted(await this.wire.delete(`/Users/${id}`), 204);
  }

  async sync(company: Company): Promise<void> {
    // People come through groups: the groups are there first, and empty.
    for (const team of company.teams.values()) await this.#ensureGroup(team);
    await Promise.all([...company.people.values()].map((person) => this.provision(person)));
    for (const person of company.leavers.values()) await this.#deactivate(person);
    for (const team of company.teams.values()) await this.#pushMembers(team, company);
    for (const [objectId, id] of this.#groupIds) {
      if (company.teams.has(objectId)) continue;
      accepted(await this.wire.delete(`/Groups/${id}`), 204, 404);
      this.#groupIds.delete(objectId);
      this.#members.delete(objectId);
    }
  }

  /** A connector that was deactivated and activated again. */
  async fullSync(company: Company): Promise<void> {
    this.#groupIds.clear();
    this.#members.clear();
    await this.sync(company);
  }

  async lookUp(userName: string): Promise<string | undefined> {
    const { body } = accepted(await this.wire.get(`/Users?${filterQuery(equals('userName', userName))}`), 200);
    return body.Resources[0]?.id;
  }

  /** @returns the id of the service provider. */
  async provision(person: Person): Promise<string> {
    const found = (await this.lookUp(person.userName)) ?? (await this.#lookUpByExternalId(person.id));
    if (found !== undefined) {
      accepted(await this.wire.put(`/Users/${found}`, jumpCloudUser(person)), 200);
      return found;
    }
    const answer = accepted(await this.wire.post('/Users', jumpCloudUser(person)), 201, 409);
    const id = answer.status === 201 ? answer.body.id : await this.lookUp(person.userName);
    if (id === undefined) throw new Error(`409 for ${person.userName}, who cannot be found`);
    return id;
  }

  async #lookUpByExternalId(externalId: string): Promise<string | undefined> {
    const { body } = accepted(await this.wire.get(`/Users?${filterQuery(equals('externalId', externalId))}`), 200);
    return body.Resources[0]?.id;
  }

  async #deactivate(person: Person): Promise<void> {
    const id = await this.lookUp(person.userName);
    if (id !== undefined)
      accepted(await this.wire.put(`/Users/${id}`, jumpCloudUser({ ...person, enabled: false })), 200);
  }

  async #ensureGroup({ id: objectId, name }: Team): Promise<void> {
    const known = this.#groupIds.get(objectId);
    const query = filterQuery(known === undefined ? equals('displayName', name) : equals('id', known));
    const [found] = accepted(await this.wire.get(`/Groups?${query}`), 200).body.Resources;
    if (!found) {
      const group = { schemas: [GROUP], displayName: name, members: [] };
      const answer = accepted(await this.wire.post('/Groups', group), 201, 409);
      if (answer.status === 409) return this.#ensureGroup({ id: objectId, name, members: new Set() });
      this.#groupIds.set(objectId, answer.body.id);
      return;
    }
    this.#groupIds.set(objectId, found.id);
    if (found['displayName'] === name) return;
    const rename = { op: 'replace', path: 'displayName', value: name };
    accepted(await this.wire.patch(`/Groups/${found.id}`, { schemas: [PATCH_OP], Operations: [rename] }), 200, 204);
  }

  /** Adds everybody again, whether they are there or not. */
  async #pushMembers({ id: objectId, members }: Team, company: Company): Promise<void> {
    const groupId = this.#groupIds.get(objectId);
    if (groupId === undefined) return;
    const wanted = await Promise.all([...members].map((member) => this.lookUp(company.person(member).userName)));
    const now = new Set(wanted.filter((id) => id !== undefined));
    const left = [...(this.#members.get(objectId) ?? [])].filter((id) => !now.has(id));
    if (now.size > 0) await this.changeMembers(groupId, 'add', [...now]);
    if (left.length > 0) await this.changeMembers(groupId, 'remove', left);
    this.#members.set(objectId, now);
  }

  async changeMembers(groupId: string, op: 'add' | 'remove', ids: readonly string[]): Promise<void> {
    const operation = { op, path: 'members', value: ids.map((value) => ({ value })) };
    const patch = { schemas: [PATCH_OP], Operations: [operation] };
    accepted(await this.wire.patch(`/Groups/${groupId}`, patch), 200, 204);
  }
}

export function jumpCloudUser(person: Person): object {
  const { id, userName, givenName, familyName, email, title, department, mobile, enabled } = person;
  return {
    schemas: [USER, ENTERPRISE],
    userName,
    externalId: id,
    active: enabled,
    name: { givenName, familyName },
    displayName: `${givenName} ${familyName}`,
    emails: [{ value: email, type: 'work', primary: true }],
    title: title ?? '',
    phoneNumbers: mobile === undefined ? [] : [{ value: mobile, type: 'mobile' }],
    addresses: [],
    [ENTERPRISE]: { department: department ?? '' },
  };
}

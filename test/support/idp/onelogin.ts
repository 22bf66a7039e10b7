import { ENTERPRISE, GROUP, PATCH_OP, USER } from '../scim-site.js';
import type { Company, IdentityProvider, Person, Team } from './company.js';
import { accepted, equals, filterQuery, type Headers, type ScimAddress, type ScimBody, Wire } from './wire.js';

export const ONELOGIN_HEADERS: Headers = { Accept: 'application/scim+json', 'Content-Type': 'application/scim+json' };

/** What the administrator chose for people who lose the application. */
export type WhenUnassigned = 'delete' | 'suspend' | 'do nothing';

/** Fills in the administrator's SCIM JSON template; everything in it is a text, or null where nothing is set. */
export type OneLoginTemplate = (person: Person, managerId: string | undefined) => object;

/** The template that the app "SCIM Provisioner with SAML (SCIM v2 Enterprise)" comes with, keys before `schemas`. */
export const ENTERPRISE_TEMPLATE: OneLoginTemplate = (person, managerId) => ({
  id: null,
  userName: person.userName,
  externalId: person.id,
  active: String(person.enabled),
  displayName: `${person.givenName} ${person.familyName}`,
  title: person.title ?? null,
  nickName: '',
  name: {
    givenName: person.givenName,
    familyName: person.familyName,
    formatted: `${person.givenName} ${person.familyName}`,
  },
  emails: [{ value: person.email, type: 'work', primary: true }],
  phoneNumbers: [{ value: person.mobile ?? '', type: 'mobile' }],
  [ENTERPRISE]: { department: person.department ?? null, costCenter: '', manager: { value: managerId ?? '' } },
  schemas: [USER, ENTERPRISE],
});

/**
 * Plays the SCIM provisioner of OneLogin: sends a template filled in for each person, takes groups from roles by a rule,
 * and changes memberships person by person, in whatever order approvals come.
 */
export class OneLogin implements IdentityProvider {
  readonly wire: Wire;
  readonly #whenUnassigned: WhenUnassigned;
  readonly #template: OneLoginTemplate;
  readonly #userIds = new Map<string, string>();
  readonly #groupIds = new Map<string, string>();
  /** Teams that a person was put into, by object id. */
  readonly #teamsOf = new Map<string, ReadonlySet<string>>();

  constructor(
    address: ScimAddress,
    whenUnassigned: WhenUnassigned = 'suspend',
    template: OneLoginTemplate = ENTERPRISE_TEMPLATE,
  ) {
    this.wire = new Wire(address, ONELOGIN_HEADERS);
    this.#whenUnassigned = whenUnassigned;
    this.#template = template;
  }

  idOf(objectId: string): string | undefined {
    return this.#userIds.get(objectId) ?? this.#groupIds.get(objectId);
  }

  /** Switching "API Connection" on. */
  async testConnection(): Promise<void> {
    accepted(await this.wire.get('/Users?count=1'), 200);
  }

  async sync(company: Company): Promise<void> {
    for (const team of company.teams.values()) await this.#ensureGroup(team);
    await Promise.all([...company.people.values()].map((person) => this.provision(person)));
    // The manager has an id only now.
    await Promise.all([...company.people.values()].map((person) => this.provision(person)));
    for (const person of company.leavers.values()) await this.#unassign(person, company);
    await Promise.all(
      [...company.people.values()].map((person) => this.setGroups(person.id, teamsOf(company, person))),
    );
    for (const [objectId, id] of this.#groupIds) {
      if (company.teams.has(objectId)) continue;
      accepted(await this.wire.delete(`/Groups/${id}`), 204, 404);
      this.#groupIds.delete(objectId);
    }
  }

  /** "Reapply entitlement mappings" and a sync of all users: nothing is remembered, everybody is matched anew. */
  async fullSync(company: Company): Promise<void> {
    this.#userIds.clear();
    this.#groupIds.clear();
    this.#teamsOf.clear();
    for (const person of company.people.values()) {
      const id = await this.match(person);
      if (id !== undefined) this.#userIds.set(person.id, id);
    }
    await this.sync(company);
  }

  /** The groups of the service provider, as rules offer them. */
  async readGroups(): Promise<readonly ScimBody[]> {
    return accepted(await this.wire.get('/Groups'), 200).body.Resources;
  }

  async #ensureGroup({ id: objectId, name }: Team): Promise<void> {
    const known = this.#groupIds.get(objectId);
    const groups = await this.readGroups();
    const found = groups.find(({ id, displayName }) => (known === undefined ? displayName === name : id === known));
    const id = found?.id ?? (await this.#createGroup(name));
    this.#groupIds.set(objectId, id);
    if (!found || found['displayName'] === name) return;
    const rename = { op: 'replace', path: 'displayName', value: name };
    accepted(await this.wire.patch(`/Groups/${id}`, { schemas: [PATCH_OP], Operations: [rename] }), 200, 204);
  }

  async #createGroup(displayName: string): Promise<string> {
    const answer = accepted(await this.wire.post('/Groups', { schemas: [GROUP], displayName }), 201, 409);
    if (answer.status === 201) return answer.body.id;
    const found = (await this.readGroups()).find((group) => group['displayName'] === displayName);
    if (!found) throw new Error(`409 for ${displayName}, which is not listed`);
    return found.id;
  }

  async match({ userName }: Person): Promise<string | undefined> {
    const { body } = accepted(await this.wire.get(`/Users?${filterQuery(equals('userName', userName))}`), 200);
    return body.Resources[0]?.id;
  }

  async provision(person: Person): Promise<void> {
    const managerId = person.managerId === undefined ? undefined : this.#userIds.get(person.managerId);
    const body = this.#template(person, managerId);
    const id = this.#userIds.get(person.id) ?? (await this.match(person));
    if (id !== undefined) {
      this.#userIds.set(person.id, id);
      accepted(await this.wire.put(`/Users/${id}`, body), 200);
      return;
    }
    const answer = accepted(await this.wire.post('/Users', body), 201, 409);
    const made = answer.status === 201 ? answer.body.id : await this.match(person);
    if (made === undefined) throw new Error(`409 for ${person.userName}, who cannot be found`);
    this.#userIds.set(person.id, made);
  }

  /** One call for each team and person. */
  async setGroups(objectId: string, teams: ReadonlySet<string>): Promise<void> {
    const before = this.#teamsOf.get(objectId) ?? new Set<string>();
    const value = this.#userIds.get(objectId);
    if (value === undefined) return;
    for (const team of teams) {
      if (!before.has(team)) await this.#member(team, { op: 'add', path: 'members', value: [{ value }] });
    }
    for (const team of before) {
      if (!teams.has(team)) await this.#member(team, { op: 'remove', path: `members[value eq "${value}"]` });
    }
    this.#teamsOf.set(objectId, teams);
  }

  async #member(team: string, operation: object): Promise<void> {
    const id = this.#groupIds.get(team);
    if (id === undefined) return;
    const patch = { schemas: [PATCH_OP], Operations: [operation] };
    accepted(await this.wire.patch(`/Groups/${id}`, patch), 200, 204);
  }

  async #unassign(person: Person, company: Company): Promise<void> {
    const id = this.#userIds.get(person.id) ?? (await this.match(person));
    if (id === undefined || this.#whenUnassigned === 'do nothing') return;
    this.#userIds.set(person.id, id);
    await this.setGroups(person.id, teamsOf(company, person));
    if (this.#whenUnassigned === 'delete') {
      accepted(await this.wire.delete(`/Users/${id}`), 204, 404);
      this.#userIds.delete(person.id);
      return;
    }
    const deactivate = { op: 'replace', path: 'active', value: 'false' };
    accepted(await this.wire.patch(`/Users/${id}`, { schemas: [PATCH_OP], Operations: [deactivate] }), 200, 204);
  }
}

function teamsOf(company: Company, { id }: Person): ReadonlySet<string> {
  return new Set([...company.teams.values()].filter(({ members }) => members.has(id)).map((team) => team.id));
}

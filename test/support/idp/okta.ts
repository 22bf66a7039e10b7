import { ENTERPRISE, GROUP, PATCH_OP, USER } from '../scim-site.js';
import type { Company, IdentityProvider, Person, Team } from './company.js';
import { accepted, equals, filterQuery, type Headers, type ScimAddress, type ScimBody, Wire } from './wire.js';

/** An app of the catalogue, or one that an administrator made with the app integration wizard. */
type OktaApp = 'catalogue' | 'wizard';

export const OKTA_HEADERS: Headers = {
  'User-Agent': 'Okta SCIM Client 1.0.0',
  Accept: 'application/scim+json',
  'Accept-Charset': 'utf-8',
  'Content-Type': 'application/scim+json; charset=utf-8',
};

/** Everything that an administrator ticks under "Provisioning to App" and "Push Groups". */
export interface OktaSettings {
  readonly app: OktaApp;
  /** The unique identifier field for users. */
  readonly identifier: 'userName' | 'email';
  readonly pushGroups: boolean;
}

const SETTINGS: OktaSettings = { app: 'catalogue', identifier: 'userName', pushGroups: true };

/**
 * Plays the SCIM client of Okta: matches before it creates, updates people by GET and PUT of what it got, pushes groups
 * with their name and member differences.
 */
export class Okta implements IdentityProvider {
  readonly wire: Wire;
  readonly #settings: OktaSettings;
  readonly #userIds = new Map<string, string>();
  readonly #groupIds = new Map<string, string>();
  readonly #profiles = new Map<string, Person>();
  readonly #teams = new Map<string, Team>();

  constructor(address: ScimAddress, settings: Partial<OktaSettings> = {}) {
    this.wire = new Wire(address, OKTA_HEADERS);
    this.#settings = { ...SETTINGS, ...settings };
  }

  idOf(objectId: string): string | undefined {
    return this.#userIds.get(objectId) ?? this.#groupIds.get(objectId);
  }

  async testConnection(): Promise<void> {
    const { body } = accepted(await this.wire.get('/Users?startIndex=1&count=2'), 200);
    if (!Number.isInteger(body.totalResults)) throw new Error('totalResults is no number');
  }

  async sync(company: Company): Promise<void> {
    await Promise.all([...company.people.values()].map((person) => this.#bringInStep(person)));
    await Promise.all([...company.leavers.values()].map((person) => this.#leave(person)));
    if (!this.#settings.pushGroups) return;
    for (const team of company.teams.values()) await this.#pushTeam(team);
    for (const [objectId, id] of this.#groupIds) {
      if (!company.teams.has(objectId)) await this.unlink(objectId, id);
    }
  }

  /** "Force Sync" and "Push now" of everything. */
  async fullSync(company: Company): Promise<void> {
    for (const person of company.people.values()) {
      await this.update(person);
      if (!person.enabled) await this.setActive(person.id, false);
    }
    for (const person of company.leavers.values()) await this.setActive(person.id, false);
    if (!this.#settings.pushGroups) return;
    for (const team of company.teams.values()) await this.pushWholeTeam(team);
  }

  async #bringInStep(person: Person): Promise<void> {
    const before = this.#profiles.get(person.id);
    if (before === undefined) await this.assign(person);
    else if (JSON.stringify({ ...before, enabled: true }) !== JSON.stringify({ ...person, enabled: true })) {
      await this.update(person);
    }
    if ((before?.enabled ?? true) !== person.enabled) await this.setActive(person.id, person.enabled);
    this.#profiles.set(person.id, person);
  }

  async #leave({ id }: Person): Promise<void> {
    if (this.#profiles.delete(id)) await this.setActive(id, false);
  }

  /** Finds the account, or makes one. A conflict stops Okta; its administrator presses "Retry selected". */
  async assign(person: Person): Promise<void> {
    const found = await this.match(person);
    if (found) {
      this.#userIds.set(person.id, found.id);
      await this.update(person);
      return;
    }
    const answer = accepted(await this.wire.post('/Users', newOktaUser(person)), 201, 409);
    if (answer.status === 409) return this.assign(person);
    if (answer.body.id === undefined) throw new Error('a 201 without body');
    this.#userIds.set(person.id, answer.body.id);
  }

  async match({ userName, email }: Person): Promise<ScimBody | undefined> {
    const { identifier } = this.#settings;
    const filter = equals(identifier, identifier === 'email' ? email : userName);
    const answer = accepted(await this.wire.get(`/Users?${filterQuery(filter)}&startIndex=1&count=100`), 200);
    return answer.body.Resources[0];
  }

  /** Reads the account and puts back what it read, with the profile of the person over it. */
  async update(person: Person, active = true): Promise<void> {
    const path = `/Users/${this.#userId(person.id)}`;
    const { body } = accepted(await this.wire.get(path), 200);
    const { groups: _groups, password: _password, externalId, ...profile } = oktaProfile(person);
    const enterprise = person.department === undefined ? {} : { [ENTERPRISE]: { department: person.department } };
    const changed = { ...body, ...profile, externalId, ...enterprise, active: person.enabled && active };
    accepted(await this.wire.put(path, changed), 200);
  }

  async setActive(objectId: string, active: boolean): Promise<void> {
    const path = `/Users/${this.#userId(objectId)}`;
    if (this.#settings.app === 'catalogue') {
      accepted(await this.wire.patch(path, patch({ op: 'replace', value: { active } })), 200, 204);
      return;
    }
    const { body } = accepted(await this.wire.get(path), 200);
    accepted(await this.wire.put(path, { ...body, active }), 200);
  }

  async #pushTeam(team: Team): Promise<void> {
    const before = this.#teams.get(team.id);
    if (!before) await this.#linkOrCreate(team);
    else if (this.#settings.app === 'wizard') await this.#putTeam(team);
    else await this.#pushDifference(before, team);
    this.#teams.set(team.id, team);
  }

  /** "Push groups by name": an existing group of that name is linked, another one is made. */
  async #linkOrCreate(team: Team): Promise<void> {
    const query = `${filterQuery(equals('displayName', team.name))}&startIndex=1&count=100`;
    const [found] = accepted(await this.wire.get(`/Groups?${query}`), 200).body.Resources;
    if (found) {
      this.#groupIds.set(team.id, found.id);
      await this.pushWholeTeam(team);
      return;
    }
    const group = { schemas: [GROUP], displayName: team.name, members: [] };
    const answer = accepted(await this.wire.post('/Groups', group), 201, 409);
    if (answer.status === 409) return this.#linkOrCreate(team);
    this.#groupIds.set(team.id, answer.body.id);
    await this.pushWholeTeam(team);
  }

  /** The whole list of members. */
  async pushWholeTeam(team: Team): Promise<void> {
    if (this.#settings.app === 'wizard') return this.#putTeam(team);
    await this.#patchTeam(team, { op: 'replace', path: 'members', value: this.#members(team.members) });
  }

  async #pushDifference(before: Team, after: Team): Promise<void> {
    const left = [...before.members].filter((member) => !after.members.has(member));
    const joined = [...after.members].filter((member) => !before.members.has(member));
    if (before.name === after.name && left.length + joined.length === 0) return;
    await this.#patchTeam(
      after,
      ...left.map((member) => ({ op: 'remove', path: `members[value eq "${this.#userId(member)}"]` })),
      ...(joined.length > 0 ? [{ op: 'add', path: 'members', value: this.#members(joined) }] : []),
    );
  }

  /** The name goes with every change of members. */
  async #patchTeam({ id: objectId, name }: Team, ...operations: readonly object[]): Promise<void> {
    const id = this.#groupId(objectId);
    const rename = { op: 'replace', value: { id, displayName: name } };
    accepted(await this.wire.patch(`/Groups/${id}`, patch(rename, ...operations)), 200, 204);
  }

  async #putTeam({ id: objectId, name, members }: Team): Promise<void> {
    const id = this.#groupId(objectId);
    const group = { schemas: [GROUP], id, displayName: name, members: this.#members(members) };
    accepted(await this.wire.put(`/Groups/${id}`, group), 200);
  }

  /** "Unlink pushed group" with "delete the group in the target app". */
  async unlink(objectId: string, id: string): Promise<void> {
    accepted(await this.wire.delete(`/Groups/${id}`), 200, 204, 404);
    this.#groupIds.delete(objectId);
    this.#teams.delete(objectId);
  }

  /** "Import now": everybody, page by page. */
  async importAll(path: '/Users' | '/Groups', count = 100): Promise<readonly ScimBody[]> {
    const found: ScimBody[] = [];
    for (let startIndex = 1; ; startIndex += count) {
      const { body } = accepted(await this.wire.get(`${path}?startIndex=${startIndex}&count=${count}`), 200);
      found.push(...body.Resources);
      if (found.length >= body.totalResults || body.Resources.length === 0) return found;
    }
  }

  #members(objectIds: Iterable<string>): readonly { readonly value: string; readonly display: string }[] {
    return [...objectIds].map((objectId) => ({
      value: this.#userId(objectId),
      display: this.#profiles.get(objectId)?.userName ?? '',
    }));
  }

  #userId(objectId: string): string {
    const id = this.#userIds.get(objectId);
    if (id === undefined) throw new Error(`Okta has no account of ${objectId}`);
    return id;
  }

  #groupId(objectId: string): string {
    const id = this.#groupIds.get(objectId);
    if (id === undefined) throw new Error(`Okta has not linked ${objectId}`);
    return id;
  }
}

function patch(...Operations: readonly object[]): object {
  return { schemas: [PATCH_OP], Operations };
}

/** What Okta knows of a person, in the words of SCIM. */
function oktaProfile(person: Person) {
  const { id, userName, givenName, familyName, email, title, mobile } = person;
  return {
    userName,
    name: { givenName, familyName },
    emails: [{ primary: true, value: email, type: 'work' }],
    ...(title === undefined ? {} : { title }),
    ...(mobile === undefined ? {} : { phoneNumbers: [{ value: mobile, type: 'mobile' }] }),
    displayName: `${givenName} ${familyName}`,
    locale: 'en-US',
    externalId: id,
    groups: [],
    password: 'jX4mWq0p',
  };
}

export function newOktaUser(person: Person): object {
  const { department } = person;
  return {
    schemas: department === undefined ? [USER] : [USER, ENTERPRISE],
    ...oktaProfile(person),
    ...(department === undefined ? {} : { [ENTERPRISE]: { department } }),
    active: true,
  };
}

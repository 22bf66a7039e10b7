/**
 * What provisioning means, without a thought for speed and with nothing of the library's: plain facts, and everything
 * that follows computed anew from all of them each time somebody looks.
 */

/** The switches that the model knows; named as in the library's policy. */
export interface ModelPolicy {
  readonly deactivation: 'disable' | 'leave-teams' | 'delete';
  readonly deletion: 'leave-teams' | 'delete';
  readonly activeWhen: 'any' | 'all';
  readonly beforeFirstLogin: 'active' | 'pending' | 'invited';
  readonly membersBeforeFirstLogin: 'shown' | 'hidden';
  readonly membershipAuthority: 'scim' | 'claims' | 'union';
  readonly loginUpdates: 'first' | 'every';
}

/** A place is a team's id, or `organization`. */
interface ModelRow {
  readonly group: string;
  readonly place: string;
  readonly role: string;
  readonly allowed: boolean;
}

export type ModelMapping =
  | { readonly mode: 'off'; readonly defaultTeams: readonly string[] }
  | { readonly mode: 'manual'; readonly rows: readonly ModelRow[] }
  | {
      readonly mode: 'auto';
      readonly filter: readonly string[];
      readonly teamRole: string;
      readonly organizationRole?: string;
    };

/** Names of directories: groups come from the first alone. */
export type ModelDirectory = 'main' | 'side';

/** One thing that happens. Things that make no sense at the time change nothing. */
export type ModelStep =
  | { readonly do: 'push'; readonly directory: ModelDirectory; readonly person: string; readonly active: boolean }
  | { readonly do: 'set-active'; readonly directory: ModelDirectory; readonly person: string; readonly active: boolean }
  | {
      readonly do: 'set-role';
      readonly directory: ModelDirectory;
      readonly person: string;
      readonly role: string | null;
    }
  | { readonly do: 'delete'; readonly directory: ModelDirectory; readonly person: string }
  | { readonly do: 'create-group' | 'rename-group'; readonly group: string; readonly name: string }
  | { readonly do: 'delete-group'; readonly group: string }
  | { readonly do: 'add-member' | 'remove-member'; readonly group: string; readonly person: string }
  | { readonly do: 'map'; readonly mapping: ModelMapping }
  | { readonly do: 'invite'; readonly person: string; readonly team: string; readonly role: string }
  | { readonly do: 'uninvite'; readonly person: string; readonly team: string }
  | { readonly do: 'override'; readonly person: string; readonly team: string; readonly role: string }
  | {
      readonly do: 'login';
      readonly person: string;
      readonly spaces: string | undefined;
      readonly roles: string | undefined;
      readonly groups: readonly string[] | 'missing';
    }
  /** The process of the host ends, and another one begins. */
  | { readonly do: 'restart' };

/** What can be seen from outside; texts, sorted. */
export interface ModelView {
  /** `person team role`, with `(by hand)` where the role is an override. */
  readonly memberships: readonly string[];
  /** `person role`. */
  readonly organization: readonly string[];
  /** `person state`, and whether teams show the person. */
  readonly people: readonly string[];
  /** `id name`. */
  readonly teams: readonly string[];
  /** Everybody who has ever been invited, once for each invitation. */
  readonly invitations: readonly string[];
}

const ORGANIZATION_ROLES: readonly string[] = ['Member', 'Manager', 'Administrator', 'Owner'];
const TEAM_ROLES: readonly string[] = ['Member', 'Developer', 'Administrator'];
const PRIVILEGED = ['Administrator', 'Owner'];

/** The teams that are there at the beginning. The identifier is what logins call it. */
export const FIRST_TEAMS: readonly {
  readonly id: string;
  readonly name: string;
  readonly privileged: boolean;
  readonly identifier: string;
}[] = [
  { id: 'alpha', name: 'Alpha', privileged: false, identifier: 'guid-a' },
  { id: 'beta', name: 'Beta', privileged: true, identifier: 'guid-b' },
  { id: 'gamma', name: 'Gamma', privileged: false, identifier: '' },
];

interface ModelPerson {
  linked: boolean;
  activated: boolean;
  invited: boolean;
  /** Whether a directory has known the person without ending that by deleting them. */
  everInDirectory: boolean;
  /** Whether nobody knew the person before a directory did. */
  madeByDirectory: boolean;
  /** Whether the person was out when a directory took its word back: that lets nobody in. */
  keptOut: boolean;
  readonly byHand: Map<string, string>;
  spaces: readonly (readonly [team: string, role: string])[];
  claimed: readonly string[];
}

interface Pushed {
  active: boolean;
  role: string | null;
  /** Whether it is anybody; not after the person was deleted. */
  joined: boolean;
}

type Reason = { readonly role: string; readonly provisioned: boolean };

export class ProvisioningModel {
  readonly #policy: ModelPolicy;
  readonly #people = new Map<string, ModelPerson>();
  readonly #pushed = new Map<string, Pushed>();
  readonly #groups = new Map<string, { name: string; members: string[] }>();
  readonly #teams: { id: string; name: string; privileged: boolean; identifier: string }[];
  #links: { group: string; team: string; created: boolean }[] = [];
  #mapping: ModelMapping = { mode: 'off', defaultTeams: [] };
  #overrides: { person: string; team: string; role: string; base: string }[] = [];
  readonly #invitations: string[] = [];

  constructor(policy: ModelPolicy, people: readonly string[]) {
    this.#policy = policy;
    this.#teams = FIRST_TEAMS.map((team) => ({ ...team }));
    for (const person of people) this.#people.set(person, newPerson());
  }

  step(step: ModelStep): void {
    this.#carryOut(step);
    this.#overrides = this.#overrides.filter(({ person, team, base }) => this.#baseRole(person, team) === base);
  }

  #carryOut(step: ModelStep): void {
    switch (step.do) {
      case 'push': {
        const key = `${step.directory} ${step.person}`;
        if (this.#pushed.has(key)) return;
        this.#pushed.set(key, { active: step.active, role: null, joined: false });
        this.#join(step.directory, step.person);
        return;
      }
      case 'set-active':
      case 'set-role': {
        const pushed = this.#pushed.get(`${step.directory} ${step.person}`);
        if (!pushed) return;
        if (step.do === 'set-active') pushed.active = step.active;
        else pushed.role = step.role;
        if (pushed.joined) this.#heard(step.person);
        else if (pushed.active) this.#join(step.directory, step.person);
        return;
      }
      case 'delete': {
        const known = this.#pushed.get(`${step.directory} ${step.person}`)?.joined;
        const wasOut = this.#end(step.person) !== undefined;
        this.#pushed.delete(`${step.directory} ${step.person}`);
        if (step.directory === 'main') for (const group of this.#groups.values()) take(group.members, step.person);
        if (!known) return;
        const person = this.#people.get(step.person);
        if (person) person.keptOut = wasOut;
        this.#look(step.person);
        return;
      }
      case 'create-group':
        if (this.#groups.has(step.group)) return;
        this.#groups.set(step.group, { name: step.name, members: [] });
        this.#admit(step.group);
        return;
      case 'rename-group': {
        const group = this.#groups.get(step.group);
        if (!group) return;
        group.name = step.name;
        this.#admit(step.group);
        return;
      }
      case 'delete-group':
        this.#groups.delete(step.group);
        this.#links = this.#links.filter(({ group }) => group !== step.group);
        return;
      case 'add-member':
      case 'remove-member': {
        const members = this.#groups.get(step.group)?.members;
        if (!members || !this.#pushed.has(`main ${step.person}`)) return;
        take(members, step.person);
        if (step.do === 'add-member') members.push(step.person);
        return;
      }
      case 'map':
        this.#map(step.mapping);
        return;
      case 'invite':
        this.#people.get(step.person)?.byHand.set(step.team, step.role);
        return;
      case 'uninvite':
        this.#people.get(step.person)?.byHand.delete(step.team);
        return;
      case 'override': {
        const { person, team, role } = step;
        const base = this.#baseRole(person, team);
        if (base === undefined) return;
        this.#overrides = this.#overrides.filter((each) => each.person !== person || each.team !== team);
        this.#overrides.push({ person, team, role, base });
        return;
      }
      case 'login':
        this.#login(step);
        return;
      case 'restart':
        return;
    }
  }

  #join(directory: ModelDirectory, name: string): void {
    const pushed = this.#pushed.get(`${directory} ${name}`);
    if (!pushed) return;
    const existing = this.#people.get(name);
    const person = existing ?? { ...newPerson(), madeByDirectory: true };
    this.#people.set(name, person);
    pushed.joined = true;
    person.everInDirectory = true;
    if (!person.madeByDirectory) person.activated = true;
    if (this.#policy.membershipAuthority === 'scim') {
      person.spaces = [];
      person.claimed = [];
    }
    this.#heard(name);
  }

  /** A directory has said something about somebody it knows. */
  #heard(name: string): void {
    const person = this.#people.get(name);
    if (person) person.keptOut = false;
    this.#look(name);
  }

  /** The end and the invitation of somebody whose directories have just said something. */
  #look(name: string): void {
    const person = this.#people.get(name);
    if (!person) return;
    const all = this.#pushedOf(name);
    const why = this.#end(name);
    if (
      (why === 'gone' && this.#policy.deletion === 'delete') ||
      (why === 'off' && this.#policy.deactivation === 'delete')
    ) {
      this.#people.delete(name);
      for (const [, pushed] of all) pushed.joined = false;
      return;
    }
    if (why || all.length === 0 || person.activated || person.invited) return;
    if (this.#policy.beforeFirstLogin !== 'invited') return;
    person.invited = true;
    this.#invitations.push(name);
  }

  #end(name: string): 'gone' | 'off' | undefined {
    const all = this.#pushedOf(name).map(([, pushed]) => pushed);
    if (all.length === 0) return this.#people.get(name)?.everInDirectory ? 'gone' : undefined;
    const on = this.#policy.activeWhen === 'any' ? all.some(({ active }) => active) : all.every(({ active }) => active);
    return on && !this.#people.get(name)?.keptOut ? undefined : 'off';
  }

  #pushedOf(name: string): readonly (readonly [ModelDirectory, Pushed])[] {
    return (['main', 'side'] as const).flatMap((directory) => {
      const pushed = this.#pushed.get(`${directory} ${name}`);
      return pushed?.joined ? [[directory, pushed] as const] : [];
    });
  }

  #map(mapping: ModelMapping): void {
    const switched = mapping.mode !== this.#mapping.mode;
    if (switched) {
      this.#overrides = this.#overrides.filter(({ person, team }) => !this.#hasFromMain(person, team));
      this.#links = [];
    }
    this.#mapping = mapping;
    for (const group of this.#groups.keys()) this.#admit(group);
  }

  #hasFromMain(person: string, team: string): boolean {
    return this.#fromMain(person).some(([place]) => place === team);
  }

  /** Auto mode: a group that passes the filter has a team. */
  #admit(id: string): void {
    const group = this.#groups.get(id);
    if (!group || this.#mapping.mode !== 'auto' || !this.#passes(group.name)) return;
    const link = this.#links.find((each) => each.group === id);
    const named = this.#teams.find(({ name }) => name.toLowerCase() === group.name.toLowerCase());
    if (link) {
      const own = this.#teams.find((team) => team.id === link.team);
      if (own && link.created && (named === undefined || named === own)) own.name = group.name;
    } else if (named) {
      const free = !named.privileged && this.#links.every(({ team }) => team !== named.id);
      if (free) this.#links.push({ group: id, team: named.id, created: false });
    } else {
      const team = `auto-${id}-${this.#teams.length}`;
      this.#teams.push({ id: team, name: group.name, privileged: false, identifier: '' });
      this.#links.push({ group: id, team, created: true });
    }
  }

  #passes(name: string): boolean {
    if (this.#mapping.mode !== 'auto') return false;
    const { filter } = this.#mapping;
    // The patterns of these tests hold letters and stars alone.
    const matches = (glob: string) => new RegExp(`^${glob.replaceAll('*', '.*')}$`, 'i').test(name);
    const included = filter.filter((glob) => !glob.startsWith('!'));
    if (included.length > 0 && !included.some(matches)) return false;
    return !filter.some((glob) => glob.startsWith('!') && matches(glob.slice(1)));
  }

  #login({ person: name, spaces, roles, groups }: Extract<ModelStep, { readonly do: 'login' }>): void {
    if (this.#end(name)) return;
    // Somebody who has been pushed and is nobody waits for a decision.
    if (!this.#people.has(name) && [...this.#pushed.keys()].some((key) => key.endsWith(` ${name}`))) return;
    const person = this.#people.get(name) ?? newPerson();
    this.#people.set(name, person);
    const follows = !person.linked || this.#policy.loginUpdates === 'every';
    person.linked = true;
    person.activated = true;
    if (this.#policy.membershipAuthority === 'scim' && this.#pushedOf(name).length > 0) {
      person.spaces = [];
      person.claimed = [];
      return;
    }
    if (follows && spaces !== undefined) {
      person.spaces = naivePairs(
        spaces,
        roles,
        this.#teams.map(({ id, name: called }) => [called, id]),
      );
    }
    if (groups !== 'missing') {
      person.claimed = this.#teams.filter(({ identifier }) => groups.includes(identifier)).map(({ id }) => id);
    }
  }

  /** What the first directory gives by groups and default teams: pairs of place and role. */
  #fromMain(name: string): readonly (readonly [string, string])[] {
    const pushed = this.#pushed.get(`main ${name}`);
    if (!pushed?.joined || (!pushed.active && this.#policy.deactivation !== 'disable')) return [];
    const mapping = this.#mapping;
    const given: (readonly [string, string])[] = [];
    if (mapping.mode === 'off') for (const team of mapping.defaultTeams) given.push([team, 'Member']);
    for (const [id, { name: called, members }] of this.#groups) {
      if (!members.includes(name)) continue;
      if (mapping.mode === 'manual') {
        for (const row of mapping.rows) {
          if (row.group === id && (row.allowed || !PRIVILEGED.includes(row.role))) given.push([row.place, row.role]);
        }
      }
      if (mapping.mode === 'auto' && this.#passes(called)) {
        const link = this.#links.find(({ group }) => group === id);
        if (link) given.push([link.team, mapping.teamRole]);
        if (mapping.organizationRole) given.push(['organization', mapping.organizationRole]);
      }
    }
    return this.#policy.membershipAuthority === 'claims' ? given.filter(([place]) => place === 'organization') : given;
  }

  #reasons(name: string, place: string): readonly Reason[] {
    const person = this.#people.get(name);
    if (!person) return [];
    const given: [string, string][] = this.#fromMain(name).map(([where, role]) => [where, role]);
    for (const [, pushed] of this.#pushedOf(name)) {
      if (!pushed.active && this.#policy.deactivation !== 'disable') continue;
      given.push(['organization', 'Member']);
      if (pushed.role) given.push(['organization', pushed.role]);
    }
    for (const [team, role] of person.spaces) given.push([team, role]);
    for (const team of person.claimed) given.push([team, 'Member']);
    const hand = person.byHand.get(place);
    const reasons = given.filter(([where]) => where === place).map(([, role]) => ({ role, provisioned: true }));
    return hand === undefined ? reasons : [...reasons, { role: hand, provisioned: false }];
  }

  #baseRole(name: string, team: string): string | undefined {
    return highest(
      TEAM_ROLES,
      this.#reasons(name, team).filter(({ provisioned }) => provisioned),
    );
  }

  view(): ModelView {
    const names = [...this.#people.keys()];
    const memberships = names.flatMap((person) =>
      this.#teams.flatMap(({ id }) => {
        const role = highest(TEAM_ROLES, this.#reasons(person, id));
        const override = this.#overrides.find((each) => each.person === person && each.team === id);
        if (role === undefined) return [];
        return [override ? `${person} ${id} ${override.role} (by hand)` : `${person} ${id} ${role}`];
      }),
    );
    return {
      memberships: memberships.sort(),
      organization: names
        .flatMap((person) => {
          const role = highest(ORGANIZATION_ROLES, this.#reasons(person, 'organization'));
          return role === undefined ? [] : [`${person} ${role}`];
        })
        .sort(),
      people: names.map((name) => `${name} ${this.#state(name)}${this.#isShown(name) ? '' : ' (hidden)'}`).sort(),
      teams: this.#teams.map(({ id, name }) => `${id} ${name}`).sort(),
      invitations: [...this.#invitations].sort(),
    };
  }

  #state(name: string): string {
    const person = this.#people.get(name);
    if (this.#end(name)) return 'deactivated';
    if (!person || (this.#pushedOf(name).length === 0 && !person.linked)) return 'manual';
    if (person.activated || this.#policy.beforeFirstLogin === 'active') return 'active';
    return person.invited ? 'invited' : 'pending';
  }

  #isShown(name: string): boolean {
    if (this.#policy.membersBeforeFirstLogin === 'shown') return true;
    return this.#pushedOf(name).length === 0 || this.#people.get(name)?.activated === true;
  }
}

/**
 * The pairing of spaces and roles, sentence by sentence as the product's page puts it. `spaces` are pairs of name and id.
 */
export function naivePairs(
  spaceClaim: string,
  roleClaim: string | undefined,
  spaces: readonly (readonly [string, string])[],
): readonly (readonly [string, string])[] {
  const spaceNames = split(spaceClaim);
  const roleNames = split(roleClaim ?? '');
  const pairs: (readonly [string, string | undefined])[] = [];
  for (let i = 0; i < spaceNames.length; i += 1) {
    // "If there are multiple spaces and only one role, reuse that role in all specified spaces."
    // "If there are more roles than spaces, ignore those extra roles."
    const roleName = roleNames.length === 1 ? roleNames[0] : roleNames[i];
    const role = TEAM_ROLES.find(
      (each) => each.toLowerCase() === roleName?.toLowerCase() && !PRIVILEGED.includes(each),
    );
    // "If the space name is invalid (unknown value in Torque), ignore that space and its corresponding role."
    const space = spaces.find(([name]) => name.toLowerCase() === spaceNames[i]?.toLowerCase());
    if (space) pairs.push([space[1], role]);
  }
  return [...new Set(pairs.map(([space]) => space))].map((space) => {
    // "If there are multiple roles for the same space, use the first valid one."
    const valid = pairs.find(([each, role]) => each === space && role !== undefined);
    // "If the role name is invalid, assign the Space Member role." "If there are more spaces than roles, …"
    return [space, valid?.[1] ?? 'Member'] as const;
  });
}

function split(claim: string): string[] {
  const items = claim.split(',').map((item) => item.trim());
  while (items.at(-1) === '') items.pop();
  return items;
}

function highest(order: readonly string[], reasons: readonly Reason[]): string | undefined {
  const held = reasons.map(({ role }) => role);
  return [...order].reverse().find((role) => held.includes(role));
}

function take(members: string[], person: string): void {
  const at = members.indexOf(person);
  if (at >= 0) members.splice(at, 1);
}

function newPerson(): ModelPerson {
  return {
    linked: false,
    activated: false,
    invited: false,
    everInDirectory: false,
    madeByDirectory: false,
    keptOut: false,
    byHand: new Map(),
    spaces: [],
    claimed: [],
  };
}

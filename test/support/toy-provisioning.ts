import { planAutoTeams, planGroupEnd, type TeamPlan } from '../../src/provisioning/auto-team.js';
import { countsForGrants, givingRows } from '../../src/provisioning/directory-grants.js';
import { type Grant, type GrantSource, grantKey, partsOfSource, teamOf } from '../../src/provisioning/grant.js';
import { afterPlan, type GrantPlan, planGrants } from '../../src/provisioning/grant-plan.js';
import {
  effectiveRows,
  type GroupMapping,
  type MappingRow,
  type TeamLink,
} from '../../src/provisioning/group-mapping.js';
import { joinLogin } from '../../src/provisioning/join-login.js';
import { planLogin } from '../../src/provisioning/login-plan.js';
import { matchPerson } from '../../src/provisioning/match-person.js';
import { fallenOverrides, membershipsOf, overrideOf, type RoleOverride } from '../../src/provisioning/membership.js';
import { isModeSwitch, planModeSwitch } from '../../src/provisioning/mode-switch.js';
import { organizationRole } from '../../src/provisioning/organization-role.js';
import { isShownInTeams, type PersonFacts, stateOf } from '../../src/provisioning/person.js';
import { type DirectoryEvent, planPersonChange } from '../../src/provisioning/person-plan.js';
import { DEFAULT_PROVISIONING_POLICY, type ProvisioningPolicy } from '../../src/provisioning/provisioning-policy.js';
import { readRoleAttribute } from '../../src/provisioning/role-attribute.js';
import type { RoleCatalogue } from '../../src/provisioning/role-catalogue.js';
import { grantsOfRows, planMembers, planRows, type RowPlan } from '../../src/provisioning/row-plan.js';
import {
  FIRST_TEAMS,
  type ModelDirectory,
  type ModelMapping,
  type ModelPolicy,
  type ModelStep,
  type ModelView,
} from './provisioning-model.js';

/** The roles of the model, as the library wants them described. */
export const TOY_ROLES: RoleCatalogue = {
  organization: [
    { name: 'Member' },
    { name: 'Manager' },
    { name: 'Administrator', privileged: true },
    { name: 'Owner', privileged: true },
  ],
  team: [{ name: 'Member' }, { name: 'Developer' }, { name: 'Administrator', privileged: true }],
};

const AT = '2026-01-01T00:00:00.000Z';
const TENANT = 'tenant';

interface ToyUser {
  readonly directory: ModelDirectory;
  readonly name: string;
  active: boolean;
  attributeRole: string | undefined;
  userId: string | undefined;
}

/**
 * A storage of a few maps that carries out what the library plans: each step reads facts, asks for a plan, and applies
 * that plan and nothing else. The other side of `ProvisioningModel`.
 */
export class ToyProvisioning {
  readonly #policy: ProvisioningPolicy;
  readonly #people = new Map<string, PersonFacts>();
  readonly #users: ToyUser[] = [];
  readonly #groups = new Map<string, { name: string; readonly members: Set<string> }>();
  readonly #teams: { id: string; name: string; privileged: boolean; identifier: string }[];
  #links: readonly TeamLink[] = [];
  #mapping: GroupMapping = { mode: 'off', defaultTeams: [] };
  #rows: readonly MappingRow[] = [];
  #grants: readonly Grant[] = [];
  #overrides: readonly RoleOverride[] = [];
  readonly #invitations: string[] = [];

  constructor(policy: ModelPolicy, people: readonly string[]) {
    this.#policy = {
      ...DEFAULT_PROVISIONING_POLICY,
      existingPeople: 'link',
      justInTime: 'create',
      claimSpaces: 'sync',
      claimGroups: 'sync',
      roleAttribute: 'role',
      blastRadius: 'off',
      ...policy,
    };
    this.#teams = FIRST_TEAMS.map((team) => ({ ...team }));
    for (const userId of people) this.#people.set(userId, { userId, directoryUsers: [], linked: false });
  }

  /** @returns how many changes of grants the step came to. */
  step(step: ModelStep): number {
    const before = this.#grants;
    this.#carryOut(step);
    const fallen = new Set(fallenOverrides(this.#grants, this.#overrides, TOY_ROLES));
    this.#overrides = this.#overrides.filter((override) => !fallen.has(override));
    const { add, remove, change } = planGrants(before, this.#grants);
    return add.length + remove.length + change.length;
  }

  #carryOut(step: ModelStep): void {
    switch (step.do) {
      case 'push': {
        if (this.#user(step.directory, step.person)) return;
        const { directory, person: name, active } = step;
        const user: ToyUser = { directory, name, active, attributeRole: undefined, userId: undefined };
        this.#users.push(user);
        this.#join(user);
        return;
      }
      case 'set-active':
      case 'set-role': {
        const user = this.#user(step.directory, step.person);
        if (!user) return;
        if (step.do === 'set-active') user.active = step.active;
        else this.#setRole(user, step.role);
        if (user.userId !== undefined) this.#change(user, { kind: 'update', directoryUser: factsOf(user) });
        else if (user.active) this.#join(user);
        return;
      }
      case 'delete': {
        const user = this.#user(step.directory, step.person);
        if (!user) return;
        this.#users.splice(this.#users.indexOf(user), 1);
        if (user.userId !== undefined) this.#change(user, { kind: 'leave', directoryUserId: factsOf(user).id });
        if (user.directory === 'main') for (const { members } of this.#groups.values()) members.delete(user.name);
        return;
      }
      case 'create-group':
        if (this.#groups.has(step.group)) return;
        this.#groups.set(step.group, { name: step.name, members: new Set() });
        this.#regroup([step.group]);
        return;
      case 'rename-group': {
        const group = this.#groups.get(step.group);
        if (!group) return;
        group.name = step.name;
        this.#regroup([step.group]);
        return;
      }
      case 'delete-group': {
        const group = this.#groups.get(step.group);
        if (!group) return;
        this.#changeMembers(step.group, [], [...group.members]);
        this.#groups.delete(step.group);
        this.#applyTeams(planGroupEnd(step.group, this.#links));
        this.#regroup([]);
        return;
      }
      case 'add-member':
      case 'remove-member': {
        const members = this.#groups.get(step.group)?.members;
        const adds = step.do === 'add-member';
        if (!members || !this.#user('main', step.person) || members.has(step.person) === adds) return;
        if (adds) members.add(step.person);
        else members.delete(step.person);
        this.#changeMembers(step.group, adds ? [step.person] : [], adds ? [] : [step.person]);
        return;
      }
      case 'map':
        this.#map(mappingOf(step.mapping));
        return;
      case 'invite':
      case 'uninvite': {
        if (!this.#people.has(step.person)) return;
        const place = { userId: step.person, target: `team:${step.team}`, source: 'manual' } as const;
        const current = this.#grants.filter((grant) => grantKey(grant) === grantKey(place));
        this.#apply(planGrants(current, step.do === 'invite' ? [{ ...place, role: step.role }] : []));
        return;
      }
      case 'override': {
        const override = overrideOf(
          this.#grants,
          { userId: step.person, teamId: step.team, role: step.role },
          TOY_ROLES,
        );
        if (!override) return;
        const others = this.#overrides.filter(({ userId, teamId }) => userId !== step.person || teamId !== step.team);
        this.#overrides = [...others, override];
        return;
      }
      case 'login':
        this.#login(step);
        return;
      case 'restart':
        return;
    }
  }

  #user(directory: ModelDirectory, name: string): ToyUser | undefined {
    return this.#users.find((user) => user.directory === directory && user.name === name);
  }

  #setRole(user: ToyUser, value: string | null): void {
    const read = readRoleAttribute(value, { unknownRole: 'keep' }, { roles: TOY_ROLES, allowed: [] });
    if (read.kind === 'role') user.attributeRole = read.role;
    if (read.kind === 'none') user.attributeRole = undefined;
  }

  #join(user: ToyUser): void {
    const existing = this.#people.get(user.name);
    const inDirectory = this.#users.some(
      ({ directory, userId }) => directory === user.directory && userId === user.name,
    );
    const match = matchPerson({
      policy: this.#policy,
      oidcActive: true,
      ...(existing && { byEmail: { userId: user.name, inDirectory } }),
      emailProved: false,
      convertList: [],
      breakGlass: false,
    });
    if (match.kind !== 'create' && match.kind !== 'link') throw new Error(`unexpected match: ${match.kind}`);
    if (!existing) {
      this.#people.set(user.name, { userId: user.name, directoryUsers: [], linked: false, madeBy: 'directory' });
    }
    user.userId = user.name;
    this.#change(user, { kind: 'join', directoryUser: factsOf(user), existing: match.kind === 'link' });
  }

  #change(user: ToyUser, event: DirectoryEvent): void {
    const userId = user.userId ?? '';
    const facts = this.#people.get(userId);
    if (!facts) throw new Error(`${userId} is nobody`);
    const mine = this.#grants.filter((grant) => grant.userId === userId);
    const plan = planPersonChange(facts, event, {
      at: AT,
      ofDirectory: mine.filter(({ source }) => isOf(source, user.directory)),
      others: mine.filter(({ source }) => !isOf(source, user.directory)),
      gives: {
        rows: user.directory === 'main' ? this.#rows.filter(({ groupId }) => this.#isMember(groupId, user.name)) : [],
        defaultTeams: user.directory === 'main' && this.#mapping.mode === 'off' ? this.#mapping.defaultTeams : [],
        ...(user.attributeRole !== undefined && { attributeRole: user.attributeRole }),
      },
      policy: this.#policy,
      roles: TOY_ROLES,
    });
    if ('refused' in plan) throw new Error(plan.sentence);
    this.#apply(plan.grants);
    if (plan.invite !== undefined) {
      this.#invitations.push(plan.invite.replace('invited:', ''));
    }
    if (plan.facts) {
      this.#people.set(userId, plan.facts);
    } else {
      this.#people.delete(userId);
      for (const each of this.#users) if (each.userId === userId) each.userId = undefined;
    }
  }

  #isMember(groupId: string, name: string): boolean {
    return this.#groups.get(groupId)?.members.has(name) ?? false;
  }

  #changeMembers(groupId: string, added: readonly string[], removed: readonly string[]): void {
    const changed = new Set([...added, ...removed].map((name) => this.#user('main', name)?.userId));
    const rows = this.#rows.filter((row) => row.groupId === groupId);
    const plan = planMembers(givingRows(rows, this.#policy), {
      added: this.#counting(added),
      removed,
      current: this.#grants.filter(({ userId, source }) => source === `group:${groupId}` && changed.has(userId)),
    });
    this.#apply(plan);
  }

  #counting(names: readonly string[]): readonly string[] {
    return names.flatMap((name) => {
      const user = this.#user('main', name);
      return user?.userId !== undefined && countsForGrants(user.active, this.#policy) ? [user.userId] : [];
    });
  }

  #map(mapping: GroupMapping): void {
    const switched = isModeSwitch(this.#mapping, mapping);
    if (switched) {
      const reset = planModeSwitch(
        this.#grants.filter(({ source }) => isOf(source, 'main')),
        this.#overrides,
      );
      this.#apply(reset.plan);
      this.#overrides = this.#overrides.filter((override) => !reset.overrides.includes(override));
      this.#links = [];
      this.#rows = [];
    }
    this.#mapping = mapping;
    const people = this.#counting(this.#users.filter(({ directory }) => directory === 'main').map(({ name }) => name));
    const teams = mapping.mode === 'off' && this.#policy.membershipAuthority !== 'claims' ? mapping.defaultTeams : [];
    const wanted = people.flatMap((userId) =>
      teams.map(({ teamId, role }): Grant => ({ userId, target: `team:${teamId}`, role, source: 'default-team:main' })),
    );
    this.#apply(
      planGrants(
        this.#grants.filter(({ source }) => source === 'default-team:main'),
        wanted,
      ),
    );
    this.#regroup([...this.#groups.keys()]);
  }

  /** Brings teams and rows up to date after a change of groups or of the mapping. */
  #regroup(changed: readonly string[]): void {
    const groups = [...this.#groups].map(([id, { name: displayName }]) => ({ id, displayName }));
    const named = groups.filter(({ id }) => changed.includes(id));
    this.#applyTeams(planAutoTeams(this.#mapping, named, { links: this.#links, teams: this.#teams }));
    const rows = effectiveRows(this.#mapping, { groups, links: this.#links }, TOY_ROLES);
    this.#applyRows(planRows(this.#rows, rows));
    this.#rows = rows;
  }

  #applyTeams({ create, link, rename, unlink }: TeamPlan): void {
    const made = create.map(({ groupId, name }): TeamLink => {
      const teamId = `auto-${groupId}-${this.#teams.length}`;
      this.#teams.push({ id: teamId, name, privileged: false, identifier: '' });
      return { groupId, teamId, created: true };
    });
    for (const { teamId, name } of rename) {
      const team = this.#teams.find(({ id }) => id === teamId);
      if (team) team.name = name;
    }
    this.#links = [...this.#links.filter(({ groupId }) => !unlink.includes(groupId)), ...link, ...made];
  }

  #applyRows({ add, remove, change }: RowPlan): void {
    const wantedOf = (rows: readonly MappingRow[]) =>
      givingRows(rows, this.#policy).flatMap((row) =>
        grantsOfRows(this.#counting([...(this.#groups.get(row.groupId)?.members ?? [])]), [row]),
      );
    const currentOf = (rows: readonly MappingRow[]) =>
      this.#grants.filter(({ source, target }) =>
        rows.some((row) => source === `group:${row.groupId}` && target === row.target),
      );
    this.#apply(planGrants(currentOf([...remove, ...change]), wantedOf(change)));
    this.#apply({ add: wantedOf(add), remove: [], change: [] });
  }

  #login({ person: name, spaces, roles, groups }: Extract<ModelStep, { readonly do: 'login' }>): void {
    const facts = this.#people.get(name);
    const { ended } = facts ?? {};
    const candidate = facts && { userId: name, linkedElsewhere: false, ...(ended && { ended }) };
    const match = joinLogin({
      policy: this.#policy,
      ...(candidate && (facts.linked ? { byLink: candidate } : { byEmail: candidate })),
      emailVerified: true,
      inConflict: this.#users.some((user) => user.name === name && user.userId === undefined),
    });
    if (match.kind === 'refused') return;
    const plan = planLogin(facts ?? { userId: name, directoryUsers: [], linked: false }, {
      tenantId: TENANT,
      at: AT,
      created: match.kind === 'create',
      claims: {
        spaces,
        roles,
        groups: groups === 'missing' ? { state: 'missing' } : { state: 'present', values: groups, mayBeCut: false },
      },
      hasPassword: false,
      current: this.#grants.filter(({ userId }) => userId === name),
      spaces: this.#teams.map(({ id, name: called }) => ({ teamId: id, name: called })),
      identifiedTeams: this.#teams.map(({ id, identifier }) => ({ teamId: id, identifier })),
      initialTeams: [],
      allowedRoles: [],
      policy: this.#policy,
      roles: TOY_ROLES,
    });
    this.#people.set(name, plan.facts);
    this.#apply(plan.grants);
  }

  /** Refuses what no table with a unique key would take: a plan must be right about what is there. */
  #apply(plan: GrantPlan): void {
    const there = new Map(this.#grants.map((grant) => [grantKey(grant), grant.role]));
    for (const grant of plan.remove) {
      if (!there.delete(grantKey(grant))) throw new Error(`not there to be removed: ${grantKey(grant)}`);
    }
    for (const { grant, from } of plan.change) {
      if (there.get(grantKey(grant)) !== from) throw new Error(`not there to be changed: ${grantKey(grant)}`);
    }
    for (const grant of plan.add) {
      if (there.has(grantKey(grant))) throw new Error(`already there: ${grantKey(grant)}`);
      there.set(grantKey(grant), grant.role);
    }
    this.#grants = afterPlan(this.#grants, plan);
  }

  view(): ModelView {
    const people = [...this.#people.values()];
    return {
      memberships: membershipsOf(this.#grants, this.#overrides, TOY_ROLES)
        .map(({ userId, teamId, role, overridden }) => `${userId} ${teamId} ${role}${overridden ? ' (by hand)' : ''}`)
        .sort(),
      organization: people
        .flatMap(({ userId }) => {
          const role = organizationRole(
            this.#grants.filter((grant) => grant.userId === userId && teamOf(grant.target) === undefined),
            TOY_ROLES,
          );
          return role === undefined ? [] : [`${userId} ${role}`];
        })
        .sort(),
      people: people
        .map(
          (facts) =>
            `${facts.userId} ${stateOf(facts, this.#policy)}${isShownInTeams(facts, this.#policy) ? '' : ' (hidden)'}`,
        )
        .sort(),
      teams: this.#teams.map(({ id, name }) => `${id} ${name}`).sort(),
      invitations: [...this.#invitations].sort(),
    };
  }
}

function factsOf({ directory, name, active }: ToyUser): PersonFacts['directoryUsers'][number] {
  return { id: `${directory}-${name}`, directoryId: directory, active };
}

/** All groups belong to the first directory. */
function isOf(source: GrantSource, directory: ModelDirectory): boolean {
  const { kind, id } = partsOfSource(source);
  if (kind === 'group') return directory === 'main';
  return ['directory', 'attribute', 'default-team'].includes(kind) && id === directory;
}

function mappingOf(mapping: ModelMapping): GroupMapping {
  switch (mapping.mode) {
    case 'off':
      return { mode: 'off', defaultTeams: mapping.defaultTeams.map((teamId) => ({ teamId, role: 'Member' })) };
    case 'manual':
      return {
        mode: 'manual',
        rows: mapping.rows.map(({ group, place, role, allowed }) => ({
          groupId: group,
          target: place === 'organization' ? 'organization' : `team:${place}`,
          role,
          ...(allowed && { allowedBy: 'an-owner' }),
        })),
      };
    case 'auto':
      return mapping;
  }
}

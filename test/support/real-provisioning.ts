import { createProvisioningService, createSignInProvisioning, type GroupMapping } from 'express-sso-scim';
import { isProvisioned } from '../../src/provisioning/grant.js';
import { isShownInTeams } from '../../src/provisioning/person.js';
import { createProvisioning } from '../../src/provisioning/provisioning.js';
import type { ManagedStorage } from '../../src/storage/managed-storage.js';
import type { JsonObject } from '../../src/storage/resource-store.js';
import { createChosenStorage } from './chosen-storage.js';
import {
  FIRST_TEAMS,
  type ModelDirectory,
  type ModelMapping,
  type ModelPolicy,
  type ModelStep,
  type ModelView,
} from './provisioning-model.js';
import type { DatabaseName } from './sql-databases.js';
import { TOY_ROLES } from './toy-provisioning.js';

export const DEFAULT_MODEL_POLICY: ModelPolicy = {
  deactivation: 'leave-teams',
  deletion: 'leave-teams',
  activeWhen: 'any',
  beforeFirstLogin: 'active',
  membersBeforeFirstLogin: 'shown',
  membershipAuthority: 'union',
  loginUpdates: 'every',
};

const SCOPE = { organizationId: 'acme' };
const DIRECTORIES = ['main', 'side'] as const;
const PAGE = { after: '', limit: 1000 };

/** The library on a storage, driven by the steps of the model. What is called how there is known by e-mail address. */
export class RealProvisioning {
  readonly storage: ManagedStorage;
  #process;
  readonly #rules;
  /** SCIM ids by directory and person. */
  readonly #users = new Map<string, string>();
  /** Ids of groups by their name in the model, and back. */
  readonly groups: Map<string, string> = new Map();
  /** Names in the model of teams that were made. */
  readonly #teams = new Map<string, string>(FIRST_TEAMS.map(({ id }) => [id, id]));
  readonly #invitations: string[] = [];

  constructor(policy: ModelPolicy, people: readonly string[], database?: DatabaseName) {
    this.storage = createChosenStorage(
      {
        organizations: [{ id: 'acme', name: 'Acme' }],
        users: people.map((name) => ({ ...SCOPE, id: name, email: addressOf(name) })),
        teams: FIRST_TEAMS.map(({ identifier, ...team }) => ({ ...SCOPE, ...team, ...(identifier && { identifier }) })),
      },
      database,
    );
    this.#rules = {
      roles: TOY_ROLES,
      policy: {
        existingPeople: 'link',
        justInTime: 'create',
        claimSpaces: 'sync',
        claimGroups: 'sync',
        roleAttribute: 'role',
        unknownRole: 'keep',
        blastRadius: 'off',
        ...policy,
      },
    } as const;
    this.#process = this.#start();
  }

  /** What a process of the host begins with: nothing but the storage. */
  #start() {
    const clock = { now: () => Date.parse('2026-01-01T00:00:00.000Z') };
    return {
      provisioning: createProvisioning({ storage: this.storage, clock, rules: this.#rules }),
      service: createProvisioningService(this.storage, { ...this.#rules, clock }),
      signIn: createSignInProvisioning(this.storage, { ...this.#rules, clock }),
    };
  }

  get #provisioning() {
    return this.#process.provisioning;
  }

  get #service() {
    return this.#process.service;
  }

  async open(): Promise<this> {
    for (const id of DIRECTORIES) {
      await this.storage.directories.insert({
        ...SCOPE,
        id,
        name: id,
        kind: 'default',
        hosts: [],
        policy: {},
        cursorKey: 'key',
        createdAt: '2026-01-01T00:00:00.000Z',
      });
    }
    return this;
  }

  async step(step: ModelStep): Promise<void> {
    const { users, groups } = this.#provisioning;
    switch (step.do) {
      case 'push': {
        const key = `${step.directory} ${step.person}`;
        if (this.#users.has(key)) return;
        const email = addressOf(step.person);
        const attributes = { userName: email, emails: [{ value: email }], active: step.active };
        const user = await users.create(placeOf(step.directory), { attributes, uniqueKeys: [`userName:${email}`] });
        this.#users.set(key, user.id);
        return;
      }
      case 'set-active':
        return this.#change(step, (attributes) => ({ ...attributes, active: step.active }));
      case 'set-role':
        return this.#change(step, ({ role: _, ...attributes }) =>
          step.role === null ? attributes : { ...attributes, role: step.role },
        );
      case 'delete': {
        const key = `${step.directory} ${step.person}`;
        const id = this.#users.get(key);
        if (id === undefined) return;
        await users.remove(placeOf(step.directory), id, 'erase', () => undefined);
        this.#users.delete(key);
        return;
      }
      case 'create-group': {
        if (this.groups.has(step.group)) return;
        const group = await groups.create(placeOf('main'), draftOf(step.name), [], 'refuse');
        this.groups.set(step.group, group.id);
        return this.#learnTeams();
      }
      case 'rename-group':
        await this.#changeGroup(step.group, { decide: () => draftOf(step.name) });
        return this.#learnTeams();
      case 'delete-group': {
        const id = this.groups.get(step.group);
        if (id === undefined) return;
        await groups.remove(placeOf('main'), id, () => undefined);
        this.groups.delete(step.group);
        return;
      }
      case 'add-member':
      case 'remove-member': {
        const id = this.#users.get(`main ${step.person}`);
        if (id === undefined) return;
        const members = step.do === 'add-member' ? { add: [id], remove: [] } : { add: [], remove: [id] };
        return this.#changeGroup(step.group, { members });
      }
      case 'map': {
        const { mappings } = this.#service;
        const mapping = this.#mappingOf(step.mapping);
        const first = await mappings.save(placeOf('main'), mapping, { by: 'an-owner' });
        if (first.kind === 'faults') throw new Error(JSON.stringify(first.faults));
        if (first.kind === 'needs-confirmation') {
          await mappings.save(placeOf('main'), mapping, { by: 'an-owner', confirm: first.preview.digest });
        }
        return this.#learnTeams();
      }
      case 'invite':
      case 'uninvite': {
        const userId = await this.#idOf(step.person);
        if (userId === undefined) return;
        const place = { userId, target: `team:${step.team}`, by: 'an-owner' } as const;
        if (step.do === 'invite') await this.#service.people.grant(SCOPE, { ...place, role: step.role });
        else await this.#service.people.revoke(SCOPE, place);
        return;
      }
      case 'override': {
        const userId = await this.#idOf(step.person);
        const { team: teamId, role } = step;
        const grants = userId === undefined ? [] : await this.storage.grants.ofUsers(SCOPE, [userId]);
        const given = grants.some(({ source, target }) => isProvisioned(source) && target === `team:${teamId}`);
        if (userId === undefined || !given) return;
        await this.#service.people.setTeamRole(SCOPE, { userId, teamId, role, by: 'an-owner' });
        return;
      }
      case 'login':
        return this.#login(step);
      case 'restart':
        this.#process = this.#start();
        return;
    }
  }

  async view(): Promise<ModelView> {
    const { people } = this.#service;
    const entries = await people.list(SCOPE, PAGE);
    const teams = await this.storage.teams.list(SCOPE, PAGE);
    const [memberships, organization, states]: [string[], string[], string[]] = [[], [], []];
    const shown: string[] = [];
    for (const { user, state, person } of entries) {
      const name = nameOf(user.email);
      const isShown = isShownInTeams(person, this.#rules.policy);
      states.push(`${name} ${state}${isShown ? '' : ' (hidden)'}`);
      const role = await people.organizationRole(SCOPE, user.id);
      if (role !== undefined) organization.push(`${name} ${role}`);
      for (const each of await people.memberships(SCOPE, user.id)) {
        const place = `${name} ${this.#teams.get(each.teamId) ?? each.teamId}`;
        memberships.push(`${place} ${each.role}${each.overridden ? ' (by hand)' : ''}`);
        if (isShown) shown.push(`${place} ${each.role}`);
      }
    }
    await this.#requireSame(shown.sort());
    await this.#service.deliverEvents(async ({ kind, payload }) => {
      if (kind !== 'person.invited') return;
      this.#invitations.push(String(payload['userId']));
    });
    return {
      memberships: memberships.sort(),
      organization: organization.sort(),
      people: states.sort(),
      teams: teams.map(({ id, name }) => `${this.#teams.get(id) ?? id} ${name}`).sort(),
      invitations: [...this.#invitations],
    };
  }

  /** What the host's own table of memberships shows is what the grants amount to. */
  async #requireSame(wanted: readonly string[]): Promise<void> {
    const shown: string[] = [];
    for (const { id } of await this.storage.teams.list(SCOPE, PAGE)) {
      for (const { userId, role } of await this.storage.teams.memberships(SCOPE, id, PAGE)) {
        const user = await this.storage.users.get(SCOPE, userId);
        shown.push(`${nameOf(user?.email ?? userId)} ${this.#teams.get(id) ?? id} ${role}`);
      }
    }
    if (JSON.stringify(shown.sort()) === JSON.stringify(wanted)) return;
    throw new Error(
      `the table of the host shows ${JSON.stringify(shown)}, and the grants say ${JSON.stringify(wanted)}`,
    );
  }

  async #change(
    { directory, person }: { readonly directory: ModelDirectory; readonly person: string },
    change: (attributes: JsonObject) => JsonObject,
  ): Promise<void> {
    const id = this.#users.get(`${directory} ${person}`);
    if (id === undefined) return;
    await this.#provisioning.users.change(placeOf(directory), id, ({ attributes, uniqueKeys }) => ({
      attributes: change(attributes),
      uniqueKeys,
    }));
  }

  async #changeGroup(
    group: string,
    change: Omit<Parameters<ReturnType<typeof createProvisioning>['groups']['change']>[2], 'unknownMembers'>,
  ): Promise<void> {
    const id = this.groups.get(group);
    if (id === undefined) return;
    await this.#provisioning.groups.change(placeOf('main'), id, { ...change, unknownMembers: 'refuse' });
  }

  #mappingOf(mapping: ModelMapping): GroupMapping {
    switch (mapping.mode) {
      case 'off':
        return { mode: 'off', defaultTeams: mapping.defaultTeams.map((teamId) => ({ teamId, role: 'Member' })) };
      case 'manual':
        return {
          mode: 'manual',
          rows: mapping.rows.map(({ group, place, role, allowed }) => ({
            groupId: this.groups.get(group) ?? group,
            target: place === 'organization' ? 'organization' : `team:${place}`,
            role,
            ...(allowed && { allowedBy: 'an-owner' }),
          })),
        };
      case 'auto':
        return mapping;
    }
  }

  async #login({ person, spaces, roles, groups }: Extract<ModelStep, { readonly do: 'login' }>): Promise<void> {
    await this.#process.signIn({
      identity: {
        ...SCOPE,
        tenantId: 'tenant',
        subject: person,
        linkKey: person,
        email: { verified: true, address: addressOf(person) },
        name: undefined,
        timezone: undefined,
        oid: undefined,
        groups: groups === 'missing' ? { state: 'missing' } : { state: 'present', values: groups, mayBeCut: false },
        attributes: { spaces, spaceRoles: roles },
      },
    });
  }

  async #idOf(person: string): Promise<string | undefined> {
    return (await this.storage.users.findByEmail(SCOPE, addressOf(person)))?.id;
  }

  /** The model calls a team that is made after its group and how many there were before. */
  async #learnTeams(): Promise<void> {
    const links = new Map((await this.storage.mappings.links(placeOf('main'))).map((link) => [link.groupId, link]));
    for (const [group, id] of this.groups) {
      const teamId = links.get(id)?.teamId;
      if (teamId === undefined || this.#teams.has(teamId)) continue;
      this.#teams.set(teamId, `auto-${group}-${this.#teams.size}`);
    }
  }
}

function placeOf(directoryId: ModelDirectory) {
  return { ...SCOPE, directoryId };
}

function draftOf(displayName: string) {
  return { attributes: { displayName }, uniqueKeys: [] };
}

function addressOf(name: string): string {
  return `${name}@acme.example`;
}

function nameOf(address: string): string {
  return address.split('@')[0] ?? address;
}

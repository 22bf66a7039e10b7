import {
  createProvisioningService,
  type Organization,
  type PresetName,
  type ProvisioningEvent,
  type ProvisioningService,
  presets,
  type RoleCatalogue,
  type ScimRouterOptions,
  type Team,
  type User,
} from 'express-sso-scim';
import type { ManagedStorage } from '../../src/storage/managed-storage.js';
import { createChosenStorage } from './chosen-storage.js';
import { createScimSite, GROUP, type ScimClient, USER } from './scim-site.js';

export const ACME = { organizationId: 'acme' };
export const SCOPE = { organizationId: 'acme', directoryId: 'acme-scim' };
export const OPERATOR = 'olga';

/** A site of one organization with provisioning as a product has it, and what the host sees of it. */
export interface ProvisionedSite {
  readonly storage: ManagedStorage;
  readonly service: ProvisioningService;
  readonly client: ScimClient;
  readonly events: readonly ProvisioningEvent[];
  /** A further directory, of this organization unless told. */
  directory(id: string, organizationId?: string): Promise<ScimClient>;
  /** Pushes a user and answers its SCIM id. */
  push(name: string, more?: object): Promise<string>;
  pushGroup(name: string, memberIds?: readonly string[]): Promise<string>;
  /** The host's user with this address: `ada` for `ada@acme.example`. */
  userId(name: string): Promise<string>;
  /** `ada Member`, sorted: the host's own table of a team. */
  team(teamId: string): Promise<readonly string[]>;
  /** Kinds of the events since the last call, without changes of memberships. */
  heard(): Promise<readonly string[]>;
  time(later: number): void;
}

export interface SiteSeeds {
  readonly organization?: Partial<Organization>;
  readonly users?: readonly User[];
  readonly teams?: readonly Team[];
  readonly roles?: RoleCatalogue;
  readonly policy?: object;
  readonly router?: ScimRouterOptions;
  /** One that has the seeds already. */
  readonly storage?: ManagedStorage;
}

export async function createProvisionedSite(preset: PresetName, seeds: SiteSeeds = {}): Promise<ProvisionedSite> {
  const { mappingMode, provisioning, scim } = presets[preset];
  const { users = [], teams = [], roles, policy = {}, router = {} } = seeds;
  let now = Date.parse('2026-03-01T10:00:00.000Z');
  const clock = { now: () => now };
  const rules = { mappingMode, policy: { ...provisioning, ...policy }, ...(roles && { roles }) };
  const storage =
    seeds.storage ??
    createChosenStorage({
      organizations: [{ id: 'acme', name: 'Acme', ...seeds.organization }],
      users: users.map((user) => ({ ...user, ...ACME })),
      teams: teams.map((team) => ({ ...team, ...ACME })),
    });
  const site = createScimSite({ clock, policy: scim, provisioning: rules, ...router }, storage);
  const client = await site.client({ ...ACME, id: SCOPE.directoryId });
  const service = createProvisioningService(storage, { ...rules, clock });
  const events: ProvisioningEvent[] = [];
  let heard = 0;

  return {
    storage,
    service,
    client,
    events,
    directory: (id, organizationId = 'acme') => site.client({ organizationId, id }),

    async push(name, more = {}) {
      const { body } = await client.post('/Users', newUser(name, more)).expect(201);
      return body.id;
    },

    async pushGroup(name, memberIds = []) {
      const members = memberIds.map((value) => ({ value }));
      const { body } = await client.post('/Groups', { schemas: [GROUP], displayName: name, members }).expect(201);
      return body.id;
    },

    async userId(name) {
      const user = await storage.users.findByEmail(ACME, addressOf(name));
      if (!user) throw new Error(`nobody has the address of ${name}`);
      return user.id;
    },

    async team(teamId) {
      const memberships = await storage.teams.memberships(ACME, teamId, { after: '', limit: 1000 });
      const names: string[] = [];
      for (const { userId, role } of memberships) {
        const user = await storage.users.get(ACME, userId);
        names.push(`${user?.email.split('@')[0]} ${role}`);
      }
      return names.sort();
    },

    async heard() {
      await service.deliverEvents((event) => {
        events.push(event);
      });
      const fresh = events.slice(heard).map(({ kind }) => kind);
      heard = events.length;
      return fresh.filter((kind) => kind !== 'memberships.changed');
    },

    time: (later) => {
      now += later;
    },
  };
}

export function addressOf(name: string): string {
  return `${name}@acme.example`;
}

/** A user as identity providers push it. */
export function newUser(name: string, more: object = {}): object {
  const email = addressOf(name);
  return {
    schemas: [USER],
    userName: email,
    displayName: name,
    emails: [{ value: email, type: 'work', primary: true }],
    ...more,
  };
}

/** The PATCH that Entra and Okta send to deactivate somebody. */
export function active(value: boolean): readonly object[] {
  return [{ op: 'replace', path: 'active', value }];
}

/** Adds members by PATCH. */
export function adding(...ids: readonly string[]): readonly object[] {
  return [{ op: 'add', path: 'members', value: ids.map((value) => ({ value })) }];
}

/** Removes members by PATCH. */
export function removing(...ids: readonly string[]): readonly object[] {
  return ids.map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }));
}

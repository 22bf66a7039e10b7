import { foldCase } from '../core/fold.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { OidcTenantRecord } from '../storage/oidc-tenant-record.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { DirectorySetup } from './directory-setup.js';
import type { Candidate, MatchGround } from './match-person.js';
import type { PushedProfile } from './pushed-profile.js';

/** What the organization's OIDC tenants say to provisioning. */
export interface TenantFacts {
  readonly active: boolean;
  readonly tenantIds: readonly string[];
  readonly provedDomains: ReadonlySet<string>;
  /** Folded. */
  readonly breakGlass: ReadonlySet<string>;
}

/** Reads the OIDC tenants of a directory: the one it belongs to, or else all of the organization. */
export async function readTenantFacts(
  { oidcTenants }: ManagedStorage,
  scope: DirectoryScope,
  { oidcTenantId }: Pick<DirectorySetup, 'oidcTenantId'>,
): Promise<TenantFacts> {
  const all = await oidcTenants.list(scope);
  const own = oidcTenantId === undefined ? all : all.filter(({ id }) => id === oidcTenantId);
  return {
    active: own.some(isActive),
    tenantIds: own.map(({ id }) => id),
    provedDomains: new Set(all.filter(isActive).flatMap(({ provedDomains }) => provedDomains)),
    breakGlass: new Set(all.flatMap(({ breakGlassEmails }) => breakGlassEmails.map(foldCase))),
  };
}

/** Reads everything that decides who a pushed directory user is. */
export async function readMatchGround(
  storage: ManagedStorage,
  scope: DirectoryScope,
  directoryUserId: string,
  { profile: { email }, hasAddress, externalId, addresses }: PushedProfile,
  setup: DirectorySetup,
): Promise<MatchGround> {
  const tenants = await readTenantFacts(storage, scope, setup);
  const organization = await storage.organizations.get(scope.organizationId);
  const found = hasAddress ? await storage.users.findByEmail(scope, email) : undefined;
  const account = hasAddress && !found ? await storage.users.findAccountByEmail?.(email) : undefined;
  const login = externalId === undefined ? undefined : await loginOf(storage, scope, tenants.tenantIds, externalId);
  const userIds = [...new Set([found?.id, login].filter((id) => id !== undefined))];
  const candidates = new Map(
    (await storage.people.getMany(scope, userIds)).map(({ userId, directoryUsers }): [string, Candidate] => {
      const others = directoryUsers.filter(({ id }) => id !== directoryUserId);
      return [userId, { userId, inDirectory: others.some(({ directoryId }) => directoryId === scope.directoryId) }];
    }),
  );
  const byLogin = login === undefined ? undefined : candidates.get(login);
  const byEmail = found && candidates.get(found.id);
  return {
    policy: setup.policy,
    oidcActive: tenants.active,
    ...(byLogin && { byLogin }),
    ...(byEmail && { byEmail }),
    ...(account && { account }),
    emailProved: tenants.provedDomains.has(foldCase(email.slice(email.lastIndexOf('@') + 1))),
    convertList: setup.convert,
    ...(organization?.rootUserId !== undefined && { rootUserId: organization.rootUserId }),
    breakGlass: addresses.some((address) => tenants.breakGlass.has(foldCase(address))),
  };
}

async function loginOf(
  { logins }: ManagedStorage,
  scope: DirectoryScope,
  tenantIds: readonly string[],
  identity: string,
): Promise<string | undefined> {
  for (const tenantId of tenantIds) {
    const link = await logins.findByIdentity(scope, tenantId, identity);
    if (link) return link.userId;
  }
  return undefined;
}

function isActive({ state }: OidcTenantRecord): boolean {
  return state === 'active';
}

import { foldCase } from '../core/fold.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { Person } from '../storage/person-store.js';
import type { JsonObject } from '../storage/resource-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import { type DirectorySetup, defaultTeamsOf, rowsOfGroups } from './directory-setup.js';
import { type Grant, partsOfSource } from './grant.js';
import { readTenantFacts } from './match-ground.js';
import { isLastOwner } from './organization-role.js';
import type { PersonGround } from './person-plan.js';
import { ProvisioningRefusedError } from './provisioning-refused-error.js';
import type { PushedProfile } from './pushed-profile.js';
import { ownersGrants } from './removal-guard.js';
import { readRoleAttribute } from './role-attribute.js';
import { ownerRole } from './role-catalogue.js';

/** A directory user as it is pushed now; without attributes it is gone. */
export interface PushedUser {
  readonly id: string;
  readonly attributes?: JsonObject;
  readonly pushed?: PushedProfile;
  /** The addresses it has had until now. */
  readonly formerAddresses?: readonly string[];
}

/**
 * Reads everything that a plan for a person is made of.
 * @throws {ProvisioningRefusedError} when the role attribute names a role that may not be given.
 */
export async function readPersonGround(
  storage: ManagedStorage,
  scope: DirectoryScope,
  person: Person,
  { id, attributes, pushed, formerAddresses = [] }: PushedUser,
  at: string,
  setup: DirectorySetup,
): Promise<PersonGround> {
  const grants = await storage.grants.ofUsers(scope, [person.userId]);
  const { ofDirectory, others } = await splitGrants(storage, scope, person, grants);
  const groups = attributes ? ((await storage.groups.groupsOf(scope, [id])).get(id) ?? []) : [];
  const attributeRole = attributes && attributeRoleOf(attributes, ofDirectory, scope, setup);
  const addresses = [...formerAddresses, ...(pushed?.addresses ?? [])];
  const protection = await protectionOf(storage, scope, person.userId, grants, addresses, setup);
  return {
    at,
    ofDirectory,
    others,
    gives: {
      rows: await rowsOfGroups(storage, scope, setup, groups),
      defaultTeams: defaultTeamsOf(setup),
      ...(attributeRole !== undefined && { attributeRole }),
    },
    ...(protection && { protection }),
    policy: setup.policy,
    roles: setup.roles,
  };
}

/** Which grants are the directory's. Those of groups are, unless the group is one of another directory of the person. */
async function splitGrants(
  storage: ManagedStorage,
  scope: DirectoryScope,
  { directoryUsers }: Person,
  grants: readonly Grant[],
): Promise<Pick<PersonGround, 'ofDirectory' | 'others'>> {
  const { directoryId } = scope;
  const groupIds = grants.map(({ source }) => partsOfSource(source)).filter(({ kind }) => kind === 'group');
  const elsewhere = directoryUsers.some((each) => each.directoryId !== directoryId);
  const own = elsewhere
    ? await ownGroups(
        storage,
        scope,
        groupIds.map(({ id }) => id),
      )
    : undefined;
  const isOwn = ({ source }: Grant) => {
    const { kind, id } = partsOfSource(source);
    if (kind === 'group') return own?.has(id) ?? true;
    return (kind === 'directory' || kind === 'attribute' || kind === 'default-team') && id === directoryId;
  };
  return { ofDirectory: grants.filter(isOwn), others: grants.filter((grant) => !isOwn(grant)) };
}

/** Which of these groups are the directory's, those included that are gone and whose removal waits. */
async function ownGroups(
  { groups, holds }: ManagedStorage,
  scope: DirectoryScope,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  const own = new Set((await groups.getMany(scope, ids)).map(({ id }) => id));
  if (ids.every((id) => own.has(id))) return own;
  for (const hold of await holds.list(scope)) {
    for (const { source } of hold.grants) own.add(partsOfSource(source).id);
  }
  return own;
}

function attributeRoleOf(
  attributes: JsonObject,
  ofDirectory: readonly Grant[],
  { directoryId }: DirectoryScope,
  { policy, roles, attributeRoles }: DirectorySetup,
): string | undefined {
  if (policy.roleAttribute === '') return undefined;
  const read = readRoleAttribute(attributes[policy.roleAttribute], policy, { roles, allowed: attributeRoles });
  switch (read.kind) {
    case 'role':
      return read.role;
    case 'none':
      return undefined;
    case 'keep':
      return ofDirectory.find(({ source }) => source === `attribute:${directoryId}`)?.role;
    case 'refused':
      throw new ProvisioningRefusedError({ refused: 'unknown-role', sentence: read.sentence });
  }
}

async function protectionOf(
  storage: ManagedStorage,
  scope: DirectoryScope,
  userId: string,
  grants: readonly Grant[],
  addresses: readonly string[],
  setup: DirectorySetup,
): Promise<PersonGround['protection']> {
  const organization = await storage.organizations.get(scope.organizationId);
  if (organization?.rootUserId === userId) return 'root-user';
  const { breakGlass } = await readTenantFacts(storage, scope, setup);
  if (breakGlass.size > 0) {
    // Whatever a directory calls somebody: the account is known by the address that the host has.
    const user = await storage.users.get(scope, userId);
    const all = user ? [...addresses, user.email] : addresses;
    if (all.some((address) => breakGlass.has(foldCase(address)))) return 'break-glass';
  }
  const owner = ownerRole(setup.roles);
  if (!grants.some(({ target, role }) => target === 'organization' && role === owner)) return undefined;
  return isLastOwner(userId, await ownersGrants(storage, scope, setup.roles, []), setup.roles)
    ? 'last-owner'
    : undefined;
}

import type { DirectoryUser } from '../storage/directory-user.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { DirectoryScope, OrganizationScope } from '../storage/scope.js';
import type { LoginCandidate, LoginGround } from './join-login.js';
import type { SignInIdentity } from './sign-in-identity.js';

/** A directory user who is nobody yet. */
export interface Stranger {
  readonly scope: DirectoryScope;
  readonly user: Pick<DirectoryUser, 'id' | 'attributes'>;
}

/** Reads whom a login could be, and which directory users of that identity or address are nobody yet. */
export async function readLoginGround(
  storage: ManagedStorage,
  scope: OrganizationScope,
  identity: SignInIdentity,
): Promise<Omit<LoginGround, 'policy'> & { readonly strangers: readonly Stranger[] }> {
  const { linkKey, email } = identity;
  const link = await storage.logins.find(scope, linkKey);
  const linked = link && (await readLoginCandidate(storage, scope, link.userId, identity));
  if (linked) return { byLink: linked, emailVerified: email.verified, inConflict: false, strangers: [] };
  const directories = await directoriesOf(storage, scope, identity.tenantId);
  const pushed = await pushedAs(storage, directories, identity);
  const byDirectory =
    pushed.userId === undefined ? undefined : await readLoginCandidate(storage, scope, pushed.userId, identity);
  const found = email.verified ? await storage.users.findByEmail(scope, email.address) : undefined;
  const byEmail = found && (await readLoginCandidate(storage, scope, found.id, identity));
  return {
    ...(byDirectory && { byDirectory }),
    ...(byEmail && { byEmail }),
    emailVerified: email.verified,
    inConflict: pushed.strangers.length > 0,
    strangers: pushed.strangers,
  };
}

/** Somebody whom a login could be; `undefined` when there is nobody of that id. */
export async function readLoginCandidate(
  storage: ManagedStorage,
  scope: OrganizationScope,
  userId: string,
  { tenantId, linkKey }: SignInIdentity,
): Promise<LoginCandidate | undefined> {
  if (!(await storage.users.get(scope, userId))) return undefined;
  const [person] = await storage.people.getMany(scope, [userId]);
  const links = await storage.logins.ofUser(scope, userId);
  const linkedElsewhere = links.some((link) => link.tenantId === tenantId && link.linkKey !== linkKey);
  return { userId, linkedElsewhere, ...(person?.ended !== undefined && { ended: person.ended }) };
}

/** The directories of the tenant, and those that belong to none in particular. */
async function directoriesOf(
  { directories, mappings }: ManagedStorage,
  scope: OrganizationScope,
  tenantId: string,
): Promise<readonly DirectoryScope[]> {
  const found: DirectoryScope[] = [];
  for (const { id: directoryId } of await directories.list(scope)) {
    const place = { ...scope, directoryId };
    const settings = await mappings.settings(place);
    if ((settings?.oidcTenantId ?? tenantId) === tenantId) found.push(place);
  }
  return found;
}

/** Who the directories say the identity is, and which of its directory users are nobody yet. */
async function pushedAs(
  { directoryUsers, people }: ManagedStorage,
  directories: readonly DirectoryScope[],
  { oid, subject, email }: SignInIdentity,
): Promise<{ readonly userId?: string; readonly strangers: readonly Stranger[] }> {
  const strangers = new Map<string, Stranger>();
  for (const scope of directories) {
    const text = { op: 'eq', type: 'string', caseExact: false } as const;
    const byId = { ...text, path: ['externalId'], caseExact: true, value: oid ?? subject } as const;
    const { items } = await directoryUsers.query(scope, { filter: byId, page: { startIndex: 1, count: 1 } });
    for (const user of items) {
      const [person] = await people.ofDirectoryUsers(scope, [user.id]);
      if (person) return { userId: person.userId, strangers: [] };
      strangers.set(user.id, { scope, user });
    }
    if (!email.verified) continue;
    const byAddress = {
      op: 'or',
      filters: [
        { ...text, path: ['userName'], value: email.address },
        { ...text, path: ['emails', 'value'], value: email.address },
      ],
    } as const;
    const named = await directoryUsers.query(scope, { filter: byAddress, page: { startIndex: 1, count: 10 } });
    for (const user of named.items) {
      if ((await people.ofDirectoryUsers(scope, [user.id])).length === 0) strangers.set(user.id, { scope, user });
    }
  }
  return { strangers: [...strangers.values()] };
}

import type { AttributePath, Directory, DirectoryUser, Filter, Storage } from 'express-sso-scim';

/** Whom SCIM has pushed: somebody, nobody, or somebody whose access has been taken away. */
type DirectoryPerson =
  | { readonly state: 'active'; readonly id: string }
  | { readonly state: 'absent' }
  | { readonly state: 'ended' };

/** Finds people in the directory of their organization. */
export interface DirectoryPeople {
  /** By an address that has been verified, and by no other. */
  findByEmail(organizationId: string, email: string): Promise<DirectoryPerson>;
  findById(organizationId: string, id: string): Promise<DirectoryPerson>;
}

/** Creates {@link DirectoryPeople} over the directories of a storage, of which each organization has one. */
export function createDirectoryPeople(storage: Storage, directories: readonly Directory[]): DirectoryPeople {
  const scopeOf = (organizationId: string) => {
    const directory = directories.find((each) => each.organizationId === organizationId);
    return directory && { organizationId, directoryId: directory.id };
  };
  return {
    async findByEmail(organizationId, email) {
      const scope = scopeOf(organizationId);
      if (!scope) return { state: 'absent' };
      const filter: Filter = { op: 'or', filters: [equals(['userName'], email), equals(['emails', 'value'], email)] };
      const { items } = await storage.directoryUsers.query(scope, { filter, page: { startIndex: 1, count: 10 } });
      // Of several with one address nobody can tell who it is. Where one of them may not come in, none may.
      return items.map(stateOf).find(({ state }) => state === 'ended') ?? stateOf(items[0]);
    },

    async findById(organizationId, id) {
      const scope = scopeOf(organizationId);
      const person = scope && (await storage.directoryUsers.get(scope, id));
      return person ? stateOf(person) : { state: 'ended' };
    },
  };
}

function stateOf(person: DirectoryUser | undefined): DirectoryPerson {
  if (!person) return { state: 'absent' };
  const hasEnded = person.accessEnding === true || person.attributes['active'] === false;
  return hasEnded ? { state: 'ended' } : { state: 'active', id: person.id };
}

function equals(path: AttributePath, value: string): Filter {
  return { op: 'eq', path, type: 'string', caseExact: false, value };
}

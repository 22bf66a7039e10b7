import { type Clock, systemClock } from '../core/clock.js';
import { ConfigurationError, createOptionsValidator } from '../core/configuration.js';
import { newId } from '../core/id.js';
import type { ConfigurationFault } from '../core/option-faults.js';
import { randomToken } from '../core/random-token.js';
import type { Directory, DirectoryStore } from '../storage/directory-store.js';
import { StaleVersionError } from '../storage/errors.js';
import type { DirectoryScope, OrganizationScope } from '../storage/scope.js';
import { HOST_PATTERN, normalizeHost } from './host-name.js';
import { NAME_SCHEMA } from './name-schema.js';
import { SCIM_POLICY_SCHEMA, type ScimPolicy } from './scim-policy.js';

/** What the id of a directory looks like: it is a segment of URLs. */
export const DIRECTORY_ID_PATTERN: RegExp = /^[A-Za-z0-9_-]{1,64}$/;

export interface DirectoriesOptions {
  readonly storage: {
    readonly directories: DirectoryStore;
    transaction<T>(
      scope: OrganizationScope,
      work: (storage: { readonly directories: DirectoryStore }) => Promise<T>,
    ): Promise<T>;
  };
  readonly clock?: Clock;
}

export interface NewDirectory extends OrganizationScope {
  /** The `scimId` of its URL: 1 to 64 letters, digits, `_` or `-`. A random one unless given. */
  readonly id?: string;
  readonly name: string;
  /** Which of the host's routers serves it; `default` unless given. */
  readonly kind?: string;
  /** Host names that lead to this directory and no other, with port where one is used. */
  readonly hosts?: readonly string[];
  /**
   * Resource types on offer, by name (`User`, `Group`, and those of the router); all unless given. Which ones a router has
   * of its own is not known here: a name that it does not have offers nothing.
   */
  readonly resourceTypes?: readonly string[];
  /** How it differs from the router's policy. */
  readonly policy?: Partial<ScimPolicy>;
}

/** What may change about a directory; what is left out stays. Its id and kind are part of its URL and never change. */
export interface DirectoryChange {
  readonly name?: string;
  readonly hosts?: readonly string[];
  /** `null` offers all resource types again. */
  readonly resourceTypes?: readonly string[] | null;
  readonly policy?: Partial<ScimPolicy>;
}

/** Sets up directories. What is changed here is what every node goes by within seconds. */
export interface Directories {
  /**
   * @throws {ConfigurationError} when what was given cannot be a directory.
   * @throws {UniqueConflictError} when the id or one of the hosts is taken, by whatever organization.
   */
  create(directory: NewDirectory): Promise<Directory>;
  list(scope: OrganizationScope): Promise<readonly Directory[]>;
  /**
   * The directory as it is now, or `undefined` when the organization has no such directory.
   * @param ifSame as it was when somebody decided about it, where nobody else's change is to be overwritten
   * @throws {ConfigurationError} and {UniqueConflictError} as `create`.
   * @throws {StaleVersionError} when it is not like `ifSame` any more.
   */
  update(scope: DirectoryScope, change: DirectoryChange, ifSame?: Directory): Promise<Directory | undefined>;
  /**
   * Refuses all requests to the directory until it is enabled; keeps what is in it. Idempotent, the first time stays.
   * @throws {StaleVersionError} as `update`, as `enable` does.
   */
  disable(scope: DirectoryScope, ifSame?: Directory): Promise<Directory | undefined>;
  enable(scope: DirectoryScope, ifSame?: Directory): Promise<Directory | undefined>;
}

/** Tries of a change whose ground somebody else takes away. */
const MOST_ATTEMPTS = 10;

const MUTABLE = {
  name: NAME_SCHEMA,
  hosts: {
    type: 'array',
    maxItems: 100,
    items: {
      type: 'string',
      maxLength: 260,
      pattern: HOST_PATTERN,
      description:
        'a host name in ASCII such as "scim.example.com", with the port where one is used, without scheme and path',
    },
  },
  policy: SCIM_POLICY_SCHEMA,
};

const RESOURCE_TYPES = {
  type: 'array',
  minItems: 1,
  description: 'a list of at least one resource type, by name',
  items: { type: 'string', minLength: 1, maxLength: 100 },
};

const parseNew = createOptionsValidator<NewDirectory>('directories.create', {
  properties: {
    ...MUTABLE,
    organizationId: { type: 'string', minLength: 1 },
    id: { type: 'string', pattern: DIRECTORY_ID_PATTERN.source, description: '1 to 64 letters, digits, "_" or "-"' },
    kind: NAME_SCHEMA,
    resourceTypes: RESOURCE_TYPES,
  },
  required: ['organizationId', 'name'],
});

const parseChange = createOptionsValidator<DirectoryChange>('directories.update', {
  properties: { ...MUTABLE, resourceTypes: { ...RESOURCE_TYPES, type: ['array', 'null'] } },
});

/**
 * Creates what sets up the directories of all organizations.
 *
 * @example
 * const directories = createDirectories({ storage });
 * const directory = await directories.create({ organizationId: 'acme', name: 'Entra ID', hosts: ['scim.acme.example'] });
 */
export function createDirectories({ storage, clock = systemClock }: DirectoriesOptions): Directories {
  /** Writes over what was read and nothing else: an update must not bring back a directory that is being disabled. */
  async function change(
    scope: DirectoryScope,
    next: (directory: Directory) => Directory,
    ifSame: Directory | undefined,
  ): Promise<Directory | undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await changeOnce(scope, next, ifSame);
      } catch (error) {
        // Somebody was faster. Who decided about another state hears of it; the others mean whatever is there.
        if (ifSame !== undefined || attempt === MOST_ATTEMPTS || !(error instanceof StaleVersionError)) throw error;
      }
    }
  }

  function changeOnce(
    { organizationId, directoryId }: DirectoryScope,
    next: (directory: Directory) => Directory,
    ifSame: Directory | undefined,
  ): Promise<Directory | undefined> {
    return storage.transaction({ organizationId }, async ({ directories }) => {
      const directory = await directories.get(directoryId);
      if (directory?.organizationId !== organizationId) return undefined;
      const changed = next(directory);
      if (changed !== directory) await directories.update(changed, ifSame ?? directory);
      return changed;
    });
  }

  return {
    async create(given) {
      const { organizationId, id, name, kind, hosts = [], resourceTypes, policy = {} } = parseNew(given);
      refuseMisnamed(resourceTypes, 'directories.create');
      const directory: Directory = {
        organizationId,
        id: id ?? newId(),
        name,
        kind: kind ?? 'default',
        hosts: normalizeHosts(hosts),
        ...(resourceTypes && { resourceTypes: [...resourceTypes] }),
        policy: { ...policy },
        cursorKey: randomToken(),
        createdAt: new Date(clock.now()).toISOString(),
      };
      await storage.directories.insert(directory);
      return directory;
    },

    list: (scope) => storage.directories.list(scope),

    async update(scope, given, ifSame) {
      const { resourceTypes, hosts, policy, ...rest } = parseChange(given);
      refuseMisnamed(resourceTypes, 'directories.update');
      const next = ({ resourceTypes: offered, ...directory }: Directory): Directory => {
        const wanted = resourceTypes === undefined ? offered : resourceTypes;
        return {
          ...directory,
          ...rest,
          ...(hosts && { hosts: normalizeHosts(hosts) }),
          ...(policy && { policy: { ...policy } }),
          ...(wanted && { resourceTypes: [...wanted] }),
        };
      };
      return change(scope, next, ifSame);
    },

    disable: (scope, ifSame) =>
      change(
        scope,
        (directory) =>
          directory.disabledAt === undefined
            ? { ...directory, disabledAt: new Date(clock.now()).toISOString() }
            : directory,
        ifSame,
      ),

    enable: (scope, ifSame) =>
      change(
        scope,
        (directory) => {
          const { disabledAt, ...enabled } = directory;
          return disabledAt === undefined ? directory : enabled;
        },
        ifSame,
      ),
  };
}

/** The two types that every router has, by what else people call them: their endpoints, and in another letter case. */
const MISNAMED: ReadonlyMap<string, string> = new Map([
  ['user', 'User'],
  ['users', 'User'],
  ['group', 'Group'],
  ['groups', 'Group'],
]);

/** @throws {ConfigurationError} for a name that would offer nothing where a standard type is meant. */
function refuseMisnamed(names: readonly string[] | null | undefined, subject: string): void {
  const faults = (names ?? []).flatMap((name, index): readonly ConfigurationFault[] => {
    const meant = MISNAMED.get(name.toLowerCase());
    if (meant === undefined || meant === name) return [];
    return [{ path: `resourceTypes[${index}]`, message: `unknown resource type "${name}" — did you mean "${meant}"?` }];
  });
  if (faults.length > 0) throw new ConfigurationError(subject, faults);
}

function normalizeHosts(hosts: readonly string[]): readonly string[] {
  return [...new Set(hosts.map((host) => normalizeHost(host)).filter((host) => host !== undefined))];
}

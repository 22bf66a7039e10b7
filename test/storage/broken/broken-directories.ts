import { type Directory, StaleVersionError, UniqueConflictError } from 'express-sso-scim';
import { type BrokenAdapter, broken } from './broken-adapter.js';

/** Faults of directories and tokens. */
export const BROKEN_DIRECTORIES: readonly BrokenAdapter[] = [
  broken('D1', 'a policy keeps only keys that are known', () => ({ directories }) => ({
    directories: {
      insert: ({ policy: { unheardOf: _, ...policy }, ...rest }) => directories.insert({ ...rest, policy }),
    },
  })),
  broken('D2', 'insert of an id that is taken does nothing', () => ({ directories }) => ({
    directories: { insert: (directory) => directories.insert(directory).catch(() => undefined) },
  })),
  broken('D3', 'hosts that a directory gave up go on leading to it', () => {
    const old = new Map<string, string>();
    return ({ directories }) => ({
      directories: {
        update: async (directory) => {
          for (const host of (await directories.get(directory.id))?.hosts ?? []) old.set(host, directory.id);
          await directories.update(directory);
        },
        findByHost: async (host) => (await directories.findByHost(host)) ?? directories.get(old.get(host) ?? ''),
      },
    });
  }),
  broken('D3', 'findByHost answers the directory of another host that ends alike', () => {
    const all: Directory[] = [];
    return ({ directories }) => ({
      directories: {
        insert: async (directory) => {
          await directories.insert(directory);
          all.push(directory);
        },
        findByHost: async (host) =>
          (await directories.findByHost(host)) ?? all.find(({ hosts }) => hosts.some((each) => host.endsWith(each))),
      },
    });
  }),
  broken(
    'D4',
    'an update that takes a host away from another directory is refused halfway',
    () =>
      ({ directories }) => ({
        directories: {
          update: async (directory) => {
            try {
              await directories.update(directory);
            } catch (error) {
              if (error instanceof UniqueConflictError) await directories.update({ ...directory, hosts: [] });
              throw error;
            }
          },
        },
      }),
  ),
  broken('D7', 'an update looks first, and writes afterwards whatever is there', () => ({ directories }) => ({
    directories: {
      update: async (directory, ifSame) => {
        const before = await directories.get(directory.id);
        if (ifSame && before?.name !== ifSame.name) throw new StaleVersionError(directory.id);
        await directories.update(directory);
      },
    },
  })),
  broken('D5', 'an update does not look at the organization', () => ({ directories }) => ({
    directories: {
      update: async (directory) => {
        const before = await directories.get(directory.id);
        await directories.update({ ...directory, ...(before && { organizationId: before.organizationId }) });
      },
    },
  })),
  broken('D5', 'an update of a missing directory adds it', () => ({ directories }) => ({
    directories: {
      update: (directory) =>
        directories.update(directory).catch((error: unknown) => {
          if (error instanceof StaleVersionError) return directories.insert(directory);
          throw error;
        }),
    },
  })),
  broken('D6', 'list leaves disabled directories out', () => ({ directories }) => ({
    directories: { list: async (scope) => (await directories.list(scope)).filter(({ disabledAt }) => !disabledAt) },
  })),
  broken('K1', 'findToken judges: a revoked token is none', () => ({ directories }) => ({
    directories: {
      findToken: async (hash) => {
        const found = await directories.findToken(hash);
        return found?.token.revokedAt ? undefined : found;
      },
    },
  })),
  broken('K2', 'a hash that is taken is no conflict', () => ({ directories }) => ({
    directories: {
      insertToken: (token) =>
        directories.insertToken(token).catch((error: unknown) => {
          if (!(error instanceof UniqueConflictError)) throw error;
        }),
    },
  })),
  broken('K3', 'insertToken trusts the organization of the token', () => ({ directories }) => ({
    directories: {
      insertToken: async (token) => {
        const directory = await directories.get(token.directoryId);
        await directories.insertToken({ ...token, organizationId: directory?.organizationId ?? token.organizationId });
      },
    },
  })),
  broken('K4', 'listTokens does not look at the organization', () => ({ directories }) => ({
    directories: {
      listTokens: async (scope, directoryId) =>
        directories.listTokens((await directories.get(directoryId)) ?? scope, directoryId),
    },
  })),
  broken('K5', 'revokeToken overwrites the first time', () => {
    const times = new Map<string, string>();
    return ({ directories }) => ({
      directories: {
        revokeToken: (scope, directoryId, tokenId, at) => {
          times.set(tokenId, at);
          return directories.revokeToken(scope, directoryId, tokenId, at);
        },
        findToken: async (hash) => {
          const found = await directories.findToken(hash);
          const revokedAt = times.get(found?.token.id ?? '');
          return found && { ...found, token: { ...found.token, ...(revokedAt && { revokedAt }) } };
        },
      },
    });
  }),
  broken('K6', 'touchToken of an unknown token is an error', () => ({ directories }) => ({
    directories: {
      touchToken: async (scope, directoryId, tokenId, at) => {
        const tokens = await directories.listTokens(scope, directoryId);
        if (!tokens.some(({ id }) => id === tokenId)) throw new StaleVersionError(tokenId);
        await directories.touchToken(scope, directoryId, tokenId, at);
      },
    },
  })),
  broken('K7', 'revokeToken does not look at the organization', () => ({ directories }) => ({
    directories: {
      revokeToken: async (scope, directoryId, ...rest) =>
        directories.revokeToken((await directories.get(directoryId)) ?? scope, directoryId, ...rest),
    },
  })),
  broken('C8', 'a host that was free a moment ago is free', () => ({ directories }) => ({
    directories: {
      insert: async (directory) => {
        for (const host of directory.hosts) {
          if (await directories.findByHost(host)) throw new UniqueConflictError(`host:${host}`);
        }
        await new Promise((resolve) => setImmediate(resolve));
        await directories.insert(directory).catch(() => directories.insert({ ...directory, hosts: [] }));
      },
    },
  })),
];

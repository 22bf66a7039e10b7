import type { DirectoryStore } from '../../storage/directory-store.js';
import type { Access } from './access.js';

export function createDirectoryStore(access: Access): DirectoryStore {
  return {
    get: (directoryId) => access.readShared(({ directories }) => directories.get(directoryId)),
    findByHost: (host) => access.readShared(({ directories }) => directories.findByHost(host)),
    list: (scope) => access.readShared(({ directories }) => directories.list(scope)),
    insert: (directory) =>
      access.writeShared(directory, ({ directories }, undo) => directories.insert(directory, undo)),
    update: (directory, ifSame) =>
      access.writeShared(directory, ({ directories }, undo) => directories.update(directory, ifSame, undo)),

    findToken: (hash) => access.readShared(({ directories }) => directories.findToken(hash)),
    listTokens: (scope, directoryId) =>
      access.readShared(({ directories }) => directories.listTokens(scope, directoryId)),
    insertToken: (token) => access.writeShared(token, ({ directories }, undo) => directories.insertToken(token, undo)),

    revokeToken: (scope, directoryId, tokenId, at) =>
      access.writeShared(scope, ({ directories }, undo) =>
        directories.changeToken(scope, directoryId, tokenId, (token) => ({ revokedAt: at, ...token }), undo),
      ),

    async touchToken(scope, directoryId, tokenId, at) {
      await access.writeShared(scope, ({ directories }, undo) =>
        directories.changeToken(scope, directoryId, tokenId, (token) => ({ ...token, lastUsedAt: at }), undo),
      );
    },
  };
}

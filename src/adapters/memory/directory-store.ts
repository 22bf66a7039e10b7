import type { DirectoryStore } from '../../storage/directory-store.js';
import type { Access } from './access.js';

export function createDirectoryStore(access: Access): DirectoryStore {
  return {
    get: (directoryId) => access.readDirectories((table) => table.get(directoryId)),
    findByHost: (host) => access.readDirectories((table) => table.findByHost(host)),
    list: (scope) => access.readDirectories((table) => table.list(scope)),
    insert: (directory) => access.writeDirectories(directory, (table, undo) => table.insert(directory, undo)),
    update: (directory) => access.writeDirectories(directory, (table, undo) => table.update(directory, undo)),

    findToken: (hash) => access.readDirectories((table) => table.findToken(hash)),
    listTokens: (scope, directoryId) => access.readDirectories((table) => table.listTokens(scope, directoryId)),
    insertToken: (token) => access.writeDirectories(token, (table, undo) => table.insertToken(token, undo)),

    revokeToken: (scope, directoryId, tokenId, at) =>
      access.writeDirectories(scope, (table, undo) =>
        table.changeToken(scope, directoryId, tokenId, (token) => ({ revokedAt: at, ...token }), undo),
      ),

    async touchToken(scope, directoryId, tokenId, at) {
      await access.writeDirectories(scope, (table, undo) =>
        table.changeToken(scope, directoryId, tokenId, (token) => ({ ...token, lastUsedAt: at }), undo),
      );
    },
  };
}

import type { DurableSignInStore } from '../../storage/sign-in-store.js';
import type { Access } from './access.js';

export function createSignInStore(access: Access): DurableSignInStore {
  return {
    consumeOnce: (scope, key, at, expiresAt) =>
      access.writeShared(scope, ({ signIns }, undo) => signIns.consumeOnce(scope, key, { at, expiresAt }, undo)),
    endSessions: (scope, ended, at, expiresAt) =>
      access.writeShared(scope, ({ signIns }, undo) => signIns.endSessions(scope, ended, { at, expiresAt }, undo)),
    sessionsEndedAt: (scope, origin) => access.readShared(({ signIns }) => signIns.sessionsEndedAt(scope, origin)),
    forgetExpired: (at, limit) =>
      access.writeShared(undefined, ({ signIns }, undo) => signIns.forgetExpired(at, limit, undo)),
  };
}

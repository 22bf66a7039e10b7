import type { TrafficStore } from '../../storage/traffic-store.js';
import type { Access } from './access.js';

export function createTrafficStore(access: Access): TrafficStore {
  return {
    append: (scope, batch, keep) =>
      access.writeShared(scope, ({ traffic }, undo) => traffic.append(scope, batch, keep, undo)),
    page: (scope, wish) => access.readShared(({ traffic }) => traffic.page(scope, wish)),
    get: (scope, id) => access.readShared(({ traffic }) => traffic.get(scope, id)),
    counts: (scope, from, to) => access.readShared(({ traffic }) => traffic.counts(scope, from, to)),
    forgetBefore: (at, limit) =>
      access.writeShared(undefined, ({ traffic }, undo) => traffic.forgetBefore(at, limit, undo)),
  };
}

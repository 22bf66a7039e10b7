import type { DirectoryScope, TrafficBatch, TrafficEntry } from 'express-sso-scim';
import { type ManagedStorage, managed } from '../../src/storage/managed-storage.js';
import { type TrafficStores, trafficOf } from '../../src/storage/traffic-store.js';
import { createChosenStorage } from './chosen-storage.js';

/** A storage that tells when calls have been recorded. */
export interface RecordingStorage {
  readonly storage: ManagedStorage & TrafficStores;
  /** Batches that were written, whatever became of them. */
  readonly batches: readonly TrafficBatch[];
  /** Waits until so many calls of a directory are counted, and answers its entries, newest first. */
  recorded(scope: DirectoryScope, calls: number): Promise<readonly TrafficEntry[]>;
}

export function createRecordingStorage(
  inner: ManagedStorage & TrafficStores = createChosenStorage(),
  before: () => Promise<void> = async () => {},
): RecordingStorage {
  const batches: TrafficBatch[] = [];
  let waiting: (() => void)[] = [];
  const traffic = {
    ...methodsOf(inner.traffic),
    append: async (...args: Parameters<typeof inner.traffic.append>) => {
      batches.push(args[1]);
      try {
        await before();
        await inner.traffic.append(...args);
      } finally {
        for (const wake of waiting) wake();
        waiting = [];
      }
    },
  };
  const storage = { ...inner, traffic };
  return {
    storage,
    batches,
    async recorded({ organizationId, directoryId }, calls) {
      const scope = { organizationId, directoryId };
      for (;;) {
        const written = new Promise<void>((resolve) => waiting.push(resolve));
        const counts = await traffic.counts(scope, '', '9999');
        if (counts.reduce((sum, count) => sum + count.calls, 0) >= calls) break;
        await written;
      }
      return (await trafficOf(managed(storage)).page(scope, { after: '', limit: 1000 })).items;
    },
  };
}

function methodsOf({ page, get, counts, forgetBefore, append }: TrafficStores['traffic']): TrafficStores['traffic'] {
  return {
    append,
    page: (...args) => page(...args),
    get: (...args) => get(...args),
    counts: (...args) => counts(...args),
    forgetBefore: (...args) => forgetBefore(...args),
  };
}

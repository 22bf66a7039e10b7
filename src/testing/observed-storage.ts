import type { OrganizationScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';

/** One call of a storage. */
export interface StorageCall {
  /** The store and its method, e.g. `directoryUsers.get`; `transaction` has no store. */
  readonly name: string;
  readonly args: readonly unknown[];
  readonly isInTransaction: boolean;
}

/**
 * Carries out a call, or does something else about it. `proceed` carries it out and gives what the storage answers.
 * `rehearse` does the same, and takes a transaction back.
 */
export type AroundCall = (
  call: StorageCall,
  proceed: () => Promise<unknown>,
  rehearse: () => Promise<unknown>,
) => Promise<unknown>;

/** Ends a rehearsal. */
class TakenBack extends Error {
  override readonly name = 'TakenBack';
}

/** The same storage, inside transactions too, with `around` in the way of every call. */
export function observeStorage(storage: Storage, around: AroundCall, isInTransaction = false): Storage {
  return new Proxy(storage, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (property === 'transaction') {
        return observeTransaction(target, around, isInTransaction);
      }
      const isStore =
        typeof value === 'object' && value !== null && property !== 'capabilities' && property !== 'handle';
      return isStore ? observeStore(String(property), value, around, isInTransaction) : value;
    },
  });
}

function observeTransaction(target: Storage, around: AroundCall, isInTransaction: boolean): Storage['transaction'] {
  return <T>(scope: OrganizationScope, work: (storage: Storage) => Promise<T>) => {
    const workInside = (inside: Storage) => work(observeStorage(inside, around, true));
    const rehearse = async () => {
      // One that joins another cannot be taken back alone.
      if (isInTransaction) return;
      const rehearsal = target.transaction(scope, async (inside) => {
        await workInside(inside);
        throw new TakenBack();
      });
      await rehearsal.catch((error: unknown) => {
        if (!(error instanceof TakenBack)) throw error;
      });
    };
    const call = { name: 'transaction', args: [scope], isInTransaction };
    return around(call, () => target.transaction(scope, workInside), rehearse) as Promise<T>;
  };
}

function observeStore(store: string, target: object, around: AroundCall, isInTransaction: boolean): object {
  return new Proxy(target, {
    get(_, method) {
      const value: unknown = Reflect.get(target, method);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]) => {
        const proceed = (): Promise<unknown> => Reflect.apply(value, target, args);
        return around({ name: `${store}.${String(method)}`, args, isInTransaction }, proceed, proceed);
      };
    },
  });
}

import type { Storage } from 'express-sso-scim';

/** One call that the library makes of its storage, e.g. `directoryUsers.get`. */
export interface StorageCall {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** Carries out a call, or does something else about it. `proceed` gives what the storage answers. */
export type AroundCall = (call: StorageCall, proceed: () => Promise<unknown>) => Promise<unknown>;

/** The same storage, inside transactions too, with `around` in the way of every call. */
export function observeStorage(storage: Storage, around: AroundCall): Storage {
  return new Proxy(storage, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property);
      if (property === 'transaction') {
        const transaction: Storage['transaction'] = (scope, work) =>
          around({ name: 'transaction', args: [scope] }, () =>
            target.transaction(scope, (inside) => work(observeStorage(inside, around))),
          ) as ReturnType<typeof transaction<Awaited<ReturnType<typeof work>>>>;
        return transaction;
      }
      return typeof value === 'object' && value !== null && property !== 'capabilities'
        ? observeStore(String(property), value, around)
        : value;
    },
  });
}

function observeStore(store: string, target: object, around: AroundCall): object {
  return new Proxy(target, {
    get(_, method) {
      const value: unknown = Reflect.get(target, method);
      if (typeof value !== 'function') return value;
      return (...args: readonly unknown[]) =>
        around({ name: `${store}.${String(method)}`, args }, () => Reflect.apply(value, target, args));
    },
  });
}

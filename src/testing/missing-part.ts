import type { Storage } from '../storage/storage.js';
import { HOST_STORES, LIBRARY_STORES } from '../storage/store-names.js';

/** A rule asked for a part of a storage that is not there: nothing can be said about the rule yet. */
export class MissingPart extends Error {
  override readonly name = 'MissingPart';
  readonly code = 'missing_part';

  constructor(part: string) {
    super(`the storage has no ${part}`);
  }
}

const STORES: readonly string[] = [...HOST_STORES, ...LIBRARY_STORES];

/** The same storage, which throws the name of what it lacks when that is asked for: adapters are written part by part. */
export function namingMissingParts(storage: Storage): Storage {
  return new Proxy(storage, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (name === 'transaction') return boundMethod(target, 'transaction', value);
      if (name === 'capabilities' && value === undefined) throw new MissingPart('capabilities');
      if (typeof name !== 'string' || !STORES.includes(name)) return value;
      if (typeof value !== 'object' || value === null) throw new MissingPart(name);
      return namingMissingMethods(name, value);
    },
  });
}

function namingMissingMethods(store: string, target: object): object {
  return new Proxy(target, {
    get(_, name) {
      const value: unknown = Reflect.get(target, name);
      return typeof name === 'string' && name !== 'then' ? boundMethod(target, `${store}.${name}`, value) : value;
    },
  });
}

function boundMethod(target: object, name: string, value: unknown): unknown {
  if (typeof value !== 'function') throw new MissingPart(name);
  return (...args: readonly unknown[]): unknown => Reflect.apply(value, target, args);
}

import type { JsonObject, NewResource, StoredResource } from '../storage/resource-store.js';
import { T0 } from './contract-ground.js';

/** A resource that is not stored yet. */
export function draft(
  id: string,
  attributes: JsonObject = {},
  uniqueKeys: readonly string[] = [],
): NewResource<StoredResource> {
  return { id, created: T0, attributes, uniqueKeys };
}

/** What every resource has, of one that may have more. */
export function recordOf(resource: StoredResource | undefined): StoredResource | undefined {
  if (!resource) return undefined;
  const { id, version, created, lastModified, attributes, uniqueKeys } = resource;
  return { id, version, created, lastModified, attributes, uniqueKeys };
}

/** Writes to an object wherever it can. What is frozen stays as it is. */
export function deface(object: unknown): void {
  if (typeof object !== 'object' || object === null) return;
  for (const [name, value] of Object.entries(object)) {
    deface(value);
    Reflect.set(object, name, 'defaced');
  }
}

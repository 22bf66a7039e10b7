import { UniqueConflictError } from '../../storage/errors.js';
import type { AttributePath } from '../../storage/query.js';
import type { StoredResource } from '../../storage/resource-store.js';
import { textLength } from '../../storage/text-length.js';
import { AttributeIndex } from './attribute-index.js';
import { CreationOrder } from './creation-order.js';
import { freezeJson } from './freeze-json.js';
import { SteadyMap } from './steady-map.js';
import type { UndoLog } from './undo-log.js';

/** The lasting place of a resource. What lies there is exchanged with each change, never written to. */
export interface Row<T extends StoredResource> {
  readonly sequence: number;
  resource: T;
  /** Of text in its attributes: what a look at all of them costs. */
  characters: number;
}

/** The live resources of one type in one directory, with their unique keys and indexes. */
export class ResourceTable<T extends StoredResource> {
  readonly order: CreationOrder<Row<T>> = new CreationOrder();
  readonly #rows = new Map<string, Row<T>>();
  readonly #owners = new SteadyMap<Row<T>>();
  readonly #indexes: readonly AttributeIndex<Row<T>>[];
  readonly #usedIds: Set<string>;
  readonly #onPresence: ((id: string) => void) | undefined;

  /**
   * @param usedIds every id of the directory that ever was, whatever its type
   * @param onPresence hears of each resource that comes or goes
   */
  constructor(usedIds: Set<string>, indexedPaths: readonly AttributePath[], onPresence?: (id: string) => void) {
    this.#onPresence = onPresence;
    this.#usedIds = usedIds;
    this.#indexes = indexedPaths.map((path) => new AttributeIndex(path));
  }

  row(id: string): Row<T> | undefined {
    return this.#rows.get(id);
  }

  get(id: string): T | undefined {
    return this.#rows.get(id)?.resource;
  }

  /** The index over a path, if there is one. */
  indexOf(path: AttributePath): AttributeIndex<Row<T>> | undefined {
    return this.#indexes.find((index) => index.path.join('\n') === path.join('\n'));
  }

  /** @throws {UniqueConflictError} when the id was ever used or a unique key is held. */
  insert(resource: T, undo: UndoLog): T {
    if (this.#usedIds.has(resource.id)) throw new UniqueConflictError(`id:${resource.id}`);
    this.#refuseHeldKeys(resource);
    const characters = textLength(resource.attributes);
    const row = { sequence: this.order.nextSequence(), resource: freezeJson(resource), characters };
    this.#usedIds.add(resource.id);
    this.#link(row);
    undo.note(() => {
      this.#unlink(row);
      this.#usedIds.delete(resource.id);
    });
    return resource;
  }

  /** @throws {UniqueConflictError} when another row holds a unique key. */
  replace(row: Row<T>, resource: T, undo: UndoLog): T {
    if (!haveSameKeys(resource, row.resource)) this.#refuseHeldKeys(resource, row);
    const before = row.resource;
    this.#exchange(row, freezeJson(resource));
    undo.note(() => this.#exchange(row, before));
    return resource;
  }

  /** Takes a resource out; its id stays used. */
  remove(row: Row<T>, undo: UndoLog): void {
    this.#unlink(row);
    undo.note(() => this.#link(row));
  }

  #refuseHeldKeys(resource: T, row?: Row<T>): void {
    for (const key of resource.uniqueKeys) {
      const owner = this.#owners.get(key);
      if (owner && owner !== row) throw new UniqueConflictError(key);
    }
  }

  #link(row: Row<T>): void {
    this.order.add(row);
    this.#rows.set(row.resource.id, row);
    for (const key of row.resource.uniqueKeys) this.#owners.set(key, row);
    for (const index of this.#indexes) index.add(row.resource, row);
    this.#onPresence?.(row.resource.id);
  }

  #unlink(row: Row<T>): void {
    this.order.remove(row);
    this.#rows.delete(row.resource.id);
    for (const key of row.resource.uniqueKeys) this.#owners.delete(key);
    for (const index of this.#indexes) index.remove(row.resource, row);
    this.#onPresence?.(row.resource.id);
  }

  #exchange(row: Row<T>, resource: T): void {
    const before = row.resource;
    row.resource = resource;
    if (!haveSameKeys(resource, before)) {
      for (const key of before.uniqueKeys) this.#owners.delete(key);
      for (const key of resource.uniqueKeys) this.#owners.set(key, row);
    }
    if (resource.attributes === before.attributes) return;
    row.characters = textLength(resource.attributes);
    for (const index of this.#indexes) index.exchange(before, resource, row);
  }
}

function haveSameKeys({ uniqueKeys: keys }: StoredResource, { uniqueKeys: others }: StoredResource): boolean {
  return keys === others || (keys.length === others.length && keys.every((key, index) => key === others[index]));
}

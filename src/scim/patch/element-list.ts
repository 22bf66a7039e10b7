import { foldCase } from '../../core/fold.js';
import type { Filter } from '../../storage/query.js';
import type { JsonValue } from '../../storage/resource-store.js';
import { textLength } from '../../storage/text-length.js';
import { elementKey, isJsonObject, isPrimary } from '../schema/coerce-value.js';

/**
 * The values of one multi-valued attribute while edits are applied to it. A value is found by its `value` without a look
 * at the others, so that an edit costs what it touches. At any time there is one value for each (type, value), and after
 * an edit that brings a primary one no other is primary (RFC 7644 section 3.5.2).
 */
export class ElementList {
  /** In order; a value that went leaves its place empty. */
  readonly #slots: (JsonValue | undefined)[] = [];
  readonly #keys: string[] = [];
  readonly #byKey = new Map<string, number>();
  readonly #byValue = new Map<string, Set<number>>();
  readonly #primaries = new Set<number>();

  constructor(elements: readonly JsonValue[]) {
    for (const element of elements) this.#join(this.#slots.length, element);
  }

  get size(): number {
    return this.#byKey.size;
  }

  /** How much text the values at these places hold. */
  charactersAt(places: readonly number[]): number {
    return places.reduce((sum, slot) => sum + textLength(this.at(slot)), 0);
  }

  elements(): readonly JsonValue[] {
    return this.#slots.filter((element) => element !== undefined);
  }

  /** The places of all values. */
  places(): readonly number[] {
    return this.#slots.flatMap((element, slot) => (element === undefined ? [] : [slot]));
  }

  /** The places of the values that a filter has to look at. */
  candidates(filter: Filter): readonly number[] {
    const values = soughtValues(filter);
    return values ? this.placesOf(values) : this.places();
  }

  /** The places of what has one of these values, letter case aside. */
  placesOf(values: readonly string[]): readonly number[] {
    const found = new Set(values.flatMap((value) => [...(this.#byValue.get(foldCase(value)) ?? [])]));
    return [...found].sort((a, b) => a - b);
  }

  at(slot: number): JsonValue {
    return this.#slots[slot] ?? null;
  }

  /** Changes the values at these places; one that becomes `undefined` goes. */
  change(places: readonly number[], edit: (element: JsonValue) => JsonValue | undefined): void {
    const primaries = this.#primaryKeys();
    const after = places.map((slot) => edit(this.at(slot)));
    const isInPlace = places.every((slot, index) => haveSameKey(this.at(slot), after[index]));
    for (const slot of isInPlace ? [] : places) this.#take(slot);
    for (const [index, slot] of places.entries()) {
      const element = after[index];
      if (element === undefined) continue;
      if (isInPlace) this.#swap(slot, element);
      else this.#join(slot, element);
    }
    this.#leaveOnePrimary(primaries);
  }

  /** Adds values; what is there already takes what they say of it, so that repeating an edit changes nothing. */
  add(elements: readonly JsonValue[]): void {
    const primaries = this.#primaryKeys();
    for (const element of elements) this.#join(this.#slots.length, element);
    this.#leaveOnePrimary(primaries);
  }

  replace(elements: readonly JsonValue[]): void {
    for (const slot of this.places()) this.#take(slot);
    for (const element of elements) this.#put(this.#slots.length, element);
  }

  /** Puts a changed value at a place, or together with its like, whichever comes first. */
  #join(slot: number, element: JsonValue): void {
    const known = this.#byKey.get(elementKey(element));
    if (known === undefined) {
      this.#put(slot, element);
      return;
    }
    const both = merged(this.at(known), element);
    this.#take(known);
    this.#put(Math.min(slot, known), both);
  }

  #put(slot: number, element: JsonValue): void {
    const key = elementKey(element);
    this.#slots[slot] = element;
    this.#keys[slot] = key;
    this.#byKey.set(key, slot);
    const value = lookUpText(element);
    if (value !== undefined) this.#byValue.set(value, (this.#byValue.get(value) ?? new Set()).add(slot));
    if (isPrimary(element)) this.#primaries.add(slot);
  }

  #take(slot: number): void {
    const element = this.at(slot);
    this.#byKey.delete(this.#keys[slot] ?? '');
    this.#byValue.get(lookUpText(element) ?? '')?.delete(slot);
    this.#primaries.delete(slot);
    this.#slots[slot] = undefined;
  }

  /** As taking one and putting the other, for two of the same key. */
  #swap(slot: number, element: JsonValue): void {
    this.#slots[slot] = element;
    if (isPrimary(element)) this.#primaries.add(slot);
    else this.#primaries.delete(slot);
  }

  #primaryKeys(): ReadonlySet<string | undefined> {
    return new Set([...this.#primaries].map((slot) => this.#keys[slot]));
  }

  /** Of several primaries the one that this edit brought stays. */
  #leaveOnePrimary(before: ReadonlySet<string | undefined>): void {
    if (this.#primaries.size < 2) return;
    const places = [...this.#primaries].sort((a, b) => a - b);
    const kept = places.filter((slot) => !before.has(this.#keys[slot])).at(-1) ?? places[0];
    for (const slot of places) {
      const element = this.at(slot);
      if (slot !== kept && isJsonObject(element)) this.#swap(slot, { ...element, primary: false });
    }
  }
}

/** The values that a filter asks for by `value eq`, of which one at least is that of whatever it describes. */
function soughtValues(filter: Filter): readonly string[] | undefined {
  switch (filter.op) {
    case 'eq':
      return filter.path.join() === 'value' && filter.type !== 'dateTime' && typeof filter.value === 'string'
        ? [filter.value]
        : undefined;
    case 'and':
      return filter.filters.map(soughtValues).find((values) => values !== undefined);
    case 'or': {
      const parts = filter.filters.map(soughtValues);
      return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
    }
    default:
      return undefined;
  }
}

/** The `value` of an element as it is looked up; `undefined` where it is none that can be. */
function lookUpText(element: JsonValue): string | undefined {
  const value = isJsonObject(element) ? element['value'] : element;
  return typeof value === 'string' ? foldCase(value) : undefined;
}

/** Whether it shows without working out the keys that they are the same. */
function haveSameKey(a: JsonValue, b: JsonValue | undefined): boolean {
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  return typeof a['value'] === 'string' && a['value'] === b['value'] && a['type'] === b['type'];
}

/** Two values of one key as one; where both say something, the second counts. */
function merged(first: JsonValue, second: JsonValue): JsonValue {
  return isJsonObject(first) && isJsonObject(second) ? { ...first, ...second } : second;
}

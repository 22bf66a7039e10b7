import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import { badRequest } from '../error.js';
import type { AttributeType } from './attribute-type.js';
import { elementKey, isJsonObject } from './coerce-value.js';
import { pathText, type ResolvedPath } from './resolve-path.js';
import type { CompiledSchema, ResourceType } from './resource-type.js';
import { sameJson } from './same-json.js';

/** What becomes of an immutable value that is not there any more: PUT leaves it out, PATCH takes it away. */
type WhenGone = 'keep' | 'refuse';

/**
 * Keeps what no request can change (RFC 7644 sections 3.5.1 and 3.5.2): read-only attributes, which are the host's, and
 * immutable ones once they are set. Inside a complex value both last as long as the value does: a list may lose an
 * element as a whole, and what is read-only goes with the `value` that it describes.
 * @throws {ScimError} 400 mutability when an immutable one would change.
 */
export function keepUnchangeable(
  before: JsonObject,
  after: JsonObject,
  type: ResourceType,
  whenGone: WhenGone = 'keep',
): JsonObject {
  let kept = keepValues(before, after, type.schema, undefined, whenGone);
  for (const { schema } of type.extensions.values()) {
    const inside = before[schema.id];
    if (!isJsonObject(inside) || schema.unchangeable.length === 0) continue;
    const given = kept[schema.id];
    const next = isJsonObject(given) ? given : {};
    const values = keepValues(inside, next, schema, schema.id, whenGone);
    if (values !== next) kept = { ...kept, [schema.id]: values };
  }
  return kept;
}

/** @throws {ScimError} 400 mutability when an immutable value that is set would become another, or none. */
export function refuseChange(old: JsonValue | undefined, next: JsonValue | undefined, path: ResolvedPath): void {
  if (old === undefined || sameJson(old, next)) return;
  throw badRequest('mutability', `"${pathText(path)}" cannot be changed once it is set.`);
}

function keepValues(
  before: JsonObject,
  after: JsonObject,
  { unchangeable }: CompiledSchema,
  extension: string | undefined,
  whenGone: WhenGone,
): JsonObject {
  let kept = after;
  for (const { attribute, isRuled, inside } of unchangeable) {
    const { name } = attribute;
    const old = before[name];
    if (old === undefined) continue;
    const next = after[name];
    const path = { attribute, ...(extension === undefined ? {} : { extension }) };
    const value = isRuled ? keptValue(old, next, path, whenGone) : keepInside(old, next, inside, path, whenGone);
    if (value !== next && value !== undefined) kept = { ...kept, [name]: value };
  }
  return kept;
}

function keptValue(old: JsonValue, next: JsonValue | undefined, path: ResolvedPath, whenGone: WhenGone): JsonValue {
  if (next !== undefined || whenGone === 'refuse') refuseChange(old, next, path);
  return old;
}

function keepInside(
  old: JsonValue,
  next: JsonValue | undefined,
  inside: readonly AttributeType[],
  path: ResolvedPath,
  whenGone: WhenGone,
): JsonValue | undefined {
  if (isJsonObject(old) && isJsonObject(next)) return keepParts(old, next, inside, path, whenGone);
  if (!Array.isArray(old) || !Array.isArray(next)) return next;
  const elements: readonly JsonValue[] = next;
  const was = counterparts(old, elements);
  return elements.map((element, index) => {
    const counterpart = was[index];
    // A list that says nothing of a part is no attempt to take it away.
    return isJsonObject(counterpart) && isJsonObject(element)
      ? keepParts(counterpart, element, inside, path, 'keep')
      : element;
  });
}

function keepParts(
  old: JsonObject,
  next: JsonObject,
  inside: readonly AttributeType[],
  path: ResolvedPath,
  whenGone: WhenGone,
): JsonObject {
  const kept: Record<string, JsonValue> = { ...next };
  for (const subAttribute of inside) {
    const { name, mutability } = subAttribute;
    const isForeign = mutability === 'readOnly' && !sameJson(old['value'], next['value']);
    const part = isForeign ? undefined : old[name];
    if (part !== undefined && mutability === 'immutable') {
      keptValue(part, next[name], { ...path, subAttribute }, whenGone);
    }
    if (part !== undefined) kept[name] = part;
    else if (mutability === 'readOnly') delete kept[name];
  }
  return kept;
}

/** For each element what it was before: the element of its type and value, else one of its value alone. */
function counterparts(old: readonly JsonValue[], next: readonly JsonValue[]): readonly (JsonValue | undefined)[] {
  const byKey = new Map(old.map((element) => [elementKey(element), element]));
  const exact = next.map((element) => take(byKey, elementKey(element)));
  const byValue = new Map([...byKey.values()].flatMap((element) => valueEntry(element)));
  return next.map((element, index) => exact[index] ?? take(byValue, valueEntry(element)[0]?.[0] ?? ''));
}

function valueEntry(element: JsonValue): [string, JsonValue][] {
  const value = isJsonObject(element) ? element['value'] : undefined;
  return value === undefined ? [] : [[JSON.stringify(value), element]];
}

function take(elements: Map<string, JsonValue>, key: string): JsonValue | undefined {
  const found = elements.get(key);
  elements.delete(key);
  return found;
}

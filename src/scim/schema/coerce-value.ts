import { withArticle } from '../../core/article.js';
import { toInstant } from '../../core/instant.js';
import { isStorableText } from '../../core/storable-text.js';
import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import { roleFromText } from '../dialect/role-text.js';
import { SUB_ATTRIBUTE_ALIASES } from '../dialect/sub-attribute-aliases.js';
import { badRequest, type ScimError } from '../error.js';
import type { AttributeType } from './attribute-type.js';

/** How many values one multi-valued attribute may hold. Members of groups are kept apart and have no such bound. */
const MAX_ELEMENTS = 1000;

/** How many characters a text may have that is looked up by an index. */
const MAX_KEY = 1024;

/** What to do about names that the schema does not have. */
export type UnknownNames = 'ignore' | 'refuse';

/**
 * Turns what a client sent for one attribute into its canonical value: names in the schema's spelling, one value or a
 * list as the schema says, values of the right type. `undefined` means unassigned: null, an empty text or list, or a
 * complex value whose `value` is empty (RFC 7643 section 2.5; Entra and OneLogin clear attributes in all these ways).
 *
 * Taken as meant, since identity providers send it so: "True" for true, one value where a list belongs, a list of one
 * where a complex value belongs, a bare text where an object with `value` belongs.
 * @throws {ScimError} 400 invalidValue that names the attribute.
 */
export function coerceValue(attribute: AttributeType, value: unknown, unknown: UnknownNames): JsonValue | undefined {
  if (!attribute.multiValued) {
    return coerceOne(attribute, attribute.type === 'complex' ? soleElement(attribute, value) : value, unknown);
  }
  const elements: JsonValue[] = [];
  const given: readonly unknown[] = Array.isArray(value) ? value : [value];
  requireFewElements(attribute, given.length);
  for (const each of given) {
    const element = coerceOne(attribute, each, unknown);
    if (element !== undefined) elements.push(element);
  }
  return elements.length > 0 ? withOnePrimary(withoutRepeats(elements)) : undefined;
}

/** @throws {ScimError} 400 invalidValue when a multi-valued attribute would hold more values than is bearable. */
export function requireFewElements({ name }: AttributeType, count: number): void {
  if (count <= MAX_ELEMENTS) return;
  throw badRequest('invalidValue', `"${name}" may have at most ${MAX_ELEMENTS} values.`);
}

/** As `coerceValue`, for one element of a multi-valued attribute, or part of one. */
export function coerceOne(attribute: AttributeType, value: unknown, unknown: UnknownNames): JsonValue | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  switch (attribute.type) {
    case 'complex':
      return coerceComplex(attribute, value, unknown);
    case 'boolean':
      return coerceBoolean(attribute, value);
    case 'integer':
      if (typeof value === 'number' && Number.isSafeInteger(value)) return value;
      throw wrongType(attribute, value);
    case 'decimal':
      if (typeof value === 'number' && Number.isFinite(value)) return value;
      throw wrongType(attribute, value);
    default:
      return coerceText(attribute, value);
  }
}

function coerceText(attribute: AttributeType, value: unknown): string {
  if (typeof value !== 'string') throw wrongType(attribute, value);
  if (!isStorableText(value)) {
    throw badRequest('invalidValue', `"${attribute.name}" has a NUL character or half of a surrogate pair.`);
  }
  requireKeyLength(attribute, value);
  if (attribute.type === 'dateTime' && toInstant(value) === undefined) {
    throw badRequest('invalidValue', `"${attribute.name}" must be a dateTime such as 2026-05-31T09:30:00Z.`);
  }
  return value;
}

function requireKeyLength({ name, uniqueness }: AttributeType, text: string): void {
  const isLookedUp = uniqueness !== 'none' || name === 'externalId' || name === 'displayName';
  if (!isLookedUp || text.length <= MAX_KEY) return;
  throw badRequest('invalidValue', `"${name}" may have at most ${MAX_KEY} characters.`);
}

function coerceBoolean(attribute: AttributeType, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : '';
  if (word === 'true') return true;
  if (word === 'false') return false;
  throw wrongType(attribute, value);
}

function coerceComplex(attribute: AttributeType, value: unknown, unknown: UnknownNames): JsonObject | undefined {
  if (typeof value === 'string' && attribute.subAttributes.has('value')) {
    return coerceComplex(attribute, roleFromText(attribute, value) ?? { value }, unknown);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrongType(attribute, value);
  const complex: Record<string, JsonValue> = {};
  for (const [name, given] of Object.entries(value)) {
    const sub = subAttributeOf(attribute, name);
    if (!sub) {
      if (unknown === 'refuse') throw unknownName(`${attribute.name}.${name}`);
      continue;
    }
    if (sub.mutability === 'readOnly') continue;
    const role = sub.name === 'value' && typeof given === 'string' ? roleFromText(attribute, given) : undefined;
    if (role) return coerceComplex(attribute, { ...value, ...role }, unknown);
    const coerced = coerceValue(sub, given, unknown);
    if (sub.mutability === 'writeOnly') continue;
    if (coerced !== undefined) complex[sub.name] = coerced;
    else if (sub.name === 'value') return undefined;
  }
  return Object.keys(complex).length > 0 ? complex : undefined;
}

/** The sub-attribute that a client means by a name, which may be one that only identity providers know. */
export function subAttributeOf(attribute: AttributeType, name: string): AttributeType | undefined {
  const lower = name.toLowerCase();
  const known = attribute.subAttributes.get(lower);
  return known ?? attribute.subAttributes.get(SUB_ATTRIBUTE_ALIASES.get(attribute.name)?.get(lower) ?? '');
}

function soleElement(attribute: AttributeType, value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  if (value.length > 1) throw wrongType(attribute, value);
  return value[0];
}

/** One element for each (type, value), the first one (RFC 7643 section 2.4). */
function withoutRepeats(elements: readonly JsonValue[]): readonly JsonValue[] {
  if (elements.length < 2) return elements;
  const seen = new Set<string>();
  return elements.filter((element) => {
    const key = elementKey(element);
    return !seen.has(key) && seen.add(key);
  });
}

/** What makes two elements of a multi-valued attribute the same one: type and value, else all that describes it. */
export function elementKey(element: JsonValue): string {
  if (!isJsonObject(element)) return JSON.stringify(element);
  if (element['value'] !== undefined) return JSON.stringify([element['type'], element['value']]);
  const names = Object.keys(element).filter((name) => name !== 'primary');
  return JSON.stringify(names.sort().map((name) => [name, element[name]]));
}

function withOnePrimary(elements: readonly JsonValue[]): readonly JsonValue[] {
  const first = elements.findIndex(isPrimary);
  return demoteOthers(elements, first);
}

/** Leaves `primary` to the element at one place; with -1 all stay as they are. */
function demoteOthers(elements: readonly JsonValue[], keep: number): readonly JsonValue[] {
  if (keep < 0) return elements;
  return elements.map((element, index) =>
    index !== keep && isJsonObject(element) && isPrimary(element) ? { ...element, primary: false } : element,
  );
}

export function isPrimary(element: JsonValue): boolean {
  return isJsonObject(element) && element['primary'] === true;
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongType(attribute: AttributeType, value: unknown): ScimError {
  const given = Array.isArray(value) ? 'a list' : value === null ? 'null' : withArticle(typeof value);
  const wanted = attribute.type === 'complex' ? 'object' : attribute.type;
  return badRequest('invalidValue', `"${attribute.name}" must be ${withArticle(wanted)}, not ${given}.`);
}

/** Refuses a name that no schema has, where the policy wants that. */
export function unknownName(name: string): ScimError {
  return badRequest('invalidValue', `No schema of this resource has an attribute "${name.slice(0, 128)}".`);
}

import { compileElementFilter } from '../../storage/evaluate-filter.js';
import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import { badRequest, type ScimError } from '../error.js';
import type { FilterSyntax } from '../filter/syntax.js';
import type { AttributeType } from '../schema/attribute-type.js';
import {
  coerceOne,
  coerceValue,
  demoteOthers,
  elementKey,
  isJsonObject,
  isPrimary,
  requireFewElements,
  type UnknownNames,
} from '../schema/coerce-value.js';
import { requireAttributes } from '../schema/required-values.js';
import { keepUnchangeable, refuseChange } from '../schema/unchangeable-values.js';
import { type AttributeEdit, namesNothing, type PatchRules, refuseTooManyEdits } from './patch-edits.js';

/**
 * Applies edits in order and gives the new attributes; what was given is not touched, so a fault in the last edit
 * leaves nothing behind (RFC 7644 section 3.5.2). A required attribute may be taken away on the way, not in the end.
 * @throws {ScimError} 400 invalidValue, mutability or noTarget; 413 for too many edits.
 */
export function applyEdits(attributes: JsonObject, edits: readonly AttributeEdit[], rules: PatchRules): JsonObject {
  refuseTooManyEdits(edits);
  let current = attributes;
  for (const edit of edits) current = applyEdit(current, edit, rules);
  const kept = keepUnchangeable(attributes, current, rules.type, 'refuse');
  requireAttributes(kept, rules.type, (subAttribute) => wasTaken(subAttribute, edits));
  return kept;
}

/** Whether edits took away what is missing now. A part can also be missing because a new value came without it. */
function wasTaken(subAttribute: AttributeType | undefined, edits: readonly AttributeEdit[]): boolean {
  return (
    !subAttribute ||
    edits.some(
      ({ op, target, value }) => target.subAttribute === subAttribute && (op === 'remove' || namesNothing(value)),
    )
  );
}

function applyEdit(attributes: JsonObject, edit: AttributeEdit, rules: PatchRules): JsonObject {
  const { extension, attribute } = edit.target;
  if (!extension) return withValue(attributes, attribute.name, edited(attributes[attribute.name], edit, rules));
  const before = attributes[extension];
  const container = isJsonObject(before) ? before : {};
  const after = withValue(container, attribute.name, edited(container[attribute.name], edit, rules));
  return withValue(attributes, extension, Object.keys(after).length > 0 ? after : undefined);
}

/** The new value of the attribute; `undefined` when it has none any more. */
function edited(before: JsonValue | undefined, edit: AttributeEdit, rules: PatchRules): JsonValue | undefined {
  const { attribute } = edit.target;
  const after = attribute.multiValued
    ? editElements(Array.isArray(before) ? before : [], edit, rules)
    : editSingle(before, edit, rules);
  return attribute.mutability === 'writeOnly' ? undefined : after;
}

function editSingle(before: JsonValue | undefined, edit: AttributeEdit, rules: PatchRules): JsonValue | undefined {
  const { attribute, subAttribute } = edit.target;
  if (subAttribute) {
    const value = edit.op === 'remove' ? undefined : coerceValue(subAttribute, edit.value, names(rules));
    const { name } = subAttribute;
    const whole = isJsonObject(before) ? before : {};
    if (subAttribute.mutability === 'immutable') refuseChange(whole[name], value, edit.target);
    return mergeComplex(whole, value === undefined ? {} : { [name]: value }, { [name]: edit.value }, attribute);
  }
  if (edit.op === 'remove') return undefined;
  const value = coerceValue(attribute, edit.value, names(rules));
  const given = soleValue(edit.value);
  if (!isJsonObject(before) || typeof given !== 'object' || given === null || Array.isArray(given)) return value;
  return mergeComplex(before, isJsonObject(value) ? value : {}, given, attribute);
}

/** Sub-attributes that the client named win or, sent empty, go; the others stay (RFC 7644 section 3.5.2.3). */
function mergeComplex(
  before: JsonObject,
  value: JsonObject,
  given: object,
  attribute: AttributeType,
): JsonObject | undefined {
  const merged: Record<string, JsonValue> = { ...before, ...value };
  for (const name of Object.keys(given)) {
    const sub = attribute.subAttributes.get(name.toLowerCase());
    if (sub && sub.mutability !== 'readOnly' && !(sub.name in value)) delete merged[sub.name];
  }
  // A reference belongs to its value: the one to the manager before says nothing of the next.
  if (merged['value'] !== before['value'] && !('$ref' in value)) delete merged['$ref'];
  // A manager without an id is no manager.
  const isLost = 'value' in before && !('value' in merged);
  return isLost || Object.keys(merged).length === 0 ? undefined : merged;
}

function editElements(
  before: readonly JsonValue[],
  edit: AttributeEdit,
  rules: PatchRules,
): readonly JsonValue[] | undefined {
  const isPartial = edit.selector !== undefined || edit.target.subAttribute !== undefined;
  const after = withMergedRepeats(before, isPartial ? editSome(before, edit, rules) : editAll(before, edit, rules));
  requireFewElements(edit.target.attribute, after);
  return after.length > 0 ? withNewPrimary(before, after) : undefined;
}

function editAll(before: readonly JsonValue[], edit: AttributeEdit, rules: PatchRules): readonly JsonValue[] {
  const values = coerceValue(edit.target.attribute, edit.value, names(rules));
  const listed = Array.isArray(values) ? (values as readonly JsonValue[]) : [];
  switch (edit.op) {
    case 'replace':
      return listed;
    case 'add':
      return [...before, ...listed];
    case 'remove': {
      if (namesNothing(edit.value)) return [];
      const isMeant = describedBy(listed);
      return before.filter((element) => !isMeant(element));
    }
  }
}

/** Edits the elements that brackets describe, or one sub-attribute of all of them. */
function editSome(before: readonly JsonValue[], edit: AttributeEdit, rules: PatchRules): readonly JsonValue[] {
  const { op, selector, target } = edit;
  const isMeant = selector ? compileElementFilter(selector.filter) : () => true;
  if (op === 'remove' && !target.subAttribute) return before.filter((element) => !isMeant(element));
  const stated = selector ? statedValues(selector.syntax, target.attribute) : {};
  const start = stated ?? {};
  // Only one value can be primary: of several that are described, the first.
  const meant = new Set(before.filter(isMeant).slice(0, makesPrimary(edit, rules) ? 1 : undefined));
  if (meant.size > 0) {
    return before.flatMap((element) => (meant.has(element) ? editElement(element, start, edit, rules) : [element]));
  }
  if (op === 'remove') return before;
  if (selector && rules.policy.absentTargets === 'refuse') throw noTarget(edit);
  // To clear what is not there makes nothing.
  const made = editElement(start, start, edit, rules).filter((element) => element !== start);
  if (made.length > 0 && !(stated && made.every(isMeant))) throw noTarget(edit);
  return [...before, ...made];
}

function makesPrimary({ op, target: { subAttribute }, value }: AttributeEdit, rules: PatchRules): boolean {
  return op !== 'remove' && subAttribute?.name === 'primary' && coerceValue(subAttribute, value, names(rules)) === true;
}

function editElement(
  element: JsonValue,
  stated: JsonObject,
  edit: AttributeEdit,
  rules: PatchRules,
): readonly JsonValue[] {
  const { attribute, subAttribute } = edit.target;
  if (subAttribute) return editSubAttribute(element, subAttribute, edit, rules);
  const value = coerceOne(attribute, soleValue(edit.value), names(rules));
  if (value === undefined) return edit.op === 'add' ? [element] : [];
  if (!isJsonObject(value)) return [value];
  // What the brackets say of the element stays true of what replaces it, or the next cycle would not find it.
  return [edit.op === 'add' && isJsonObject(element) ? { ...element, ...value } : { ...stated, ...value }];
}

function editSubAttribute(
  element: JsonValue,
  subAttribute: AttributeType,
  edit: AttributeEdit,
  rules: PatchRules,
): readonly JsonValue[] {
  if (!isJsonObject(element)) return [element];
  const value = edit.op === 'remove' ? undefined : coerceSub(subAttribute, edit, rules);
  if (subAttribute.mutability === 'immutable') refuseChange(element[subAttribute.name], value, edit.target);
  if (value === undefined && subAttribute.name === 'value') return [];
  if (isJsonObject(value)) return [{ ...element, ...value }];
  const after = withSub(element, subAttribute.name, value);
  return after === undefined ? [] : [after];
}

/** A role whose text is JSON means the whole element (Entra), so what comes back may be an object. */
function coerceSub(subAttribute: AttributeType, edit: AttributeEdit, rules: PatchRules): JsonValue | undefined {
  if (subAttribute.name !== 'value' || typeof edit.value !== 'string') {
    return coerceValue(subAttribute, edit.value, names(rules));
  }
  return coerceOne(edit.target.attribute, edit.value, names(rules));
}

function noTarget(edit: AttributeEdit): ScimError {
  return badRequest('noTarget', `No value of "${edit.target.attribute.name}" is what the path describes.`);
}

/** What an element must hold for `type eq "work" and primary eq true` to be true of it; `undefined` for other filters. */
function statedValues(syntax: FilterSyntax, attribute: AttributeType): JsonObject | undefined {
  if (syntax.op === 'and') {
    const parts = syntax.terms.map((term) => statedValues(term, attribute));
    return parts.every((part) => part !== undefined) ? Object.assign({}, ...parts) : undefined;
  }
  if (syntax.op !== 'eq' || !('value' in syntax.literal)) return undefined;
  const sub = attribute.subAttributes.get(syntax.target.attribute.toLowerCase());
  // Nobody makes a read-only value by searching for it.
  const value = sub && sub.mutability !== 'readOnly' ? coerceOne(sub, syntax.literal.value, 'ignore') : undefined;
  return sub && value !== undefined ? { [sub.name]: value } : undefined;
}

/** Of several primaries the one that this edit brought stays (RFC 7644 section 3.5.2). */
function withNewPrimary(before: readonly JsonValue[], after: readonly JsonValue[]): readonly JsonValue[] {
  const primaries = after.flatMap((element, index) => (isPrimary(element) ? [index] : []));
  if (primaries.length < 2) return after;
  const old = new Set(before.filter(isPrimary).map(elementKey));
  const fresh = primaries.filter((index) => !old.has(elementKey(after[index] ?? null)));
  return demoteOthers(after, fresh.at(-1) ?? primaries[0] ?? -1);
}

/** What is there already takes what the edit says of it, so that repeating an edit changes nothing. */
function withMergedRepeats(before: readonly JsonValue[], after: readonly JsonValue[]): readonly JsonValue[] {
  const merged = new Map<string, JsonValue>();
  for (const element of after) {
    const key = elementKey(element);
    const known = merged.get(key);
    if (!isJsonObject(known) || !isJsonObject(element)) merged.set(key, element);
    else merged.set(key, before.includes(element) ? { ...element, ...known } : { ...known, ...element });
  }
  return merged.size === after.length ? after : [...merged.values()];
}

/** What listed values mean to a remove: what has their value, and their type if they say one; else all that they say. */
function describedBy(listed: readonly JsonValue[]): (element: JsonValue) => boolean {
  // By the names that tell: a look at each element instead of one at each pair.
  const keys = new Map<string, { readonly names: readonly string[]; readonly known: Set<string> }>();
  for (const each of listed) {
    const names = tellingNames(each);
    const found = keys.get(names.join()) ?? { names, known: new Set() };
    keys.set(names.join(), found);
    found.known.add(partsOf(each, names));
  }
  return (element) => [...keys.values()].some(({ names, known }) => known.has(partsOf(element, names)));
}

function tellingNames(listed: JsonValue): readonly string[] {
  if (!isJsonObject(listed)) return [];
  if (listed['value'] === undefined) return Object.keys(listed).sort();
  return listed['type'] === undefined ? ['value'] : ['value', 'type'];
}

function partsOf(element: JsonValue, names: readonly string[]): string {
  return JSON.stringify(isJsonObject(element) ? names.map((name) => element[name]) : element);
}

/** One value may come as a list of one. */
function soleValue(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
}

function names(rules: PatchRules): UnknownNames {
  return rules.policy.unknownAttributes;
}

function withSub(object: JsonObject, name: string, value: JsonValue | undefined): JsonObject | undefined {
  const after = withValue(object, name, value);
  return Object.keys(after).length > 0 ? after : undefined;
}

function withValue(object: JsonObject, name: string, value: JsonValue | undefined): JsonObject {
  return value === undefined ? without(object, name) : { ...object, [name]: value };
}

function without(object: JsonObject, name: string): JsonObject {
  if (!(name in object)) return object;
  const { [name]: _removed, ...rest } = object;
  return rest;
}

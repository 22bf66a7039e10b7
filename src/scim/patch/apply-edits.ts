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
  type UnknownNames,
} from '../schema/coerce-value.js';
import { pathText } from '../schema/resolve-path.js';
import { type AttributeEdit, PATCH_LIMITS, type PatchEdit, type PatchRules, tooManyOperations } from './patch-edits.js';

/** How many values one multi-valued attribute may come to hold through PATCH. */
const MAX_ELEMENTS = 1000;

/**
 * Applies edits in order and gives the new attributes; what was given is not touched, so a fault in the last edit
 * leaves nothing behind (RFC 7644 section 3.5.2).
 * @throws {ScimError} 400 invalidValue, mutability or noTarget.
 */
export function applyEdits(attributes: JsonObject, edits: readonly PatchEdit[], rules: PatchRules): JsonObject {
  if (edits.length > PATCH_LIMITS.edits) throw tooManyOperations(PATCH_LIMITS.edits);
  let current = attributes;
  for (const edit of edits) {
    if ('extension' in edit) current = without(current, edit.extension);
    else current = applyEdit(current, edit, rules);
  }
  return current;
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
  if (attribute.mutability === 'writeOnly') return undefined;
  if (
    attribute.mutability === 'immutable' &&
    before !== undefined &&
    JSON.stringify(before) !== JSON.stringify(after)
  ) {
    throw badRequest('mutability', `"${pathText(edit.target)}" cannot be changed once it is set.`);
  }
  return after;
}

function editSingle(before: JsonValue | undefined, edit: AttributeEdit, rules: PatchRules): JsonValue | undefined {
  const { attribute, subAttribute } = edit.target;
  if (subAttribute) {
    const value = edit.op === 'remove' ? undefined : coerceValue(subAttribute, edit.value, names(rules));
    return withSub(isJsonObject(before) ? before : {}, subAttribute.name, value);
  }
  if (edit.op === 'remove') return undefined;
  const value = coerceValue(attribute, edit.value, names(rules));
  return isJsonObject(value) && isJsonObject(before) ? mergeComplex(before, value, edit.value, attribute) : value;
}

/** Sub-attributes that the client named win or, sent empty, go; the others stay. */
function mergeComplex(before: JsonObject, value: JsonObject, given: unknown, attribute: AttributeType): JsonObject {
  const merged: Record<string, JsonValue> = { ...before, ...value };
  for (const name of Object.keys(typeof given === 'object' && given !== null ? given : {})) {
    const sub = attribute.subAttributes.get(name.toLowerCase());
    if (sub && sub.mutability !== 'readOnly' && !(sub.name in value)) delete merged[sub.name];
  }
  return merged;
}

function editElements(
  before: readonly JsonValue[],
  edit: AttributeEdit,
  rules: PatchRules,
): readonly JsonValue[] | undefined {
  const after = edit.selector ? editSelected(before, edit, rules) : editAll(before, edit, rules);
  if (after.length > MAX_ELEMENTS) {
    throw badRequest('invalidValue', `"${edit.target.attribute.name}" may have at most ${MAX_ELEMENTS} values.`);
  }
  return after.length > 0 ? withNewPrimary(before, after) : undefined;
}

function editAll(before: readonly JsonValue[], edit: AttributeEdit, rules: PatchRules): readonly JsonValue[] {
  const { attribute, subAttribute } = edit.target;
  if (subAttribute) {
    const targets = before.length > 0 || edit.op === 'remove' ? before : [absentElement(edit, rules, {})];
    return targets.flatMap((element) => editSubAttribute(element, subAttribute, edit, rules));
  }
  const values = coerceValue(attribute, edit.value, names(rules));
  const listed = Array.isArray(values) ? (values as readonly JsonValue[]) : [];
  switch (edit.op) {
    case 'replace':
      return listed;
    case 'add': {
      const known = new Set(before.map(elementKey));
      const changed = new Map(listed.map((element) => [elementKey(element), element]));
      // An element that is there already takes what is new about it, so that repeating an add changes nothing.
      const kept = before.map((element) => mergedElement(element, changed.get(elementKey(element))));
      return [...kept, ...listed.filter((element) => !known.has(elementKey(element)))];
    }
    case 'remove':
      return listed.length === 0 ? [] : before.filter((element) => !listed.some((each) => describes(each, element)));
  }
}

function editSelected(before: readonly JsonValue[], edit: AttributeEdit, rules: PatchRules): readonly JsonValue[] {
  const { attribute, subAttribute } = edit.target;
  const selector = edit.selector;
  if (!selector) return before;
  const matches = compileElementFilter(selector.filter);
  const targets = before.filter(matches);
  if (targets.length === 0) {
    if (edit.op === 'remove') return before;
    const stated = statedValues(selector.syntax, attribute);
    if (!stated) throw noTarget(edit);
    return [...before, ...editElement(absentElement(edit, rules, stated), stated, edit, rules)];
  }
  if (edit.op === 'remove' && !subAttribute) return before.filter((element) => !matches(element));
  const stated = statedValues(selector.syntax, attribute) ?? {};
  return before.flatMap((element) => (matches(element) ? editElement(element, stated, edit, rules) : [element]));
}

function editElement(
  element: JsonValue,
  stated: JsonObject,
  edit: AttributeEdit,
  rules: PatchRules,
): readonly JsonValue[] {
  const { attribute, subAttribute } = edit.target;
  if (subAttribute) return editSubAttribute(element, subAttribute, edit, rules);
  const given = Array.isArray(edit.value) && edit.value.length === 1 ? (edit.value[0] as unknown) : edit.value;
  const value = coerceOne(attribute, given, names(rules));
  if (value === undefined) return [];
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

function absentElement(edit: AttributeEdit, rules: PatchRules, stated: JsonObject): JsonObject {
  if (rules.policy.absentTargets === 'refuse') throw noTarget(edit);
  return stated;
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
  const value = sub && coerceOne(sub, syntax.literal.value, 'ignore');
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

function mergedElement(element: JsonValue, addition: JsonValue | undefined): JsonValue {
  return isJsonObject(element) && isJsonObject(addition) ? { ...element, ...addition } : element;
}

/** Whether everything that `described` states is so in `element`. */
function describes(described: JsonValue, element: JsonValue): boolean {
  if (!isJsonObject(described) || !isJsonObject(element)) return described === element;
  return Object.entries(described).every(([name, value]) => element[name] === value);
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

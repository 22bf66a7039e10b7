import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import type { AttributeType } from '../schema/attribute-type.js';
import { coerceValue, isJsonObject, subAttributeOf, type UnknownNames } from '../schema/coerce-value.js';
import { requireAttributes } from '../schema/required-values.js';
import type { ResolvedPath } from '../schema/resolve-path.js';
import { keepUnchangeable, refuseChange } from '../schema/unchangeable-values.js';
import { createSpend, editElements } from './element-edits.js';
import { ElementList } from './element-list.js';
import { type AttributeEdit, namesNothing, type PatchRules, refuseTooManyEdits, soleValue } from './patch-edits.js';

/**
 * Applies edits in order and gives the new attributes; what was given is not touched, so a fault in the last edit
 * leaves nothing behind (RFC 7644 section 3.5.2). A required attribute may be taken away on the way, not in the end.
 * @throws {ScimError} 400 invalidValue, mutability or noTarget; 413 for too many edits.
 */
export function applyEdits(attributes: JsonObject, edits: readonly AttributeEdit[], rules: PatchRules): JsonObject {
  refuseTooManyEdits(edits);
  const spend = createSpend();
  const lists = new Map<AttributeType, { readonly target: ResolvedPath; readonly list: ElementList }>();
  let current = attributes;
  for (const edit of edits) {
    const { target } = edit;
    const before = valueAt(current, target);
    if (target.attribute.multiValued) {
      const { list } = lists.get(target.attribute) ?? { list: new ElementList(Array.isArray(before) ? before : []) };
      lists.set(target.attribute, { target, list });
      editElements(list, edit, rules, spend);
    } else current = withValueAt(current, target, editSingle(before, edit, rules));
  }
  for (const { target, list } of lists.values()) {
    current = withValueAt(current, target, list.size > 0 ? list.elements() : undefined);
  }
  const kept = keepUnchangeable(attributes, current, rules.type, 'refuse');
  requireAttributes(kept, rules.type, {
    before: attributes,
    wasTaken: (subAttribute) => wasTaken(subAttribute, edits),
  });
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

/** The attribute as it is, and where it goes: in the resource or in the container of its extension. */
function valueAt(attributes: JsonObject, { extension, attribute }: ResolvedPath): JsonValue | undefined {
  const container = extension ? attributes[extension] : attributes;
  return isJsonObject(container) ? container[attribute.name] : undefined;
}

function withValueAt(attributes: JsonObject, target: ResolvedPath, value: JsonValue | undefined): JsonObject {
  const { extension, attribute } = target;
  const stored = attribute.mutability === 'writeOnly' ? undefined : value;
  if (!extension) return withValue(attributes, attribute.name, stored);
  const before = attributes[extension];
  const after = withValue(isJsonObject(before) ? before : {}, attribute.name, stored);
  return withValue(attributes, extension, Object.keys(after).length > 0 ? after : undefined);
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
    const sub = subAttributeOf(attribute, name);
    if (sub && sub.mutability !== 'readOnly' && !(sub.name in value)) delete merged[sub.name];
  }
  // A reference belongs to its value: the one to the manager before says nothing of the next.
  if (merged['value'] !== before['value'] && !('$ref' in value)) delete merged['$ref'];
  // A manager without an id is no manager.
  const isLost = 'value' in before && !('value' in merged);
  return isLost || Object.keys(merged).length === 0 ? undefined : merged;
}

function names(rules: PatchRules): UnknownNames {
  return rules.policy.unknownAttributes;
}

function withValue(object: JsonObject, name: string, value: JsonValue | undefined): JsonObject {
  return value === undefined ? without(object, name) : { ...object, [name]: value };
}

function without(object: JsonObject, name: string): JsonObject {
  if (!(name in object)) return object;
  const { [name]: _removed, ...rest } = object;
  return rest;
}

import { compileElementFilter } from '../../storage/evaluate-filter.js';
import type { Filter } from '../../storage/query.js';
import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import { badRequest, ScimError } from '../error.js';
import type { FilterSyntax } from '../filter/syntax.js';
import type { AttributeType } from '../schema/attribute-type.js';
import { coerceOne, coerceValue, isJsonObject, requireFewElements } from '../schema/coerce-value.js';
import { refuseChange } from '../schema/unchangeable-values.js';
import type { ElementList } from './element-list.js';
import { type AttributeEdit, namesNothing, type PatchRules, soleValue } from './patch-edits.js';

/** Takes the cost of an edit from what one request may cost. About a nanosecond each. */
export type Spend = (cost: number) => void;

/** What it costs to look at one value for one comparison, its text aside, and to change one. */
const LOOK = 100;
const CHANGE = 200;

const MOST = 100_000_000;

/**
 * Bounds what the edits of one request cost together. Values selected by `value eq "…"` are found at once; any other filter
 * looks at all of them, and at all their text.
 */
export function createSpend(): Spend {
  let left = MOST;
  return (cost) => {
    left -= cost;
    if (left >= 0) return;
    throw new ScimError(
      413,
      undefined,
      'This PATCH compares too many values. Select them by [value eq "…"], or send several requests.',
    );
  };
}

/**
 * Applies an edit to a multi-valued attribute (RFC 7644 section 3.5.2).
 * @throws {ScimError} 400 invalidValue, mutability or noTarget; 413 when it costs too much.
 */
export function editElements(list: ElementList, edit: AttributeEdit, rules: PatchRules, spend: Spend): void {
  const isPartial = edit.selector !== undefined || edit.target.subAttribute !== undefined;
  if (isPartial) editSome(list, edit, rules, spend);
  else editAll(list, edit, rules, spend);
  requireFewElements(edit.target.attribute, list.size);
}

function editAll(list: ElementList, { op, target, value }: AttributeEdit, rules: PatchRules, spend: Spend): void {
  const values = coerceValue(target.attribute, value, rules.policy.unknownAttributes);
  const listed = Array.isArray(values) ? (values as readonly JsonValue[]) : [];
  if (op === 'replace' || (op === 'remove' && namesNothing(value))) list.replace(listed);
  else if (op === 'add') list.add(listed);
  else removeListed(list, listed, spend);
}

/** Edits the elements that brackets describe, or one sub-attribute of all of them. */
function editSome(list: ElementList, edit: AttributeEdit, rules: PatchRules, spend: Spend): void {
  const { op, selector, target } = edit;
  const meant = selector ? described(list, selector.filter, spend) : list.places();
  if (op === 'remove' && !target.subAttribute) {
    list.change(meant, () => undefined);
    return;
  }
  const stated = selector ? statedValues(selector.syntax, target.attribute) : {};
  const change = elementChange(edit, stated ?? {}, rules);
  if (meant.length > 0) {
    spend(meant.length * CHANGE);
    // Only one value can be primary: of several that are described, the first.
    list.change(makesPrimary(edit, rules) ? meant.slice(0, 1) : meant, change);
    return;
  }
  if (op === 'remove') return;
  if (selector && rules.policy.absentTargets === 'refuse') throw noTarget(edit);
  const start = stated ?? {};
  const made = change(start);
  // To clear what is not there makes nothing.
  if (made === undefined || made === start) return;
  if (!stated || (selector && !compileElementFilter(selector.filter)(made))) throw noTarget(edit);
  list.add([made]);
}

function described(list: ElementList, filter: Filter, spend: Spend): readonly number[] {
  const candidates = list.candidates(filter);
  spend(weightOf(filter) * (candidates.length * LOOK + list.charactersAt(candidates)));
  const matches = compileElementFilter(filter);
  return candidates.filter((place) => matches(list.at(place)));
}

/** How many comparisons a filter is. A text that is looked for anywhere in another can take as long as both together. */
function weightOf(filter: Filter): number {
  if ('filters' in filter) return filter.filters.reduce((sum, term) => sum + weightOf(term), 0);
  if ('filter' in filter) return weightOf(filter.filter);
  return filter.op === 'co' ? 1 + String(filter.value).length / 5 : 1;
}

function makesPrimary({ op, target: { subAttribute }, value }: AttributeEdit, rules: PatchRules): boolean {
  if (op === 'remove' || subAttribute?.name !== 'primary') return false;
  return coerceValue(subAttribute, value, rules.policy.unknownAttributes) === true;
}

/** What an edit makes of an element; `undefined` when nothing is left of it. `stated` is what its brackets say. */
function elementChange(
  edit: AttributeEdit,
  stated: JsonObject,
  rules: PatchRules,
): (element: JsonValue) => JsonValue | undefined {
  const { op, target, value: given } = edit;
  if (target.subAttribute) return subAttributeChange(edit, target.subAttribute, rules);
  const value = coerceOne(target.attribute, soleValue(given), rules.policy.unknownAttributes);
  if (value === undefined) return (element) => (op === 'add' ? element : undefined);
  if (!isJsonObject(value)) return () => value;
  // What the brackets say of the element stays true of what replaces it, or the next cycle would not find it.
  return (element) => (op === 'add' && isJsonObject(element) ? { ...element, ...value } : { ...stated, ...value });
}

function subAttributeChange(
  edit: AttributeEdit,
  subAttribute: AttributeType,
  rules: PatchRules,
): (element: JsonValue) => JsonValue | undefined {
  const { name, mutability } = subAttribute;
  const value = edit.op === 'remove' ? undefined : coerceSub(subAttribute, edit, rules);
  return (element) => {
    if (!isJsonObject(element)) return element;
    if (mutability === 'immutable') refuseChange(element[name], value, edit.target);
    if (value === undefined && name === 'value') return undefined;
    if (isJsonObject(value)) return { ...element, ...value };
    if (value !== undefined) return { ...element, [name]: value };
    if (!(name in element)) return element;
    const { [name]: _removed, ...rest } = element;
    return Object.keys(rest).length > 0 ? rest : undefined;
  };
}

/** A role whose text is JSON means the whole element (Entra), so what comes back may be an object. */
function coerceSub(
  subAttribute: AttributeType,
  { target, value }: AttributeEdit,
  { policy }: PatchRules,
): JsonValue | undefined {
  const isRole = subAttribute.name === 'value' && typeof value === 'string';
  return isRole
    ? coerceOne(target.attribute, value, policy.unknownAttributes)
    : coerceValue(subAttribute, value, policy.unknownAttributes);
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

/** Listed values mean to a remove: what has their value, and their type if they say one; else all that they say. */
function removeListed(list: ElementList, listed: readonly JsonValue[], spend: Spend): void {
  // By the names that tell: a look at each element instead of one at each pair.
  const known = new Map<string, { readonly names: readonly string[]; readonly parts: Set<string> }>();
  for (const each of listed) {
    const names = tellingNames(each);
    const found = known.get(names.join()) ?? { names, parts: new Set() };
    known.set(names.join(), found);
    found.parts.add(partsOf(each, names));
  }
  const values = listed.map((each) => (isJsonObject(each) ? each['value'] : each));
  const texts = values.filter((value) => typeof value === 'string');
  const candidates = texts.length === values.length ? list.placesOf(texts) : list.places();
  spend(known.size * (candidates.length * 2 * LOOK + list.charactersAt(candidates)));
  const meant = candidates.filter((place) =>
    [...known.values()].some(({ names, parts }) => parts.has(partsOf(list.at(place), names))),
  );
  list.change(meant, () => undefined);
}

function tellingNames(listed: JsonValue): readonly string[] {
  if (!isJsonObject(listed)) return [];
  if (listed['value'] === undefined) return Object.keys(listed).sort();
  return listed['type'] === undefined ? ['value'] : ['value', 'type'];
}

function partsOf(element: JsonValue, names: readonly string[]): string {
  return JSON.stringify(isJsonObject(element) ? names.map((name) => element[name]) : element);
}

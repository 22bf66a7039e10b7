import { toInstant } from '../../core/instant.js';
import { isStorableText } from '../../core/storable-text.js';
import type { AttributePath, ComparableType, Comparison, ComparisonOperator, Filter } from '../../storage/query.js';
import { FILTER_ATTRIBUTE_ALIASES } from '../dialect/filter-aliases.js';
import { badRequest, type ScimError } from '../error.js';
import type { AttributeType } from '../schema/attribute-type.js';
import { type ResolvedPath, resolvePath, storagePath } from '../schema/resolve-path.js';
import type { ResourceType } from '../schema/resource-type.js';
import { type FilterLiteral, type FilterSyntax, type FilterTarget, printFilter } from './syntax.js';

/** Names are looked up in a resource type, or, inside brackets, among the sub-attributes of one attribute. */
export interface FilterRules {
  readonly type: ResourceType;
  /** Whether words may stand without quotes, as older Microsoft collections send them. */
  readonly unquotedValues: boolean;
}

/** True and false: an empty conjunction holds, an empty disjunction does not. */
const ALWAYS: Filter = { op: 'and', filters: [] };
const NEVER: Filter = { op: 'or', filters: [] };

/**
 * Gives a parsed filter its meaning for a resource type: canonical names, types, values of the right kind.
 * @throws {ScimError} 400 invalidFilter for unknown attributes, values of the wrong type, operators that the type does
 * not have, and for passwords, which are never compared.
 */
export function bindFilter(syntax: FilterSyntax, rules: FilterRules): Filter {
  switch (syntax.op) {
    case 'and':
    case 'or':
      return { op: syntax.op, filters: syntax.terms.map((term) => bindFilter(term, rules)) };
    case 'not':
      return { op: 'not', filter: bindFilter(syntax.term, rules) };
    case 'element':
      return bindElement(syntax, rules);
    case 'pr':
      return bindPresence(syntax.target, rules);
    default:
      return bindComparison(syntax.op, syntax.target, syntax.literal, rules);
  }
}

/** The filter of brackets: `term` is about one element of the multi-valued `attribute`; paths start at the element. */
export function bindElementTerm(term: FilterSyntax, attribute: AttributeType, rules: FilterRules): Filter {
  switch (term.op) {
    case 'and':
    case 'or':
      return { op: term.op, filters: term.terms.map((each) => bindElementTerm(each, attribute, rules)) };
    case 'not':
      return { op: 'not', filter: bindElementTerm(term.term, attribute, rules) };
    case 'pr':
      return { op: 'present', path: [elementAttribute(term.target, attribute).name] };
    case 'element':
      throw badRequest('invalidFilter', `"${printFilter(term)}" has brackets inside brackets.`);
    default: {
      const compared = elementAttribute(term.target, attribute);
      return compare(term.op, [compared.name], compared, term.literal, rules);
    }
  }
}

function bindElement(syntax: FilterSyntax & { readonly op: 'element' }, rules: FilterRules): Filter {
  const resolved = resolve({ attribute: syntax.attribute }, rules);
  if (isMembership(rules.type, resolved.attribute)) {
    const id = soleId(syntax.term);
    if (id === undefined) throw membershipFault(rules.type);
    return membershipFilter(rules.type, id);
  }
  if (!resolved.attribute.multiValued || resolved.subAttribute) {
    throw badRequest('invalidFilter', `"${syntax.attribute}" has one value; brackets are for multi-valued attributes.`);
  }
  return {
    op: 'element',
    path: storagePath(resolved),
    filter: bindElementTerm(syntax.term, resolved.attribute, rules),
  };
}

function bindPresence(target: FilterTarget, rules: FilterRules): Filter {
  if (target.selector) return bindSelected(target, target.selector, { op: 'pr', target: selected(target) }, rules);
  const resolved = resolve(target, rules);
  const { attribute } = resolved;
  if (attribute.name === 'id' || attribute.name === 'meta' || attribute.name === 'schemas') return ALWAYS;
  if (isMembership(rules.type, attribute)) throw membershipFault(rules.type);
  return { op: 'present', path: storagePath(resolved) };
}

function bindComparison(
  op: ComparisonOperator,
  target: FilterTarget,
  literal: FilterLiteral,
  rules: FilterRules,
): Filter {
  if (target.selector) {
    return bindSelected(target, target.selector, { op, target: selected(target), literal }, rules);
  }
  const resolved = resolve(target, rules);
  const { attribute, subAttribute } = resolved;
  if (attribute.name === 'schemas') return bindSchemas(op, literal, rules);
  if (subAttribute?.name === 'resourceType') return truth(op, literalText(literal) === rules.type.name);
  if (isMembership(rules.type, attribute)) {
    const id = literalText(literal);
    if (op !== 'eq' || id === undefined || (subAttribute && subAttribute.name !== 'value')) {
      throw membershipFault(rules.type);
    }
    return membershipFilter(rules.type, id);
  }
  if (attribute.name === 'meta' && subAttribute?.type !== 'dateTime') {
    throw badRequest('invalidFilter', 'Of meta only created, lastModified and resourceType can be searched.');
  }
  const path = storagePath(resolved);
  const value = subAttribute ? undefined : defaultSubAttribute(attribute);
  return value
    ? compare(op, [...path, value.name], value, literal, rules)
    : compare(op, path, subAttribute ?? attribute, literal, rules);
}

/** `emails[type eq "work"].value eq "x"`: no RFC has it, Entra sends it; it means `emails[type eq "work" and value eq "x"]`. */
function bindSelected(
  target: FilterTarget,
  selector: FilterSyntax,
  condition: FilterSyntax,
  rules: FilterRules,
): Filter {
  return bindElement(
    { op: 'element', attribute: target.attribute, term: { op: 'and', terms: [selector, condition] } },
    rules,
  );
}

function selected({ subAttribute }: FilterTarget): FilterTarget {
  return { attribute: subAttribute ?? 'value' };
}

function compare(
  op: ComparisonOperator,
  path: AttributePath,
  { name, type, caseExact }: AttributeType,
  literal: FilterLiteral,
  rules: FilterRules,
): Filter {
  if (name === 'password') throw badRequest('invalidFilter', 'Passwords cannot be searched.');
  if (type === 'complex') {
    throw badRequest('invalidFilter', `"${path.join('.')}" is complex: compare one of its sub-attributes.`);
  }
  if ('value' in literal && literal.value === null) return bindNull(op, path);
  refuseOperator(op, path, type);
  const value = typedValue(path, type, literal, rules);
  const comparison: Comparison = { op, path, type, caseExact, value };
  return comparison;
}

function bindNull(op: ComparisonOperator, path: AttributePath): Filter {
  if (op === 'eq') return { op: 'not', filter: { op: 'present', path } };
  if (op === 'ne') return { op: 'present', path };
  throw badRequest('invalidFilter', `null can be compared by eq and ne only, not by ${op}.`);
}

function refuseOperator(op: ComparisonOperator, path: AttributePath, type: ComparableType): void {
  if (op === 'eq' || op === 'ne') return;
  const ordered = op === 'gt' || op === 'ge' || op === 'lt' || op === 'le';
  const textual = type === 'string' || type === 'reference';
  const allowed = ordered ? type !== 'boolean' && type !== 'binary' : textual;
  if (!allowed) throw badRequest('invalidFilter', `${op} cannot be used with "${path.join('.')}", which is a ${type}.`);
}

function typedValue(
  path: AttributePath,
  type: ComparableType,
  literal: FilterLiteral,
  rules: FilterRules,
): string | number | boolean {
  const quoted = 'value' in literal && typeof literal.value === 'string';
  const text = 'value' in literal ? (quoted ? String(literal.value) : literal.text) : literal.bare;
  const wrong = () => badRequest('invalidFilter', `"${path.join('.')}" is a ${type}; ${text.slice(0, 64)} is none.`);
  if (!isStorableText(text)) throw badRequest('invalidFilter', 'The value has characters that cannot be stored.');
  switch (type) {
    case 'boolean': {
      const word = text.toLowerCase();
      if (word !== 'true' && word !== 'false') throw wrong();
      return word === 'true';
    }
    case 'integer':
    case 'decimal':
      if ('value' in literal && typeof literal.value === 'number') return literal.value;
      throw wrong();
    default: {
      if (!quoted && !rules.unquotedValues) {
        throw badRequest('invalidFilter', `The value ${text.slice(0, 64)} must stand in double quotes.`);
      }
      if (type !== 'dateTime') return text;
      const instant = toInstant(text);
      if (instant === undefined) throw wrong();
      return instant;
    }
  }
}

function resolve(target: FilterTarget, { type }: FilterRules): ResolvedPath {
  const name = FILTER_ATTRIBUTE_ALIASES.get(target.attribute.toLowerCase()) ?? target.attribute;
  const resolution = resolvePath(type, name);
  if (resolution.kind !== 'attribute') throw unknownAttribute(target.attribute, type);
  return resolution.resolved;
}

/** Names an attribute that a resource type does not have. */
export function unknownAttribute(name: string, type: ResourceType): ScimError {
  return badRequest('invalidFilter', `${type.name} has no attribute "${name.slice(0, 128)}".`);
}

function elementAttribute(target: FilterTarget, parent: AttributeType): AttributeType {
  const found = parent.subAttributes.get(target.attribute.toLowerCase());
  if (found && !target.selector) return found;
  if (parent.type !== 'complex' && target.attribute.toLowerCase() === 'value') return { ...parent, name: 'value' };
  throw badRequest('invalidFilter', `"${parent.name}" has no sub-attribute "${target.attribute.slice(0, 128)}".`);
}

function defaultSubAttribute(attribute: AttributeType): AttributeType | undefined {
  return attribute.type === 'complex' ? attribute.subAttributes.get('value') : undefined;
}

function bindSchemas(op: ComparisonOperator, literal: FilterLiteral, { type }: FilterRules): Filter {
  const urn = literalText(literal)?.toLowerCase() ?? '';
  if (op !== 'eq' && op !== 'ne') throw badRequest('invalidFilter', 'schemas can be compared by eq and ne only.');
  if (urn === type.schema.id.toLowerCase()) return truth(op, true);
  const extension = type.extensions.get(urn);
  if (!extension) return truth(op, false);
  const present: Filter = { op: 'present', path: [extension.schema.id] };
  return op === 'eq' ? present : { op: 'not', filter: present };
}

function truth(op: ComparisonOperator, equal: boolean): Filter {
  if (op !== 'eq' && op !== 'ne')
    throw badRequest('invalidFilter', 'meta.resourceType can be compared by eq and ne only.');
  return equal === (op === 'eq') ? ALWAYS : NEVER;
}

function literalText(literal: FilterLiteral): string | undefined {
  if ('bare' in literal) return literal.bare;
  return typeof literal.value === 'string' ? literal.value : undefined;
}

function isMembership(type: ResourceType, { name }: AttributeType): boolean {
  return (type.name === 'Group' && name === 'members') || (type.name === 'User' && name === 'groups');
}

function membershipFilter(type: ResourceType, id: string): Filter {
  return type.name === 'Group' ? { op: 'hasMember', memberId: id } : { op: 'memberOf', groupId: id };
}

function membershipFault(type: ResourceType): ScimError {
  const name = type.name === 'Group' ? 'members' : 'groups';
  return badRequest('invalidFilter', `${name} can be searched by one id only: ${name}.value eq "…".`);
}

/** The id of `value eq "id"`, when that is all the brackets say. */
function soleId(term: FilterSyntax): string | undefined {
  if (term.op !== 'eq' || term.target.attribute.toLowerCase() !== 'value') return undefined;
  return literalText(term.literal);
}

import { withArticle } from '../../core/article.js';
import { toInstant } from '../../core/instant.js';
import { isStorableText } from '../../core/storable-text.js';
import type { AttributePath, ComparableType, Comparison, ComparisonOperator, Filter } from '../../storage/query.js';
import { FILTER_ATTRIBUTE_ALIASES } from '../dialect/filter-aliases.js';
import { badRequest, type ScimError } from '../error.js';
import { type AttributeType, isSecret } from '../schema/attribute-type.js';
import { type ResolvedPath, resolvePath, simpleValue, storagePath } from '../schema/resolve-path.js';
import { isMembership, type ResourceType } from '../schema/resource-type.js';
import { type FilterLiteral, type FilterSyntax, type FilterTarget, printFilter } from './syntax.js';

/** Names are looked up in a resource type, or, inside brackets, among the sub-attributes of one attribute. */
export interface FilterRules {
  readonly type: ResourceType;
  /** Whether words may stand without quotes, as older Microsoft collections send them. */
  readonly unquotedValues: boolean;
  /** In a search of several types: whether any of them has the attribute. The others count as without a value of it. */
  readonly isKnown?: (name: string) => boolean;
}

type Condition = Extract<FilterSyntax, { readonly target: FilterTarget }>;
type Compared = Exclude<Condition, { readonly op: 'pr' }>;

/** True and false: an empty conjunction holds, an empty disjunction does not. */
const ALWAYS: Filter = { op: 'and', filters: [] };
const NEVER: Filter = { op: 'or', filters: [] };

/**
 * Gives a parsed filter its meaning for a resource type: canonical names, types, values of the right kind.
 * @throws {ScimError} 400 invalidFilter for unknown attributes, values of the wrong type, operators that the type does
 * not have, and for passwords and other secrets, which are never compared.
 */
export function bindFilter(syntax: FilterSyntax, rules: FilterRules): Filter {
  switch (syntax.op) {
    case 'and':
    case 'or':
      return { op: syntax.op, filters: syntax.terms.map((term) => bindFilter(term, rules)) };
    case 'not':
      return { op: 'not', filter: bindFilter(syntax.term, rules) };
    case 'element':
      return bindElement(syntax.attribute, syntax.term, rules);
    default:
      return bindCondition(syntax, rules);
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
      throw badRequest('invalidFilter', `"${printFilter(term).slice(0, 128)}" has brackets inside brackets.`);
    default: {
      const compared = elementAttribute(term.target, attribute);
      return compare(term.op, [compared.name], compared, term.literal, rules);
    }
  }
}

function bindElement(name: string, term: FilterSyntax, rules: FilterRules): Filter {
  const resolved = resolve(name, rules);
  if (!resolved) return NEVER;
  if (isMembership(rules.type, resolved.attribute)) {
    if (term.op !== 'eq' || term.target.attribute.toLowerCase() !== 'value') throw membershipFault(rules.type);
    return membershipFilter(term.literal, rules);
  }
  if (!resolved.attribute.multiValued || resolved.subAttribute) {
    throw badRequest('invalidFilter', `"${name}" has one value; brackets are for multi-valued attributes.`);
  }
  return { op: 'element', path: storagePath(resolved), filter: bindElementTerm(term, resolved.attribute, rules) };
}

function bindCondition(condition: Condition, rules: FilterRules): Filter {
  const { attribute, selector, subAttribute = 'value' } = condition.target;
  if (selector) {
    // `emails[type eq "work"].value eq "x"`: no RFC has it, Entra sends it; it is about one and the same element.
    const terms = [selector, { ...condition, target: { attribute: subAttribute } }];
    return bindElement(attribute, { op: 'and', terms }, rules);
  }
  const resolved = resolve(attribute, rules);
  if (!resolved) return bindAbsent(condition);
  return condition.op === 'pr' ? bindPresence(resolved, rules) : bindComparison(condition, resolved, rules);
}

/** What a condition says of an attribute that has no value (RFC 7644 section 3.4.2.1). */
function bindAbsent(condition: Condition): Filter {
  if (condition.op !== 'eq' && condition.op !== 'ne') return NEVER;
  return (condition.op === 'eq') === isNull(condition.literal) ? ALWAYS : NEVER;
}

function bindPresence(resolved: ResolvedPath, { type }: FilterRules): Filter {
  const { attribute } = resolved;
  if (attribute.name === 'id' || attribute.name === 'meta' || attribute.name === 'schemas') return ALWAYS;
  if (isMembership(type, attribute)) throw membershipFault(type);
  return { op: 'present', path: storagePath(resolved) };
}

function bindComparison({ op, literal }: Compared, resolved: ResolvedPath, rules: FilterRules): Filter {
  const { attribute, subAttribute } = resolved;
  const { path, value } = simpleValue(resolved);
  refuseSecret(value);
  if (isNull(literal)) return equality(op, negated(bindPresence(resolved, rules)), path);
  if (isMembership(rules.type, attribute)) {
    if (value.name !== 'value') throw membershipFault(rules.type);
    return equality(op, membershipFilter(literal, rules), path);
  }
  if (attribute.name === 'schemas') return equality(op, schemaFilter(literal, rules), path);
  if (attribute.name !== 'meta' || value.type === 'dateTime') return compare(op, path, value, literal, rules);
  if (subAttribute?.name === 'resourceType') {
    // RFC 7644 section 3.4.2.1 itself writes the name without quotes.
    return equality(op, literalText(literal) === rules.type.name ? ALWAYS : NEVER, path);
  }
  throw badRequest('invalidFilter', 'Of meta only created, lastModified and resourceType can be searched.');
}

function compare(
  op: ComparisonOperator,
  path: AttributePath,
  { type, caseExact }: AttributeType,
  literal: FilterLiteral,
  rules: FilterRules,
): Filter {
  if (type === 'complex') {
    throw badRequest('invalidFilter', `"${path.join('.')}" is complex: compare one of its sub-attributes.`);
  }
  if (isNull(literal)) return equality(op, negated({ op: 'present', path }), path);
  refuseOperator(op, path, type);
  const value = typedValue(path, type, literal, rules);
  const comparison: Comparison = { op, path, type, caseExact, value };
  return comparison;
}

/** The condition as `eq` means it, or its negation. @throws {ScimError} for any other operator. */
function equality(op: ComparisonOperator, equal: Filter, path: AttributePath): Filter {
  if (op === 'eq') return equal;
  if (op === 'ne') return negated(equal);
  throw badRequest('invalidFilter', `Here "${path.join('.')}" can be compared by eq and ne only, not by ${op}.`);
}

function negated(filter: Filter): Filter {
  return filter.op === 'not' ? filter.filter : { op: 'not', filter };
}

function refuseOperator(op: ComparisonOperator, path: AttributePath, type: ComparableType): void {
  if (op === 'eq' || op === 'ne') return;
  const ordered = op === 'gt' || op === 'ge' || op === 'lt' || op === 'le';
  const textual = type === 'string' || type === 'reference';
  const allowed = ordered ? type !== 'boolean' && type !== 'binary' : textual;
  if (!allowed)
    throw badRequest('invalidFilter', `${op} cannot be used with "${path.join('.')}", which is ${withArticle(type)}.`);
}

function typedValue(
  path: AttributePath,
  type: ComparableType,
  literal: FilterLiteral,
  rules: FilterRules,
): string | number | boolean {
  const wrong = () => {
    const text = literalText(literal).slice(0, 64);
    return badRequest('invalidFilter', `"${path.join('.')}" is ${withArticle(type)}; ${text} is none.`);
  };
  switch (type) {
    case 'boolean': {
      const word = literalText(literal).toLowerCase();
      if (word !== 'true' && word !== 'false') throw wrong();
      return word === 'true';
    }
    case 'integer':
    case 'decimal':
      if ('value' in literal && typeof literal.value === 'number') return literal.value;
      throw wrong();
    case 'dateTime': {
      const instant = toInstant(quotedText(literal, rules));
      if (instant === undefined) throw wrong();
      return instant;
    }
    default:
      return quotedText(literal, rules);
  }
}

/** Text as a value: in quotes, unless the policy lets words stand without. */
function quotedText(literal: FilterLiteral, { unquotedValues }: FilterRules): string {
  const text = literalText(literal);
  const isQuoted = 'value' in literal && typeof literal.value === 'string';
  if (!isQuoted && !unquotedValues) {
    throw badRequest('invalidFilter', `The value ${text.slice(0, 64)} must stand in double quotes.`);
  }
  if (!isStorableText(text)) throw badRequest('invalidFilter', 'The value has characters that cannot be stored.');
  return text;
}

function literalText(literal: FilterLiteral): string {
  if ('bare' in literal) return literal.bare;
  return typeof literal.value === 'string' ? literal.value : literal.text;
}

function isNull(literal: FilterLiteral): boolean {
  return 'value' in literal && literal.value === null;
}

/** What a name in a filter means to a resource type; `undefined` when the type has no such attribute. */
export function searchedAttribute(type: ResourceType, name: string): ResolvedPath | undefined {
  for (const each of [name, FILTER_ATTRIBUTE_ALIASES.get(name.toLowerCase()) ?? name]) {
    const resolution = resolvePath(type, each);
    if (resolution.kind === 'attribute') return resolution.resolved;
  }
  return undefined;
}

function resolve(name: string, { type, isKnown }: FilterRules): ResolvedPath | undefined {
  const resolved = searchedAttribute(type, name);
  if (!resolved && !isKnown?.(name)) {
    throw badRequest('invalidFilter', `${type.name} has no attribute "${name.slice(0, 128)}".`);
  }
  if (resolved) refuseSecret(resolved.attribute, resolved.subAttribute);
  return resolved;
}

function elementAttribute(target: FilterTarget, parent: AttributeType): AttributeType {
  const found = parent.subAttributes.get(target.attribute.toLowerCase());
  if (found && !target.selector) {
    refuseSecret(found);
    return found;
  }
  if (parent.type !== 'complex' && target.attribute.toLowerCase() === 'value') return { ...parent, name: 'value' };
  throw badRequest('invalidFilter', `"${parent.name}" has no sub-attribute "${target.attribute.slice(0, 128)}".`);
}

function refuseSecret(...attributes: readonly (AttributeType | undefined)[]): void {
  const secret = attributes.find((attribute) => attribute && isSecret(attribute));
  if (secret) throw badRequest('invalidFilter', `"${secret.name}" is never told, so it cannot be searched either.`);
}

function schemaFilter(literal: FilterLiteral, rules: FilterRules): Filter {
  const urn = quotedText(literal, rules).toLowerCase();
  const extension = rules.type.extensions.get(urn);
  if (extension) return { op: 'present', path: [extension.schema.id] };
  return urn === rules.type.schema.id.toLowerCase() ? ALWAYS : NEVER;
}

function membershipFilter(literal: FilterLiteral, rules: FilterRules): Filter {
  const id = quotedText(literal, rules);
  return rules.type.members ? { op: 'hasMember', memberId: id } : { op: 'memberOf', groupId: id };
}

function membershipFault(type: ResourceType): ScimError {
  const name = type.members ? 'members' : 'groups';
  return badRequest('invalidFilter', `${name} can be searched by one id only: ${name}.value eq "…".`);
}

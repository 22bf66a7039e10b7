import type { FilterLiteral, FilterSyntax } from '../../src/scim/filter/syntax.js';
import type { AttributeDefinition, SchemaJson } from '../../src/scim/schema/attribute-type.js';
import type { JsonObject, JsonValue } from '../../src/storage/resource-store.js';

type Condition = Extract<FilterSyntax, { readonly literal: FilterLiteral }>;

/** A place in a resource: what is written there, and how the schema describes it. */
interface Place {
  readonly values: readonly JsonValue[];
  readonly definition: AttributeDefinition;
}

/**
 * What a filter means, word by word from RFC 7644 section 3.4.2.2 and without a thought for speed. It shares nothing with
 * the code of the library. Where the RFC leaves room: `ne` is `not eq`, a complex attribute stands for its `value`, and
 * null is compared as absence.
 *
 * @param resource as a client sees it, or one element of a multi-valued attribute
 * @param schemas the core schema first, then the extensions
 */
export function naiveMatch(filter: FilterSyntax, resource: JsonObject, schemas: readonly SchemaJson[]): boolean {
  switch (filter.op) {
    case 'and':
      return filter.terms.every((term) => naiveMatch(term, resource, schemas));
    case 'or':
      return filter.terms.some((term) => naiveMatch(term, resource, schemas));
    case 'not':
      return !naiveMatch(filter.term, resource, schemas);
    case 'element': {
      const { values, definition } = placeOf(filter.attribute, resource, schemas);
      const inside = { id: '', name: '', attributes: definition.subAttributes ?? [{ ...definition, name: 'value' }] };
      return values.some((value) => naiveMatch(filter.term, isObject(value) ? value : { value }, [inside]));
    }
    default: {
      const { attribute, selector, subAttribute = 'value' } = filter.target;
      if (selector) {
        const term: FilterSyntax = { op: 'and', terms: [selector, { ...filter, target: { attribute: subAttribute } }] };
        return naiveMatch({ op: 'element', attribute, term }, resource, schemas);
      }
      const place = placeOf(attribute, resource, schemas);
      if (filter.op === 'pr') return place.values.some(hasValue);
      return filter.op === 'ne' ? !someValue({ ...filter, op: 'eq' }, place) : someValue(filter, place);
    }
  }
}

function someValue({ op, literal }: Condition, place: Place): boolean {
  const value = 'value' in literal ? literal.value : literal.bare;
  if (value === null) return !place.values.some(hasValue);
  const { definition, values } = place.definition.type === 'complex' ? step(place, 'value') : place;
  return values.some((each) => compareOne(op, each, value, definition));
}

function compareOne(
  op: Condition['op'],
  given: JsonValue,
  wanted: string | number | boolean,
  { type, caseExact = false }: AttributeDefinition,
): boolean {
  if (given === null || isObject(given)) return false;
  if (type === 'boolean') return String(given) === String(wanted).toLowerCase();
  if (type === 'integer' || type === 'decimal') return ordered(op, Number(given) - Number(wanted));
  if (type === 'dateTime') return ordered(op, chronological(String(given), String(wanted)));
  const exact = caseExact || type === 'binary';
  const [left, right] = [given, wanted].map((each) => (exact ? String(each) : String(each).toLowerCase())) as [
    string,
    string,
  ];
  if (op === 'co') return left.split(right).length > 1;
  if (op === 'sw') return left.slice(0, right.length) === right;
  if (op === 'ew') return right === '' || left.slice(-right.length) === right;
  return ordered(op, left === right ? 0 : left < right ? -1 : 1);
}

function ordered(op: Condition['op'], difference: number): boolean {
  if (difference === 0) return op === 'eq' || op === 'ge' || op === 'le';
  return difference > 0 ? op === 'gt' || op === 'ge' : op === 'lt' || op === 'le';
}

/** Whole seconds by the calendar, then the fractions digit by digit. */
function chronological(left: string, right: string): number {
  const parts = [left, right].map((text) => {
    const [, before = '', fraction = '', zone = ''] = /^([^.]*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
    return { seconds: Date.parse(`${before}${zone || 'Z'}`), fraction: Number(`0.${fraction}`) };
  });
  const [a, b] = parts as [(typeof parts)[number], (typeof parts)[number]];
  return a.seconds - b.seconds || a.fraction - b.fraction;
}

/** "If the attribute has a non-empty or non-null value, or if it contains a non-empty node for complex attributes". */
function hasValue(value: JsonValue): boolean {
  if (Array.isArray(value)) return value.some(hasValue);
  return isObject(value) ? Object.values(value).some(hasValue) : value !== null && value !== '';
}

function placeOf(name: string, resource: JsonObject, schemas: readonly SchemaJson[]): Place {
  const lower = name.toLowerCase();
  const [core, ...extensions] = schemas;
  if (!core) throw new Error('there is no schema');
  const extension = extensions.find(({ id }) => lower.startsWith(`${id.toLowerCase()}:`));
  const schema = extension ?? core;
  const inside = extension ? member(resource, extension.id) : resource;
  const prefix = `${schema.id.toLowerCase()}:`;
  const path = (lower.startsWith(prefix) ? lower.slice(prefix.length) : lower).split('.');
  const start: AttributeDefinition = { name: '', type: 'complex', subAttributes: schema.attributes };
  return path.reduce(step, { values: inside === undefined ? [] : [inside], definition: start });
}

function step({ values, definition }: Place, name: string): Place {
  const next = definition.subAttributes?.find((sub) => sub.name.toLowerCase() === name.toLowerCase());
  if (!next) throw new Error(`nothing is called ${name}`);
  const found = values.flatMap((value) => (isObject(value) ? (member(value, next.name) ?? []) : []));
  return { values: found.flat() as readonly JsonValue[], definition: next };
}

function member(object: JsonValue, name: string): JsonValue | undefined {
  return isObject(object) && Object.hasOwn(object, name) ? object[name] : undefined;
}

function isObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

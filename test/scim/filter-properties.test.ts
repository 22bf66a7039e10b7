import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ScimError } from '../../src/scim/error.js';
import { bindFilter } from '../../src/scim/filter/bind-filter.js';
import { FILTER_LIMITS, parseFilter } from '../../src/scim/filter/parse-filter.js';
import { type FilterLiteral, type FilterSyntax, type FilterTarget, printFilter } from '../../src/scim/filter/syntax.js';
import type { AttributeDefinition, SchemaJson } from '../../src/scim/schema/attribute-type.js';
import { compileResourceType } from '../../src/scim/schema/resource-type.js';
import { compileFilter } from '../../src/storage/evaluate-filter.js';
import type { ComparisonOperator } from '../../src/storage/query.js';
import type { JsonObject, JsonValue, StoredResource } from '../../src/storage/resource-store.js';
import { naiveMatch } from '../support/naive-filter.js';

const SEED = { seed: 20260301 };

/** A tree of what `leaf` gives, joined and negated, a few levels deep. */
function treesOf(leaf: fc.Arbitrary<FilterSyntax>, maxDepth: number): fc.Arbitrary<FilterSyntax> {
  const { tree } = fc.letrec<{ tree: FilterSyntax; chain: FilterSyntax; negation: FilterSyntax }>((tie) => ({
    tree: fc.oneof({ maxDepth, withCrossShrink: true }, leaf, tie('chain'), tie('negation')),
    chain: fc.record({
      op: fc.constantFrom('and' as const, 'or' as const),
      terms: fc.array(tie('tree'), { minLength: 2, maxLength: 4 }),
    }),
    negation: fc.record({ op: fc.constant('not' as const), term: tie('tree') }),
  }));
  return tree;
}

const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;

function quoted(value: string | number | boolean | null): FilterLiteral {
  return { value, text: JSON.stringify(value) };
}

describe('the syntax of filters', () => {
  const name = fc.stringMatching(/^[A-Za-z$][\w$:./+-]{0,12}$/).filter((text) => text.toLowerCase() !== 'not');
  const bare = fc
    .stringMatching(/^[^\s()[\]"]{1,8}$/)
    .filter((text) => !/^(true|false|null|-?\d.*)$/i.test(text))
    .map((text) => ({ bare: text }));
  const literal: fc.Arbitrary<FilterLiteral> = fc.oneof(
    fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.boolean(), fc.constant(null)).map(quoted),
    fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map((value) => quoted(value || 0)),
    bare,
  );
  const plainTarget: fc.Arbitrary<FilterTarget> = fc.record({ attribute: name });
  const plain = treesOf(conditionsOf(plainTarget, literal), 2);
  const selectedTarget: fc.Arbitrary<FilterTarget> = fc.record(
    { attribute: name, selector: plain, subAttribute: name },
    { requiredKeys: ['attribute', 'selector'] },
  );
  const element: fc.Arbitrary<FilterSyntax> = fc.record({
    op: fc.constant('element' as const),
    attribute: name,
    term: plain,
  });
  const anyFilter = treesOf(
    fc.oneof(conditionsOf(plainTarget, literal), conditionsOf(selectedTarget, literal), element),
    3,
  );

  function conditionsOf(
    target: fc.Arbitrary<FilterTarget>,
    literals: fc.Arbitrary<FilterLiteral>,
  ): fc.Arbitrary<FilterSyntax> {
    return fc.oneof(
      fc.record({ op: fc.constant('pr' as const), target }),
      fc.record({ op: fc.constantFrom(...OPERATORS), target, literal: literals }),
    );
  }

  it('117 parse(print(filter)) is the filter, for any filter', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        const text = printFilter(filter);
        fc.pre(text.length <= FILTER_LIMITS.length);
        expect(parseFilter(text)).toEqual(filter);
      }),
      { ...SEED, numRuns: 500 },
    );
  });

  const tokens = fc.constantFrom(
    ...[
      '(',
      ')',
      '[',
      ']',
      '"',
      '\\',
      '.',
      ' ',
      '  ',
      'and ',
      'or ',
      ' and ',
      ' or ',
      'not ',
      'not(',
      'a',
      'a.b',
      'emails[',
    ],
    ...[
      ' eq ',
      ' pr',
      ' pr and ',
      'a pr',
      'a eq 1',
      '"x"',
      ' "\\u00e9"',
      'true',
      'null',
      '-1.5e3',
      'w',
      ':',
      '\n',
      'é',
    ],
  );

  /** A filter with one place spoilt. */
  const nearly = fc
    .tuple(anyFilter, fc.nat(), fc.nat({ max: 3 }), fc.oneof(tokens, fc.constant('')))
    .map(([filter, place, length, token]) => {
      const text = printFilter(filter);
      const at = place % (text.length + 1);
      return `${text.slice(0, at)}${token}${text.slice(at + length)}`;
    });

  it('129 any text is a filter that prints back to itself, or is refused as invalidFilter', () => {
    const counts = { parsed: 0, refused: 0 };
    const soup = fc.array(tokens, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string({ maxLength: 200 }), soup, nearly), (text) => {
        const filter = refusedOr(() => parseFilter(text));
        counts[filter ? 'parsed' : 'refused'] += 1;
        if (filter) expect(parseFilter(printFilter(filter))).toEqual(filter);
      }),
      { ...SEED, numRuns: 3000 },
    );
    expect(Math.min(counts.parsed, counts.refused)).toBeGreaterThan(300);
  });

  /** The result, or `undefined` where it was refused as a filter has to be. */
  function refusedOr<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      expect(error).toBeInstanceOf(ScimError);
      expect(error).toMatchObject({ status: 400, scimType: 'invalidFilter' });
      return undefined;
    }
  }
});

describe('the meaning of filters', () => {
  const CORE: SchemaJson = {
    id: 'urn:example:core:2.0:Thing',
    name: 'Thing',
    attributes: [
      { name: 'text', type: 'string' },
      { name: 'code', type: 'string', caseExact: true },
      { name: 'flag', type: 'boolean' },
      { name: 'count', type: 'integer' },
      { name: 'ratio', type: 'decimal' },
      { name: 'seen', type: 'dateTime' },
      { name: 'link', type: 'reference', caseExact: true },
      { name: 'blob', type: 'binary', caseExact: true },
      { name: 'tags', type: 'string', multiValued: true },
      { name: 'scores', type: 'integer', multiValued: true },
      {
        name: 'name',
        type: 'complex',
        subAttributes: [
          { name: 'first', type: 'string' },
          { name: 'last', type: 'string', caseExact: true },
        ],
      },
      {
        name: 'mails',
        type: 'complex',
        multiValued: true,
        subAttributes: [
          { name: 'value', type: 'string' },
          { name: 'kind', type: 'string', caseExact: true },
          { name: 'main', type: 'boolean' },
          { name: 'since', type: 'dateTime' },
        ],
      },
    ],
  };
  const EXTENSION: SchemaJson = {
    id: 'urn:example:extension:2.0:Thing',
    name: 'More',
    attributes: [
      { name: 'unit', type: 'string' },
      { name: 'text', type: 'integer' },
      { name: 'boss', type: 'complex', subAttributes: [{ name: 'value', type: 'string', caseExact: true }] },
      { name: 'desks', type: 'string', multiValued: true },
    ],
  };
  const COMMON: readonly AttributeDefinition[] = [
    { name: 'id', type: 'string', caseExact: true },
    { name: 'externalId', type: 'string', caseExact: true },
    {
      name: 'meta',
      type: 'complex',
      subAttributes: [
        { name: 'created', type: 'dateTime' },
        { name: 'lastModified', type: 'dateTime' },
      ],
    },
  ];
  const WHOLE: SchemaJson = { ...CORE, attributes: [...COMMON, ...CORE.attributes] };
  const SCHEMAS = [WHOLE, EXTENSION];
  const TYPE = compileResourceType({
    name: 'Thing',
    endpoint: 'Things',
    schema: CORE,
    extensions: [{ schema: EXTENSION }],
  });

  // Few and alike, so that comparisons hold often.
  const TEXTS = ['a', 'A', 'b', 'ab', 'AB', 'ba', 'É', 'é', '"\\', 'x y', '\u{1f4a5}', '0'];
  const STAMPS = ['2026-03-01T10:00:00.000Z', '2026-03-01T11:00:00.000Z', '2026-03-01T10:00:00.001Z'];
  const TIMES = [
    ...STAMPS,
    '2026-03-01T10:00:00',
    '2026-03-01T12:00:00+02:00',
    '2026-03-01T10:00:00.0000001Z',
    '2026-03-01T10:00:00.00000010Z',
    '2026-03-01T05:30:00.001-05:30',
  ];
  const NUMBERS = [-1, 0, 1, 2, 10];

  function valuesFor({ type, subAttributes = [] }: AttributeDefinition): fc.Arbitrary<JsonValue> {
    switch (type) {
      case 'boolean':
        return fc.boolean();
      case 'integer':
        return fc.constantFrom(...NUMBERS);
      case 'decimal':
        return fc.constantFrom(...NUMBERS, 0.5, -2.25);
      case 'dateTime':
        return fc.constantFrom(...TIMES);
      case 'complex':
        return objectOf(subAttributes);
      default:
        return fc.constantFrom(...TEXTS);
    }
  }

  function objectOf(definitions: readonly AttributeDefinition[]): fc.Arbitrary<JsonObject> {
    const fields = definitions.map((definition) => {
      const value = valuesFor(definition);
      return [definition.name, definition.multiValued ? fc.array(value, { maxLength: 3 }) : value] as const;
    });
    return fc.record(Object.fromEntries(fields), { requiredKeys: [] }) as fc.Arbitrary<JsonObject>;
  }

  const stored: fc.Arbitrary<StoredResource> = fc.record({
    id: fc.constantFrom(...TEXTS),
    version: fc.constant(1),
    created: fc.constantFrom(...STAMPS),
    lastModified: fc.constantFrom(...STAMPS),
    uniqueKeys: fc.constant([]),
    attributes: fc
      .tuple(
        objectOf([...CORE.attributes, { name: 'externalId', type: 'string' }]),
        fc.option(objectOf(EXTENSION.attributes)),
      )
      .map(([core, more]) => (more ? { ...core, [EXTENSION.id]: more } : core)),
  });

  function asShown({ id, created, lastModified, attributes }: StoredResource): JsonObject {
    return { ...attributes, id, meta: { created, lastModified } };
  }

  const ORDER = ['gt', 'ge', 'lt', 'le'] as const;

  function operatorsOf({ type }: AttributeDefinition): readonly ComparisonOperator[] {
    if (type === 'boolean' || type === 'binary') return ['eq', 'ne'];
    return type === 'string' || type === 'reference' ? OPERATORS : ['eq', 'ne', ...ORDER];
  }

  function conditionOn(attribute: string, definition: AttributeDefinition): fc.Arbitrary<FilterSyntax> {
    const target = { attribute };
    const presence = fc.constant<FilterSyntax>({ op: 'pr', target });
    const value =
      definition.type === 'complex'
        ? definition.subAttributes?.find(({ name }) => name === 'value')
        : { ...definition, multiValued: false };
    if (!value) return presence;
    const values = valuesFor(value) as fc.Arbitrary<string | number | boolean>;
    const comparison = fc.record({
      op: fc.constantFrom(...operatorsOf(value)),
      target: fc.constant(target),
      literal: values.map(quoted),
    });
    const withNull = fc.record({
      op: fc.constantFrom('eq' as const, 'ne' as const),
      target: fc.constant(target),
      literal: fc.constant(quoted(null)),
    });
    return fc.oneof({ weight: 6, arbitrary: comparison }, presence, withNull);
  }

  /** Conditions on an attribute, its sub-attributes and, if it has several values, on one of them. */
  function conditionsOn(definition: AttributeDefinition, prefix: string): readonly fc.Arbitrary<FilterSyntax>[] {
    const attribute = `${prefix}${definition.name}`;
    const { subAttributes = [], multiValued } = definition;
    const conditions = [
      conditionOn(attribute, definition),
      ...subAttributes.map((sub) => conditionOn(`${attribute}.${sub.name}`, sub)),
    ];
    if (!multiValued) return conditions;
    const inside = subAttributes.length > 0 ? subAttributes : [{ ...definition, name: 'value', multiValued: false }];
    const condition = fc.oneof(...inside.map((sub) => conditionOn(sub.name, sub)));
    const term = treesOf(condition, 1);
    const element = fc.record({ op: fc.constant('element' as const), attribute: fc.constant(attribute), term });
    // As Entra writes it: the brackets choose, and what is compared stands behind them.
    const selected = fc.tuple(term, condition).map(([selector, chosen]): FilterSyntax => {
      if (!('target' in chosen)) return chosen;
      return { ...chosen, target: { attribute, selector, subAttribute: chosen.target.attribute } };
    });
    return [...conditions, element, selected];
  }

  const anyCondition = fc.oneof(
    ...WHOLE.attributes.flatMap((definition) => conditionsOn(definition, '')),
    ...CORE.attributes.flatMap((definition) => conditionsOn(definition, `${CORE.id}:`)),
    ...EXTENSION.attributes.flatMap((definition) => conditionsOn(definition, `${EXTENSION.id}:`)),
  );

  interface Style {
    readonly blank: string;
    /** How names and operators are written. */
    readonly spell: (word: string) => string;
    readonly parentheses: 'all' | 'needed';
  }

  const style: fc.Arbitrary<Style> = fc.record({
    blank: fc.constantFrom(' ', '  ', '\t'),
    spell: fc.constantFrom(
      (word: string) => word,
      (word: string) => word.toUpperCase(),
      (word: string) => word.toLowerCase(),
    ),
    parentheses: fc.constantFrom('all' as const, 'needed' as const),
  });

  /** Writes a filter with no more parentheses than precedence asks for: `not` before `and` before `or`. */
  function write(filter: FilterSyntax, { blank, spell, parentheses }: Style): string {
    const within = (inner: FilterSyntax) => write(inner, { blank, spell, parentheses });
    switch (filter.op) {
      case 'and':
      case 'or':
        return filter.terms
          .map((term) => {
            const bare = parentheses === 'needed' && !(filter.op === 'and' && term.op === 'or');
            return bare ? within(term) : `(${within(term)})`;
          })
          .join(`${blank}${spell(filter.op)}${blank}`);
      case 'not':
        return `${spell('not')}${blank}(${within(filter.term)})`;
      case 'element':
        return `${spell(filter.attribute)}[${within(filter.term)}]`;
      default: {
        const { attribute, selector, subAttribute } = filter.target;
        const brackets = selector ? `[${within(selector)}].${spell(subAttribute ?? '')}` : '';
        const head = `${spell(attribute)}${brackets}${blank}${spell(filter.op)}`;
        if (filter.op === 'pr') return head;
        return `${head}${blank}${'bare' in filter.literal ? filter.literal.bare : filter.literal.text}`;
      }
    }
  }

  it('117 text, parsed, bound and compiled, says what a reading of the RFC says', () => {
    let held = 0;
    let asked = 0;
    const resources = fc.array(stored, { minLength: 4, maxLength: 8 });
    fc.assert(
      fc.property(treesOf(anyCondition, 2), style, resources, (filter, written, things) => {
        const text = write(filter, written);
        fc.pre(text.length <= FILTER_LIMITS.length);
        const matches = compileFilter(bindFilter(parseFilter(text), { type: TYPE, unquotedValues: false }));
        for (const thing of things) {
          const expected = naiveMatch(filter, asShown(thing), SCHEMAS);
          expect({ text, thing, matches: matches(thing) }).toEqual({ text, thing, matches: expected });
          asked += 1;
          if (expected) held += 1;
        }
      }),
      { ...SEED, numRuns: 1500 },
    );
    // A property over filters that always or never hold would say little.
    expect(held / asked).toBeGreaterThan(0.25);
    expect(held / asked).toBeLessThan(0.75);
  });

  it('111, 114 single comparisons say what a reading of the RFC says', () => {
    let held = 0;
    fc.assert(
      fc.property(anyCondition, fc.array(stored, { minLength: 10, maxLength: 10 }), (filter, things) => {
        const matches = compileFilter(
          bindFilter(parseFilter(printFilter(filter)), { type: TYPE, unquotedValues: false }),
        );
        for (const thing of things) {
          const expected = naiveMatch(filter, asShown(thing), SCHEMAS);
          expect({ filter, thing, matches: matches(thing) }).toEqual({ filter, thing, matches: expected });
          if (expected) held += 1;
        }
      }),
      { ...SEED, numRuns: 1000 },
    );
    expect(held).toBeGreaterThan(1000);
  });
});

import { toInstant } from '../core/instant.js';
import type { Comparison, ComparisonOperator, Filter, Sort } from '../storage/query.js';
import type { JsonObject, JsonValue } from '../storage/resource-store.js';
import type { SeededRandom } from './seeded-random.js';

// Alphabets so small that filters and resources meet, with everything that has ever gone wrong in a database.

const WORDS = [
  '',
  'a',
  'A',
  'ab',
  'Ba',
  'b',
  'z',
  'ä',
  'Ä',
  'ß',
  'SS',
  'İ',
  'i',
  'ı',
  'Σ',
  'ς',
  '%',
  '_',
  'a_',
  '\\',
  "'",
  '"',
  '\u{1f600}',
  '\uff5e',
  ' a',
  'null',
  '1',
  'true',
];
const TIMES = [
  '2020-01-01T00:00:00Z',
  '2020-01-01T01:00:00+01:00',
  '2020-01-01T00:00:00.5Z',
  '2020-01-01T00:00:00.0000001Z',
  'never',
  '2020-01-01',
];
const NUMBERS = [0, 1, 2, 10, -1, 1.5, 9007199254740991];
const PATHS = [
  'id',
  'userName',
  'displayName',
  'externalId',
  'title',
  'active',
  'logins',
  'hired',
  'name',
  'name.value',
  'emails',
  'emails.value',
  'emails.type',
  'emails.primary',
  'meta.created',
  'meta.lastModified',
  'meta.version',
  'constructor',
  '__proto__',
  "it's",
  'urn:x:User.a.value',
];
const ELEMENT_PATHS = ['value', 'type', 'primary', 'value.deep'];
const OPERATORS: readonly ComparisonOperator[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];

export function randomAttributes(random: SeededRandom): JsonObject {
  const attributes: Record<string, JsonValue> = {};
  const give = (name: string, value: () => JsonValue) => {
    if (random.chance(0.6)) attributes[name] = value();
  };
  const word = () => random.pick(WORDS);
  give('userName', word);
  give('displayName', word);
  give('externalId', word);
  give('title', () => randomPlain(random));
  give('active', () => (random.chance(0.8) ? random.chance(0.5) : randomPlain(random)));
  give('logins', () => random.pick(NUMBERS));
  give('hired', () => random.pick(TIMES));
  give('name', () => randomElement(random));
  give('emails', () => {
    const isComplex = random.chance(0.7);
    return Array.from({ length: random.below(4) }, () => (isComplex ? randomElement(random) : randomPlain(random)));
  });
  give('urn:x:User', () => ({ a: randomElement(random) }));
  give("it's", word);
  return attributes;
}

export function randomFilter(
  random: SeededRandom,
  memberIds: readonly string[],
  groupIds: readonly string[],
  depth = 3,
): Filter {
  const inner = () => randomFilter(random, memberIds, groupIds, depth - 1);
  switch (depth > 0 ? random.below(10) : random.below(5)) {
    case 3:
      return { op: 'present', path: randomPath(random, PATHS) };
    case 4:
      return random.chance(0.5)
        ? { op: 'hasMember', memberId: random.pick(memberIds) }
        : { op: 'memberOf', groupId: random.pick(groupIds) };
    case 5:
      return { op: 'not', filter: inner() };
    case 6:
    case 7:
      return { op: random.chance(0.5) ? 'and' : 'or', filters: Array.from({ length: random.below(4) }, inner) };
    case 8:
      return {
        op: 'element',
        path: randomPath(random, ['emails', 'emails', 'name', 'title', 'nothing', 'urn:x:User.a']),
        filter: randomElementFilter(random, 2),
      };
    default:
      return randomComparison(random, PATHS);
  }
}

export function randomSort(random: SeededRandom): Sort {
  const { type } = randomTyped(random);
  return { path: randomPath(random, PATHS), type, caseExact: random.chance(0.5), descending: random.chance(0.5) };
}

function randomElementFilter(random: SeededRandom, depth: number): Filter {
  const inner = () => randomElementFilter(random, depth - 1);
  switch (depth > 0 ? random.below(6) : random.below(3)) {
    case 2:
      return { op: 'present', path: randomPath(random, ELEMENT_PATHS) };
    case 3:
      return { op: 'not', filter: inner() };
    case 4:
      return { op: 'and', filters: [inner(), inner()] };
    case 5:
      return { op: 'or', filters: Array.from({ length: random.below(3) }, inner) };
    default:
      return randomComparison(random, ELEMENT_PATHS);
  }
}

function randomComparison(random: SeededRandom, paths: readonly string[]): Comparison {
  const op = random.pick(OPERATORS);
  return { op, path: randomPath(random, paths), caseExact: random.chance(0.5), ...randomTyped(random) };
}

function randomTyped(random: SeededRandom): Pick<Comparison, 'type' | 'value'> {
  switch (random.below(8)) {
    case 0:
      return { type: 'boolean', value: random.chance(0.5) };
    case 1:
      return { type: 'integer', value: random.pick(NUMBERS) };
    case 2:
      return { type: 'decimal', value: random.pick(NUMBERS) };
    case 3:
      return { type: 'dateTime', value: toInstant(random.pick(TIMES)) ?? '2020-01-01T00:00:00.000000000Z' };
    case 4:
      return { type: 'binary', value: random.pick(WORDS) };
    case 5:
      return { type: 'reference', value: random.pick(WORDS) };
    default:
      return { type: 'string', value: random.chance(0.2) ? random.pick(['r1', 'r2']) : random.pick(WORDS) };
  }
}

function randomElement(random: SeededRandom): JsonObject {
  const element: Record<string, JsonValue> = {};
  if (random.chance(0.8)) element['value'] = randomPlain(random);
  if (random.chance(0.6)) element['type'] = random.pick(WORDS);
  if (random.chance(0.4)) element['primary'] = random.chance(0.5);
  return element;
}

function randomPlain(random: SeededRandom): JsonValue {
  switch (random.below(6)) {
    case 0:
      return random.chance(0.5);
    case 1:
      return random.pick(NUMBERS);
    case 2:
      return random.pick(TIMES);
    case 3:
      return null;
    default:
      return random.pick(WORDS);
  }
}

function randomPath(random: SeededRandom, paths: readonly string[]): readonly string[] {
  return random.pick(paths).split('.');
}

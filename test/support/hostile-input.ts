import type { SeededRandom } from '../../src/testing/seeded-random.js';
import { SEARCH } from './scim-resources.js';
import { ENTERPRISE, GROUP, PATCH_OP, USER } from './scim-site.js';

export const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const CUSTOM = 'urn:example:Gadget';

type Message = 'resource' | 'patch' | 'bulk' | 'search';

/** Makes what identity providers send, what attackers send, and everything in between. */
export interface HostileInput {
  /** Any text at all; may hold NUL and half surrogate pairs. */
  text(): string;
  /** JSON, or nearly so; mostly the message that is asked for. */
  body(message?: Message): string;
  filter(): string;
  /** Of a PATCH operation. */
  path(): string;
  /** Below the base URL, with its query. */
  url(): string;
  query(): string;
  /** Of a header: no line ends. */
  headerValue(): string;
}

const NASTY = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '\udc00x',
  'a\u0000b',
  '\ufeff',
  '\u2028',
  '\u202e',
  'İ',
  'ß',
  'ς',
  '👩‍🚀',
  'e\u0301',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'hasOwnProperty',
  '__defineGetter__',
  '"',
  "'",
  '\\',
  '\\"',
  '\\u0000',
  '[',
  ']',
  '(',
  ')',
  '.',
  ':',
  ',',
  '/',
  '..',
  '%00',
  '%',
  '%zz',
  '%2e%2e%2f',
  '*',
  '(a+)+$',
  '{{7*7}}',
  "' or 1=1 --",
  'null',
  'true',
  'False',
  'undefined',
  'NaN',
  '-0',
  '1e400',
  '9007199254740993',
  '0x10',
  '2026-05-31T09:30:00Z',
  '2026-02-30T25:61:00+99:99',
  '0000-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59.999999999999-14:00',
  'bulkId:a',
  'bulkId:',
  'W/"1"',
  '*',
  'ada@example.com',
  '{"value":"25","displayName":"Role"}',
  '{"value":"{"}',
  USER,
  GROUP,
  ENTERPRISE,
  CUSTOM,
] as const;

const NAMES = [
  'userName',
  'USERNAME',
  'externalId',
  'id',
  'schemas',
  'meta',
  'meta.location',
  'meta.created',
  'meta.resourceType',
  'displayName',
  'name',
  'name.givenName',
  'active',
  'password',
  'emails',
  'emails.value',
  'emails.primary',
  'roles',
  'roles.value',
  'addresses',
  'addresses.country',
  'photos',
  'x509Certificates',
  'members',
  'members.value',
  'members.display',
  'groups',
  'groups.value',
  'title',
  `${USER}:userName`,
  `${ENTERPRISE}:manager`,
  `${ENTERPRISE}:manager.value`,
  `${ENTERPRISE}:department`,
  ENTERPRISE,
  USER,
  GROUP,
  `${CUSTOM}:size`,
  'size',
  'weight',
  'labels',
  'parts',
  'parts.made',
  'secret',
  'serial',
  'Operations',
  'op',
  'path',
  'value',
  'count',
  'filter',
] as const;

/** Of users, where a path of PATCH leads to something. */
const WRITABLE = [
  'displayName',
  'title',
  'name.givenName',
  'externalId',
  'emails',
  'emails[type eq "work"].value',
  'emails[value co "u"]',
  'roles',
  'active',
  `${ENTERPRISE}:department`,
] as const;

const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'EQ', 'pr', 'regex', 'like', ''] as const;
const NUMBERS = [
  '0',
  '-0',
  '1',
  '-1',
  '1.5',
  '1e3',
  '1e400',
  '-1e400',
  '9007199254740993',
  '1e-400',
  '01',
  '+1',
] as const;
const PATHS = ['Users', 'Groups', 'Gadgets', 'Bulk', '.search', 'Me', 'Schemas', 'ResourceTypes'] as const;

/** @param knownId an id that the directory may have */
export function createHostileInput(random: SeededRandom, knownId: () => string): HostileInput {
  const { below, chance, pick } = random;

  function times<T>(limit: number, make: () => T): T[] {
    return Array.from({ length: below(limit + 1) }, make);
  }

  /** While calm, nearly everything is as it should be, so that what is not gets far. */
  let isCalm = false;

  function text(): string {
    if (isCalm && chance(0.97)) return `u${below(500)}`;
    if (chance(0.3)) return pick(NASTY);
    if (chance(0.2)) return knownId();
    if (chance(0.1)) return times(4, () => pick(NASTY)).join('');
    if (chance(0.02)) return pick(NASTY).repeat(below(2000));
    if (chance(0.2)) return String.fromCharCode(...times(12, () => below(65_536)));
    return `u${below(500)}`;
  }

  function name(): string {
    if (chance(isCalm ? 0.99 : 0.75)) return pick(NAMES);
    return chance(0.5) ? text() : `${pick(NAMES)}${pick(['.', ':', '[', ' ', ''])}${text()}`;
  }

  function quoted(value: string): string {
    const plain = JSON.stringify(value);
    return chance(0.1) ? plain.replace(/[a-z]/, (letter) => `\\u00${letter.charCodeAt(0).toString(16)}`) : plain;
  }

  function json(depth = 0): string {
    const kind = below(depth > 4 ? 5 : 8);
    if (kind === 0) return pick(['null', 'true', 'false']);
    if (kind === 1) return pick(NUMBERS);
    if (kind < 5) return quoted(text());
    if (kind === 5) return `[${times(4, () => json(depth + 1)).join(',')}]`;
    return object(times(4, () => [name(), json(depth + 1)]));
  }

  function object(members: readonly (readonly [name: string, json: string])[]): string {
    return `{${members.map(([key, value]) => `${quoted(key)}:${value}`).join(',')}}`;
  }

  function list(limit: number, make: () => string): string {
    return `[${times(limit, make).join(',')}]`;
  }

  function reference(): string {
    return object([['value', quoted(chance(0.5) ? knownId() : text())]]);
  }

  function element(): string {
    return object([
      ['value', chance(0.8) ? quoted(text()) : json(3)],
      ['type', chance(0.8) ? quoted(pick(['work', 'home', 'other', '__proto__'])) : json(3)],
      ['primary', pick(['true', 'false', '"True"', '1', 'null'])],
    ]);
  }

  function resource(): string {
    const own: readonly (readonly [string, string])[] = [
      ['userName', quoted(`u${below(300)}`)],
      ['displayName', quoted(`d${below(300)}`)],
      ['schemas', `[${quoted(pick([USER, GROUP, CUSTOM, ENTERPRISE]))}]`],
    ];
    const others = times(chance(0.5) ? 1 : 5, attribute);
    return object([...own.filter(() => chance(0.95)), ...others]);
  }

  /** Half of the time with a value that suits it. */
  function attribute(): readonly [string, string] {
    const key = name();
    return [key, chance(isCalm ? 0.98 : 0.5) ? suiting(key) : json(1)];
  }

  function suiting(key: string): string {
    if (key.endsWith('.value') || key.endsWith('Name')) return quoted(text());
    if (/^(?:emails|roles|photos|addresses|x509|parts)/.test(key)) return list(4, element);
    if (/^(?:members|groups)/.test(key)) return list(6, reference);
    if (key === 'active' || key.endsWith('primary')) return pick(['true', 'false', '"False"']);
    if (key === 'size' || key === 'weight') return pick(NUMBERS);
    if (key === 'name' || key.startsWith('urn:')) return object([['givenName', quoted(text())]]);
    return quoted(text());
  }

  function operation(): string {
    const op = isCalm || chance(0.95) ? pick(['add', 'Replace', 'remove']) : text();
    const target = isCalm && chance(0.9) ? pick(WRITABLE) : chance(0.6) ? pick(NAMES) : path();
    const value = chance(isCalm ? 0.98 : 0.8) ? suiting(target.replace(/\[.*\]/s, '')) : json(1);
    const members: readonly (readonly [string, string])[] = [
      ['op', quoted(op)],
      ['path', chance(0.97) ? quoted(target) : json(3)],
      ['value', chance(isCalm ? 0.02 : 0.2) ? resource() : value],
    ];
    return object(members.filter(() => chance(0.95)));
  }

  function patch(): string {
    return object([
      ['schemas', `[${quoted(PATCH_OP)}]`],
      [chance(0.97) ? pick(['Operations', 'operations']) : '__proto__', list(chance(0.6) ? 1 : 6, operation)],
    ]);
  }

  function bulkOperation(): string {
    const target = chance(0.7) ? `/${pick(PATHS)}${chance(0.5) ? `/${knownId()}` : ''}` : url();
    const members: readonly (readonly [string, string])[] = [
      ['method', quoted(pick(['POST', 'PUT', 'PATCH', 'DELETE', 'delete', 'GET', text()]))],
      ['path', quoted(target)],
      ['bulkId', quoted(pick(['a', 'b', 'c', '__proto__', text()]))],
      ['version', quoted(pick(['W/"1"', 'W/"2"', '*', text()]))],
      ['data', chance(0.5) ? resource() : patch()],
    ];
    return object(members.filter(() => chance(0.9)));
  }

  function bulk(): string {
    return object([
      ['schemas', `[${quoted(BULK)}]`],
      ['failOnErrors', pick(['1', '2', '0', '-1', '1e9', 'null', '"1"'])],
      ['Operations', list(8, bulkOperation)],
    ]);
  }

  function search(): string {
    return object([
      ['schemas', `[${quoted(SEARCH)}]`],
      ...times(5, (): readonly [string, string] => {
        const key = pick([
          'filter',
          'attributes',
          'excludedAttributes',
          'sortBy',
          'sortOrder',
          'startIndex',
          'count',
          'cursor',
        ]);
        if (key === 'filter') return [key, quoted(filter())];
        if (key.endsWith('ttributes')) return [key, list(5, () => quoted(name()))];
        return [key, chance(0.5) ? quoted(text()) : pick(NUMBERS)];
      }),
    ]);
  }

  /** Changes a text somewhere: takes, doubles, exchanges or inserts. */
  function mutated(given: string): string {
    let result = given;
    for (let left = 1 + below(3); left > 0; left -= 1) {
      const at = below(result.length + 1);
      const to = at + below(Math.min(20, result.length - at + 1));
      const piece = pick([
        '',
        '',
        text(),
        result.slice(at, to).repeat(3),
        pick(['{', '}', '[', ']', ',', ':', '"', '\\']),
      ]);
      result = result.slice(0, at) + piece + result.slice(to);
    }
    return result;
  }

  function body(message: Message = pick(['resource', 'patch', 'bulk', 'search'])): string {
    isCalm = chance(0.5);
    const asked = { resource, patch, bulk, search }[message];
    const made = (chance(0.85) ? asked : pick([resource, patch, json, storm]))();
    isCalm = false;
    return chance(0.1) ? mutated(made) : made;
  }

  /** What makes simple parsers recurse, or look at one thing again and again. */
  function storm(): string {
    const size = below(3000);
    return pick([
      () => '['.repeat(size),
      () => `${'['.repeat(size)}1${']'.repeat(size)}`,
      () => `${'{"a":'.repeat(size)}1${'}'.repeat(size)}`,
      () => `"${'\\\\'.repeat(size)}\\"`,
      () => `{${Array.from({ length: size }, (_, index) => `"k${index}":${index}`).join(',')}}`,
      () => `{"userName":"a","emails":[${Array.from({ length: size % 1100 }, () => '{"value":"x"}').join(',')}]}`,
      () => `{"userName":"${'x'.repeat(size * 10)}"}`,
      () => `{"Operations":[${Array.from({ length: size % 300 }, () => operation()).join(',')}]}`,
      () => ']'.repeat(size),
      () => '1'.repeat(size),
    ])();
  }

  function literal(): string {
    return pick([() => quoted(text()), () => pick(NUMBERS), () => pick(['true', 'False', 'null']), text])();
  }

  function comparison(): string {
    if (chance(0.2)) return `${name()}${pick([' ', '  ', '\t', ''])}${pick(OPERATORS)} ${literal()}`;
    const key = pick([
      'userName',
      'externalId',
      'emails.value',
      'name.givenName',
      'displayName',
      'id',
      'emails',
      'title',
    ]);
    return `${key} ${pick(['eq', 'ne', 'co', 'sw', 'EW', 'gt'])} ${chance(0.9) ? quoted(`u${below(300)}`) : quoted(text())}`;
  }

  function filter(depth = 0): string {
    const kind = below(depth > 3 ? 3 : 9);
    if (kind < 3) return comparison();
    if (kind === 3) return `(${filter(depth + 1)})`;
    if (kind === 4) return `not (${filter(depth + 1)})`;
    if (kind === 5)
      return `${chance(0.7) ? 'emails' : name()}[${elementFilter(depth)}]${chance(0.3) ? `.${name()} eq ${literal()}` : ''}`;
    if (kind === 6 && chance(0.2)) return filterStorm();
    const made = `${filter(depth + 1)} ${chance(0.97) ? pick(['and', 'or', 'AND']) : 'xor'} ${filter(depth + 1)}`;
    return chance(0.9) ? made : mutated(made);
  }

  function elementFilter(depth: number): string {
    if (chance(0.2)) return filter(depth + 1);
    return `type eq "work" ${pick(['and', 'or'])} value ${pick(['eq', 'co'])} ${quoted(text())}`;
  }

  function filterStorm(): string {
    const size = below(1500);
    return pick([
      () => '('.repeat(size),
      () => 'emails['.repeat(size),
      () => 'not ('.repeat(size),
      () => Array.from({ length: size % 40 }, comparison).join(' or '),
      () => `userName eq "${'\\"'.repeat(size)}`,
      () => `userName${' '.repeat(size)}eq "a"`,
      () => `${'a.'.repeat(size)} pr`,
    ])();
  }

  function path(): string {
    if (chance(0.4)) return name();
    const made = `${chance(0.7) ? pick(['emails', 'roles', 'parts']) : name()}[${elementFilter(2)}]${chance(0.5) ? `.${pick(['value', 'type', 'display', name()])}` : ''}`;
    return chance(0.1) ? mutated(made) : made;
  }

  function encoded(value: string): string {
    // Half surrogate pairs have no percent-encoding.
    const safe = encodeURIComponent(value.toWellFormed());
    return chance(0.1) ? mutated(safe) : safe;
  }

  function query(): string {
    return times(4, () => {
      const key = pick([
        'filter',
        'FILTER',
        'attributes',
        'excludedAttributes',
        'sortBy',
        'sortOrder',
        'count',
        'startIndex',
        'cursor',
        'x',
        '__proto__',
      ]);
      if (key.toLowerCase() === 'filter') return `${key}=${encoded(filter())}`;
      if (key === 'sortOrder') return `${key}=${pick(['ascending', 'Descending', encoded(text())])}`;
      if (key === 'count' || key === 'startIndex') return `${key}=${pick([...NUMBERS, '3', '10', encoded(text())])}`;
      return `${key}${chance(0.95) ? '=' : ''}${encoded(times(3, name).join(','))}`;
    }).join('&');
  }

  function url(): string {
    const first = chance(0.85) ? pick(PATHS) : encoded(text());
    const rest = chance(0.6) ? [chance(0.6) ? knownId() : encoded(text())] : [];
    const more = chance(0.05) ? times(3, () => encoded(text())) : [];
    const parameters = chance(0.4) ? `?${query()}` : '';
    return `/${[first, ...rest, ...more].join(chance(0.03) ? '//' : '/')}${parameters}`;
  }

  function headerValue(): string {
    const made = chance(0.5)
      ? text()
      : times(5, () => pick(['W/', '"', ',', ';', '=', ' ', 'Bearer', 'charset', text()])).join('');
    // What a header can carry at all: one byte a character, no line ends.
    return made.replace(/[\r\n\u0000]|[^\u0000-\u00ff]/g, '?');
  }

  return { text, body, filter: () => filter(), path, url, query, headerValue };
}

import { afterEach, describe, expect, it } from '@jest/globals';
import createDebug from 'debug';
import { createBoundedCache } from '../src/core/bounded-cache.js';
import { createCachedLookup } from '../src/core/cached-lookup.js';
import { systemClock } from '../src/core/clock.js';
import { ConfigurationError, createOptionsValidator } from '../src/core/configuration.js';
import { foldCase } from '../src/core/fold.js';
import { newId } from '../src/core/id.js';
import { toInstant } from '../src/core/instant.js';
import { createDebugLogger, escapeControls } from '../src/core/logger.js';
import { nearestName } from '../src/core/near-miss.js';
import { randomToken } from '../src/core/random-token.js';
import { createSha256, sha256 } from '../src/core/sha256.js';

interface RouterOptions {
  readonly baseUrl: string | (() => string);
  readonly storage: object;
  readonly body?: { readonly maxBodyBytes?: number };
  readonly hosts?: readonly string[];
  readonly mode?: 'path' | 'host';
  readonly onEvent?: (name: string) => void;
}

const ROUTER_SCHEMA = {
  properties: {
    baseUrl: { anyOf: [{ type: 'string' }, { isFunction: true }] },
    storage: {
      type: 'object',
      properties: { transaction: { isFunction: true } },
      required: ['transaction'],
    },
    body: {
      type: 'object',
      properties: { maxBodyBytes: { type: 'integer', minimum: 1 } },
      additionalProperties: false,
    },
    hosts: { type: 'array', items: { type: 'string', pattern: '^[a-z.]+$', description: 'a host name in lower case' } },
    mode: { enum: ['path', 'host'] },
    onEvent: { isFunction: true },
  },
  required: ['baseUrl', 'storage'],
};

const parse = createOptionsValidator<RouterOptions>('createScimRouter', ROUTER_SCHEMA);

class HostStorage {
  readonly #rows = new Map<string, string>();
  transaction(): number {
    return this.#rows.size;
  }
}

function thrownBy(action: () => unknown): ConfigurationError {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigurationError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

function faultsOf(options: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(thrownBy(() => parse(options)).faults.map(({ path, message }) => [path, message]));
}

describe('options', () => {
  const storage = new HostStorage();

  it('come back as the very object that was given, with functions and class instances in it', () => {
    const options = Object.freeze({ baseUrl: 'https://a.example', storage, onEvent: () => undefined });
    expect(parse(options)).toBe(options);
    expect(parse({ baseUrl: () => 'https://a.example', storage })).toBeDefined();
  });

  it('may be given as undefined where they are optional', () => {
    expect(parse({ baseUrl: 'https://a.example', storage, mode: undefined, body: undefined })).toBeDefined();
  });

  it('that are unknown are faults, with the name that was meant', () => {
    expect(faultsOf({ baseUrl: 'x', storage, body: { maxBodyByte: 1 } })).toEqual({
      'body.maxBodyByte': 'unknown option "maxBodyByte" — did you mean "maxBodyBytes"?',
    });
    expect(faultsOf({ baseUrl: 'x', storage, onevent: () => undefined, colour: 1 })).toEqual({
      onevent: 'unknown option "onevent" — did you mean "onEvent"?',
      colour: 'unknown option "colour"',
    });
  });

  it('named like members of Object.prototype are unknown as well', () => {
    const options: unknown = JSON.parse('{"__proto__":{},"constructor":1,"toString":2}');
    expect(Object.keys(faultsOf(options))).toEqual(
      expect.arrayContaining(['__proto__', 'constructor', 'toString', 'baseUrl', 'storage']),
    );
  });

  it('are neither converted nor filled in', () => {
    const options = { baseUrl: 'x', storage, body: { maxBodyBytes: '5' } };
    expect(faultsOf(options)).toEqual({ 'body.maxBodyBytes': 'must be an integer, not a string' });
    expect(options).toEqual({ baseUrl: 'x', storage, body: { maxBodyBytes: '5' } });
  });

  it('say what each wrong value should have been', () => {
    expect(
      faultsOf({ baseUrl: 5, storage: {}, hosts: ['a.example', 'B'], mode: 'token', onEvent: 'x', body: [] }),
    ).toEqual({
      baseUrl: 'must be a string or a function, not a number',
      'storage.transaction': 'is missing',
      'hosts[1]': 'must be a host name in lower case',
      mode: 'must be one of "path", "host"',
      onEvent: 'must be a function',
      body: 'must be an object, not an array',
    });
    expect(faultsOf({ baseUrl: 'x', storage, body: { maxBodyBytes: 0 } })).toEqual({
      'body.maxBodyBytes': 'must be >= 1',
    });
  });

  it('with alternatives report the faults of the alternative that was meant', () => {
    const parseHook = createOptionsValidator('createHook', {
      properties: {
        hook: {
          anyOf: [
            { isFunction: true },
            { type: 'object', properties: { handler: { isFunction: true } }, additionalProperties: false },
          ],
        },
      },
    });
    expect(thrownBy(() => parseHook({ hook: { handlr: () => undefined } })).faults).toEqual([
      { path: 'hook.handlr', message: 'unknown option "handlr" — did you mean "handler"?' },
    ]);
  });

  it.each([
    [undefined, 'options: must be an object, not undefined'],
    [null, 'options: must be an object, not null'],
    ['text', 'options: must be an object, not a string'],
    [[], 'options: must be an object, not an array'],
  ])('that are %p are no options', (options, line) => {
    expect(thrownBy(() => parse(options)).message).toContain(line);
  });

  it('fail with one error that has a stable code and lists every fault on its own line, never a value', () => {
    const error = thrownBy(() => parse({ bseUrl: 'https://a.example', mode: 'secret-value', storage }));
    expect(error).toBeInstanceOf(Error);
    expect(error.code).toBe('invalid_configuration');
    expect(error.name).toBe('ConfigurationError');
    expect(error.message.split('\n')).toEqual([
      'createScimRouter was given options it cannot use:',
      expect.stringContaining('baseUrl: is missing'),
      expect.stringContaining('bseUrl: unknown option "bseUrl" — did you mean "baseUrl"?'),
      expect.stringContaining('mode: must be one of'),
    ]);
    expect(error.message).not.toContain('secret-value');
  });
});

describe('nearestName', () => {
  const known = ['maxBodyBytes', 'logger', 'host', 'baseUrl'];
  it.each([
    ['maxBodyByte', 'maxBodyBytes'],
    ['maxbodybytes', 'maxBodyBytes'],
    ['hsot', 'host'],
    ['baseURI', 'baseUrl'],
    ['loger', 'logger'],
    ['colour', undefined],
    ['x', undefined],
    ['', undefined],
    ['maxBodyBytes'.repeat(100_000), undefined],
  ])('of %.20p is %p', (name, expected) => {
    expect(nearestName(name, known)).toBe(expected);
  });
});

describe('a bounded cache', () => {
  it('gives what was set, until it is deleted', () => {
    const cache = createBoundedCache<string>({ maxEntries: 2 });
    cache.set('a', '1');
    cache.set('a', '2');
    expect(cache.get('a')).toBe('2');
    cache.delete('a');
    expect(cache.get('a')).toBeUndefined();
    expect(cache.get('constructor')).toBeUndefined();
  });

  it('never holds more than twice its limit', () => {
    const cache = createBoundedCache<number>({ maxEntries: 10 });
    const keys = Array.from({ length: 1000 }, (_, index) => `key-${index}`);
    keys.forEach((key, index) => {
      cache.set(key, index);
    });
    const live = keys.filter((key) => cache.get(key) !== undefined);
    expect(live.length).toBeGreaterThanOrEqual(10);
    expect(live.length).toBeLessThanOrEqual(20);
  });

  it('keeps what is read while others pass through', () => {
    const cache = createBoundedCache<number>({ maxEntries: 10 });
    cache.set('read', 1);
    for (let index = 0; index < 1000; index += 1) {
      cache.set(`passing-${index}`, index);
      expect(cache.get('read')).toBe(1);
    }
  });

  it('forgets a deleted entry of the old generation', () => {
    const cache = createBoundedCache<number>({ maxEntries: 1 });
    cache.set('a', 1);
    cache.set('b', 2);
    cache.delete('a');
    expect(cache.get('a')).toBeUndefined();
    expect(cache.get('b')).toBe(2);
  });
});

describe('a cached look-up', () => {
  function countingLookup(load: (key: string, previous: string | undefined) => Promise<string | undefined>) {
    const clock = { time: 1_000_000, now: () => clock.time };
    const asked: string[] = [];
    const lookup = createCachedLookup<string>({
      clock,
      seconds: 5,
      maxEntries: 10,
      load(key, previous) {
        asked.push(key);
        return load(key, previous);
      },
    });
    return { clock, asked, lookup };
  }

  it('knows a value, or that there is none, for as many seconds as it was told', async () => {
    const { clock, lookup } = countingLookup(async (key) => (key === 'there' ? 'value' : undefined));
    expect(lookup.peek('there', clock.now())).toBeUndefined();
    expect(await lookup.load('there')).toBe('value');
    expect(await lookup.load('nowhere')).toBeNull();
    expect(lookup.peek('there', clock.time + 4_999)).toBe('value');
    expect(lookup.peek('nowhere', clock.time + 4_999)).toBeNull();
    expect(lookup.peek('there', clock.time + 5_000)).toBeUndefined();
    expect(lookup.peek('nowhere', clock.time + 5_000)).toBeUndefined();
  });

  it('counts from the moment of asking, not of the answer', async () => {
    const { clock, lookup } = countingLookup(async () => {
      clock.time += 3_000;
      return 'value';
    });
    await lookup.load('a');
    expect(lookup.peek('a', clock.time + 1_999)).toBe('value');
    expect(lookup.peek('a', clock.time + 2_000)).toBeUndefined();
  });

  it('does not trust an answer from the future, after the clock was set back', async () => {
    const { clock, lookup } = countingLookup(async () => 'value');
    await lookup.load('a');
    expect(lookup.peek('a', clock.time - 3_600_000)).toBeUndefined();
  });

  it('asks once for calls that come together, and passes on what it knew before', async () => {
    const seen: (string | undefined)[] = [];
    const { asked, lookup } = countingLookup(async (_key, previous) => {
      seen.push(previous);
      return `answer ${seen.length}`;
    });
    expect(await Promise.all([lookup.load('a'), lookup.load('a'), lookup.load('b')])).toEqual([
      'answer 1',
      'answer 1',
      'answer 2',
    ]);
    await lookup.load('a');
    expect(asked).toEqual(['a', 'b', 'a']);
    expect(seen).toEqual([undefined, undefined, 'answer 1']);
  });

  it('gives a failure to all who wait and asks again, also when the source throws at once', async () => {
    let failing = true;
    const { lookup, clock } = countingLookup(() => {
      if (failing) throw new Error('down');
      return Promise.resolve('value');
    });
    const together = await Promise.allSettled([lookup.load('a'), lookup.load('a')]);
    expect(together.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(lookup.peek('a', clock.now())).toBeUndefined();
    failing = false;
    expect(await lookup.load('a')).toBe('value');
  });

  it('forgets a value that is gone, and its absence when it comes', async () => {
    let value: string | undefined = 'value';
    const { lookup, clock } = countingLookup(async () => value);
    await lookup.load('a');
    value = undefined;
    await lookup.load('a');
    expect(lookup.peek('a', clock.now())).toBeNull();
    value = 'back';
    await lookup.load('a');
    expect(lookup.peek('a', clock.now())).toBe('back');
  });
});

describe('ids, hashes, secrets, time', () => {
  it('makes ids that are random UUIDs', () => {
    expect(newId()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(newId()).not.toBe(newId());
  });

  it('hashes the UTF-8 form of text', () => {
    expect(sha256('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(sha256('ä')).toBe('33e6d73fee82904c8d7afb78de1154d1e8dc2a0edb08120e63df5b9385c2d9cc');
  });

  it.each([0, 1, 5000])('hashes text in %i parts as it hashes the whole', (count) => {
    const parts = Array.from({ length: count }, (_, index) => `part ${index} ä`);
    const growing = createSha256();
    for (const part of parts) growing.add(part);
    expect(growing.digest()).toBe(sha256(parts.join('')));
  });

  it('makes secrets of 32 random bytes', () => {
    expect(randomToken()).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(randomToken()).not.toBe(randomToken());
  });

  it('reads the time of the machine', () => {
    const before = Date.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });
});

describe('foldCase', () => {
  it.each([
    ['Ada@Example.COM', 'ada@example.com'],
    ['ÄÖÜ', 'äöü'],
    ['ŁÓDŹ', 'łódź'],
  ])('makes %p and %p equal', (one, other) => {
    expect(foldCase(one)).toBe(foldCase(other));
  });

  it('keeps apart what differs by more than case', () => {
    expect(foldCase('ß')).not.toBe(foldCase('ss'));
    expect(foldCase('e\u0301')).not.toBe(foldCase('e'));
  });

  it.each(['İstanbul', 'STRASSE', 'ẞ', 'ǅ', 'ada'])('leaves %p alone the second time', (text) => {
    expect(foldCase(foldCase(text))).toBe(foldCase(text));
  });
});

describe('toInstant', () => {
  it.each([
    ['2008-01-23T04:56:22Z', '2008-01-23T04:56:22.000000000Z'],
    ['2008-01-23T04:56:22', '2008-01-23T04:56:22.000000000Z'],
    ['2011-05-13T04:42:34.1234567Z', '2011-05-13T04:42:34.123456700Z'],
    ['2011-05-13T04:42:34.1Z', '2011-05-13T04:42:34.100000000Z'],
    ['2011-05-13T04:42:34.123456789012Z', '2011-05-13T04:42:34.123456789Z'],
    ['2011-05-13T04:42:34.5+02:00', '2011-05-13T02:42:34.500000000Z'],
    ['2011-05-13T04:42:34-05:30', '2011-05-13T10:12:34.000000000Z'],
    ['2011-12-31T23:30:00-01:00', '2012-01-01T00:30:00.000000000Z'],
    ['2011-01-01T00:00:00+14:00', '2010-12-31T10:00:00.000000000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000000000Z'],
    ['2000-02-29T12:00:00+00:00', '2000-02-29T12:00:00.000000000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000000000Z'],
    ['9999-12-31T23:59:59Z', '9999-12-31T23:59:59.000000000Z'],
  ])('of %p is %p', (text, expected) => {
    expect(toInstant(text)).toBe(expected);
  });

  it.each([
    '',
    'yesterday',
    '2024',
    '2024-01-01',
    '2024-01-01 00:00:00Z',
    '2024-01-01T00:00Z',
    '2024-1-1T00:00:00Z',
    '2024-01-01t00:00:00z',
    '2024-01-01T00:00:00.Z',
    '2024-01-01T00:00:00.1234567890123Z',
    '2024-01-01T00:00:00+0200',
    '2024-01-01T00:00:00+25:00',
    '2024-01-01T00:00:00+01:60',
    '2023-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2024-02-30T00:00:00Z',
    '2024-04-31T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-00-10T00:00:00Z',
    '2024-01-00T00:00:00Z',
    '2024-01-01T25:00:00Z',
    '2024-01-01T24:00:00Z',
    '2024-01-01T24:00:01Z',
    '2024-01-01T00:60:00Z',
    '2024-01-01T00:00:60Z',
    '9999-12-31T23:00:00-14:00',
    '0000-01-01T00:00:00+14:00',
    '-0044-03-15T00:00:00Z',
    '12024-01-01T00:00:00Z',
    ' 2024-01-01T00:00:00Z',
    '2024-01-01T00:00:00Z\n',
    '２０２４-01-01T00:00:00Z',
  ])('refuses %p', (text) => {
    expect(toInstant(text)).toBeUndefined();
  });

  it('sorts as text in the order of time, over zones and fractions', () => {
    const inOrder = [
      '2024-03-10T09:00:00+02:00',
      '2024-03-10T08:00:00.0000001Z',
      '2024-03-10T08:00:00.1Z',
      '2024-03-10T08:00:00.25',
      '2024-03-10T01:00:01-07:00',
    ].map((text) => toInstant(text));
    expect([...inOrder].sort()).toEqual(inOrder);
  });
});

describe('the logger', () => {
  const writeOut = createDebug.log;
  afterEach(() => {
    createDebug.log = writeOut;
    createDebug.disable();
  });

  function linesOf(work: () => void): string {
    const lines: unknown[][] = [];
    createDebug.log = (...parts: unknown[]) => lines.push(parts);
    work();
    return lines.map((parts) => parts.map(String).join(' ')).join('\n');
  }

  it('says nothing but errors unless its room is enabled', () => {
    createDebug.enable('express-sso-scim:other');
    const { debug, info, warn, error } = createDebugLogger('scim');
    for (const write of [debug, info, warn]) expect(linesOf(() => write({}, 'entry'))).toBe('');
    expect(linesOf(() => error({}, 'fault'))).toContain('error fault');
  });

  it('tells the cause of an error and the cause of that', () => {
    const err = new Error('outer', { cause: new Error('inner', { cause: 'innermost' }) });
    const line = linesOf(() => createDebugLogger('scim').error({ err }, 'fault'));
    for (const text of ['outer', 'inner', 'innermost']) expect(line).toContain(text);
  });

  it('writes level, sentence and fields, errors with their stack', () => {
    createDebug.enable('express-sso-scim:*');
    const line = linesOf(() => createDebugLogger('scim').warn({ id: 'u1', err: new TypeError('broken') }, 'it failed'));
    expect(line).toContain('warn it failed');
    expect(line).toContain('"id":"u1"');
    expect(line).toContain('"message":"broken"');
    expect(line).toContain('core.test');
  });

  it('prints fields that are no JSON', () => {
    createDebug.enable('express-sso-scim:*');
    const circle: { size: bigint; self?: object } = { size: 7n };
    circle.self = circle;
    expect(linesOf(() => createDebugLogger('scim').info(circle, 'seen'))).toContain('size: 7n');
  });

  it('security 14 lets no control character of a field reach the terminal', () => {
    createDebug.enable('express-sso-scim:*');
    const line = linesOf(() => createDebugLogger('scim').info({ name: 'a\r\n\u001b[2Jb\u202ec\u0085' }, 'seen'));
    expect(line.slice(line.indexOf('"name"'))).toMatch(/^"name":"a\\r\\n\\u001b\[2Jb\\u202ec\\u0085"/);
  });

  it.each([
    ['plain ä 漢', 'plain ä 漢'],
    ['a\u0000b\tc\n', 'a\\u0000b\\u0009c\\u000a'],
    ['\u007f\u009f\u2028\u2066', '\\u007f\\u009f\\u2028\\u2066'],
  ])('escapes control characters of %j', (text, expected) => {
    expect(escapeControls(text)).toBe(expected);
  });
});

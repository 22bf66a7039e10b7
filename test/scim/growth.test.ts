import { describe, expect, it } from '@jest/globals';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { MAX_JSON_KEYS, parseJsonText, refuseDeepValue } from '../../src/http/json-text.js';
import { readRequestPath } from '../../src/http/request-path.js';
import { createProvisioning } from '../../src/provisioning/provisioning.js';
import { ScimError } from '../../src/scim/error.js';
import { bindFilter } from '../../src/scim/filter/bind-filter.js';
import { parseFilter, parsePath } from '../../src/scim/filter/parse-filter.js';
import { readCursor } from '../../src/scim/message/cursor.js';
import { readProjection, returnedRules } from '../../src/scim/message/projection.js';
import { readQueryParameters } from '../../src/scim/message/query-parameters.js';
import { selectionFromQuery } from '../../src/scim/message/search-request.js';
import { isNotModified, requireMatch } from '../../src/scim/message/version.js';
import { applyEdits } from '../../src/scim/patch/apply-edits.js';
import { memberChange, memberIds } from '../../src/scim/patch/member-edits.js';
import { readPatch } from '../../src/scim/patch/patch-edits.js';
import { canonicalResource } from '../../src/scim/schema/canonical-resource.js';
import { createGroupType, createUserType } from '../../src/scim/schema/core-resource-types.js';
import { createServiceProvider } from '../../src/scim/service-provider.js';
import { readAuthorization } from '../../src/tenancy/bearer-token.js';
import { normalizeHost } from '../../src/tenancy/host-name.js';
import { DEFAULT_SCIM_POLICY } from '../../src/tenancy/scim-policy.js';
import { cpuOf, leastCpu } from '../support/cpu-time.js';
import { BULK } from '../support/hostile-input.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { ENTERPRISE } from '../support/scim-site.js';

const USER_TYPE = createUserType();
const GROUP_TYPE = createGroupType();
const RULES = { type: USER_TYPE, id: 'x', policy: DEFAULT_SCIM_POLICY };

/** An input that is eight times as long may cost so many times as much as the short one; by the square it would be 64. */
const LONGER = 8;
const SLACK = 3;
/** Milliseconds of CPU below which nothing is compared. */
const FLOOR = 1.5;

/** What to do, how often, and the length of the short input. */
type Row = readonly [what: string, length: number, times: number, make: (length: number) => () => unknown];

const repeated = (count: number, make: (index: number) => string, separator = ',') =>
  Array.from({ length: count }, (_, index) => make(index)).join(separator);

/** A list of objects of as many keys as one may have; no key comes twice. */
function objects(count: number, keyOf: (index: number) => string): string {
  const inOne = Math.min(count, MAX_JSON_KEYS);
  const object = (from: number) => `{${repeated(inOne, (index) => `"${keyOf(from + index)}":1`)}}`;
  return `[${repeated(Math.floor(count / inOne), (index) => object(index * inOne))}]`;
}

describe('12 what is read costs in proportion to its length', () => {
  const names = ['emails', 'name.givenName', `${ENTERPRISE}:manager.value`, 'nothing', 'x'.repeat(200)];
  const returned = returnedRules(USER_TYPE);

  const json: readonly Row[] = [
    ['keys', 10_000, 1, (n) => () => parseJsonText(objects(n, (i) => `k${i}`))],
    ['keys that are numbers', 4000, 1, (n) => () => parseJsonText(objects(n, (i) => `${i * 65_536}`))],
    ['keys with escapes', 5000, 1, (n) => () => parseJsonText(objects(n, (i) => `\\u006b${i}`))],
    ['backslashes', 100_000, 1, (n) => () => parseJsonText(`"${'\\\\'.repeat(n)}"`)],
    ['quotes', 50_000, 1, (n) => () => parseJsonText(`"${'\\"'.repeat(n)}"`)],
    ['backslashes before quotes', 50_000, 1, (n) => () => parseJsonText(`"${'\\\\\\"'.repeat(n)}"`)],
    ['text without end', 50_000, 1, (n) => () => refusal(() => parseJsonText(`{"a":${'"\\"'.repeat(n)}`))],
    ['empty lists', 50_000, 1, (n) => () => parseJsonText(`[${'[],'.repeat(n)}1]`)],
    ['closing brackets', 200_000, 1, (n) => () => refusal(() => parseJsonText(']'.repeat(n)))],
    ['opening brackets', 200_000, 1, (n) => () => refusal(() => parseJsonText('['.repeat(n)))],
    ['blanks', 500_000, 1, (n) => () => parseJsonText(`${' '.repeat(n)}1`)],
    [
      'parsed by the host: a wide list',
      10_000,
      1,
      (n) => {
        const value = Array.from({ length: n }, () => ({ a: [{}] }));
        return () => refuseDeepValue(value);
      },
    ],
  ];

  const filters: readonly Row[] = [
    ['comparisons', 16, 50, (n) => () => bound(repeated(n, () => 'emails[type eq "work"]', ' or '))],
    ['parentheses', 4, 1000, (n) => () => bound(`${'('.repeat(n)}title pr${')'.repeat(n)}`)],
    ['parentheses without end', 2000, 200, (n) => () => refusal(() => parseFilter('('.repeat(n)))],
    ['brackets without end', 1000, 200, (n) => () => refusal(() => parseFilter('a['.repeat(n)))],
    ['negations without end', 500, 200, (n) => () => refusal(() => parseFilter('not ('.repeat(n)))],
    ['quotes', 1000, 200, (n) => () => bound(`title eq "${'\\"'.repeat(n)}"`)],
    ['a text without end', 1000, 200, (n) => () => refusal(() => parseFilter(`title eq "${'\\"'.repeat(n)}`))],
    ['blanks', 1000, 500, (n) => () => bound(`title${' '.repeat(n)}eq${' '.repeat(n / 2)}"a"`)],
    ['a long name', 2000, 500, (n) => () => refusal(() => bound(`${'a.'.repeat(n / 2)} pr`))],
    ['a long number', 2000, 500, (n) => () => refusal(() => bound(`title eq ${'1'.repeat(n)}`))],
    ['a PATCH path', 100, 1000, (n) => () => parsePath(`emails[${repeated(n / 16, () => 'type eq "a"', ' or ')}]`)],
  ];

  const requests: readonly Row[] = [
    ['segments of a path', 5000, 1, (n) => () => readRequestPath('/a%41'.repeat(n))],
    ['empty segments', 50_000, 1, (n) => () => readRequestPath('/'.repeat(n))],
    ['pairs of a query', 5000, 1, (n) => () => readQueryParameters(repeated(n, (i) => `x${i}=%41`, '&'))],
    ['a parameter', 20_000, 1, (n) => () => readQueryParameters(`filter=${'%41+'.repeat(n)}`)],
    ['brackets in attributes', 5000, 4, (n) => () => selectionFromQuery(new Map([['attributes', '[,],['.repeat(n)]]))],
    [
      'open brackets in attributes',
      50_000,
      4,
      (n) => () => selectionFromQuery(new Map([['attributes', '['.repeat(n)]])),
    ],
    [
      'attributes',
      1000,
      1,
      (n) => {
        const attributes = Array.from({ length: n }, (_, i) => names[i % names.length] ?? '');
        return () => readProjection({ attributes }, USER_TYPE, returned);
      },
    ],
    [
      'excludedAttributes',
      1000,
      1,
      (n) => {
        const excludedAttributes = Array.from({ length: n }, (_, i) => names[i % names.length] ?? '');
        return () => readProjection({ excludedAttributes }, USER_TYPE, returned);
      },
    ],
    [
      'Authorization',
      60,
      5000,
      (n) => () => readAuthorization(`bearer${' '.repeat(n / 2)}bearer${' '.repeat(n / 2)}\u0001`),
    ],
    ['Host', 30, 5000, (n) => () => normalizeHost(`${'a.'.repeat(n / 2)}!`)],
    ['If-None-Match', 2000, 50, (n) => () => isNotModified(',W/"1-'.repeat(n / 6), 'W/"2"')],
    [
      'If-Match',
      2000,
      50,
      (n) => () => refusal(() => requireMatch({ ifMatch: '"-",W/'.repeat(n / 6), ifNoneMatch: undefined }, 2)),
    ],
    ['a cursor', 500, 500, (n) => () => refusal(() => readCursor('A'.repeat(n), 'key', 'query', { count: 1, now: 0 }))],
  ];

  const bodies: readonly Row[] = [
    [
      'values of a resource',
      125,
      10,
      (n) => {
        const emails = Array.from({ length: n }, (_, i) => ({ value: `u${i}@x.example`, type: 'work', primary: true }));
        return () => canonicalResource({ userName: 'a', emails }, USER_TYPE, DEFAULT_SCIM_POLICY);
      },
    ],
    [
      'unknown attributes',
      5000,
      1,
      (n) => {
        const body = Object.fromEntries(Array.from({ length: n }, (_, i) => [`unknown${i}`, i]));
        return () => canonicalResource(body, USER_TYPE, DEFAULT_SCIM_POLICY);
      },
    ],
    [
      'members of a group',
      10_000,
      1,
      (n) => {
        const members = Array.from({ length: n }, (_, i) => ({ value: String(i * 65_536) }));
        return () => memberIds(members);
      },
    ],
    [
      'operations on members',
      5000,
      1,
      (n) => () => changeOfMembers((i) => ({ op: 'remove', path: `members[value eq "${i}"]` }), n),
    ],
    [
      'operations that list members',
      5000,
      1,
      (n) => () =>
        changeOfMembers((i) => ({ op: i % 2 ? 'add' : 'remove', path: 'members', value: [{ value: `${i >> 1}` }] }), n),
    ],
    [
      'operations that replace all members',
      5000,
      1,
      (n) => () => changeOfMembers((i) => ({ op: 'replace', path: 'members', value: [{ value: `${i}` }] }), n),
    ],
    [
      'operations on what nobody knows',
      5000,
      1,
      (n) => () =>
        patched(
          {},
          Array.from({ length: n }, () => ({ op: 'add', value: { nothing: 1 } })),
        ),
    ],
    [
      'attributes of one operation',
      5000,
      1,
      (n) => {
        const value = Object.fromEntries(Array.from({ length: n }, (_, i) => [`unknown${i}`, i]));
        return () => patched({}, [{ op: 'add', value }]);
      },
    ],
  ];

  it.each(json)('JSON: %s', (_, ...row) => requireProportion(...row));
  it.each(filters)('filter: %s', (_, ...row) => requireProportion(...row));
  it.each(requests)('request: %s', (_, ...row) => requireProportion(...row));
  it.each(bodies)('body: %s', (_, ...row) => requireProportion(...row));

  it('looks into no cursor that is longer than it ever gives one', async () => {
    const long = 'A'.repeat(10_000_000);
    const read = () => refusal(() => readCursor(long, 'key', 'query', { count: 1, now: 0 }));
    expect(await leastCpu(20, () => Array.from({ length: 10 }, read))).toBeLessThan(20);
  });
});

describe('12 a PATCH costs in proportion to its operations and to the values they are about', () => {
  const values = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ value: `u${i}@x.example`, type: 'work' }));
  const wide = repeated(60, () => 'type eq "x"', ' or ');
  const rows: readonly (readonly [string, (index: number, count: number) => object])[] = [
    ['adding values', (i) => ({ op: 'add', path: 'emails', value: [{ value: `${i}` }] })],
    ['changing one value', (i) => ({ op: 'replace', path: 'emails[value eq "u9@x.example"].display', value: `${i}` })],
    ['changing a part of all values', (i) => ({ op: 'replace', path: 'emails.display', value: `${i}` })],
    ['replacing all values', (_, count) => ({ op: 'replace', path: 'emails', value: values(count) })],
    [
      'removing values that are listed',
      (i, count) => ({
        op: 'remove',
        path: 'emails',
        value: values(count).map(({ value }) => ({ value: `${i}${value}` })),
      }),
    ],
    ['looking for a value by many comparisons', () => ({ op: 'remove', path: `emails[${wide}]` })],
    ['changing another attribute', (i) => ({ op: 'replace', path: 'displayName', value: `${i}` })],
  ];

  it.each(rows)('%s: operations', async (_, operation) => {
    await requireProportion(4, 1, (n) => {
      const operations = Array.from({ length: n }, (__, index) => operation(index, 300));
      return () => patched({ emails: values(300) }, operations);
    });
  });

  it.each(rows)('%s: values', async (_, operation) => {
    await requireProportion(100, 1, (n) => {
      const operations = Array.from({ length: 12 }, (__, index) => operation(index, n));
      return () => patched({ emails: values(n) }, operations);
    });
  });

  it.each<readonly [string, number, (index: number) => object]>([
    ['operations', 1000, () => ({ op: 'add', path: 'displayName', value: 'x' })],
    ['values', 10, () => ({ op: 'remove', path: 'emails', value: values(1000) })],
    ['comparisons', 200, () => ({ op: 'remove', path: `emails[${repeated(50, () => 'type pr', ' or ')}]` })],
  ])('takes as many %s as it says and refuses more (413)', (_, most, operation) => {
    const operations = Array.from({ length: most + 1 }, (__, index) => operation(index));
    expect(patched({}, operations.slice(1))).toMatchObject({ userName: 'a' });
    expect(refusal(() => patched({}, operations))).toMatchObject({
      status: 413,
      message: expect.stringMatching(/at most/),
    });
  });
});

describe('12 a bulk request costs in proportion to its length', () => {
  it.each<readonly [string, number, number, (count: number) => readonly object[]]>([
    [
      // Each group refers to all before it, which wait for it in turn, and to the next.
      'groups that all refer to each other',
      80,
      3,
      (count) => groups(count, (index) => [...Array(index).keys(), ...(index + 1 < count ? [index + 1] : [])]),
    ],
    [
      'groups each of which refers to the next',
      400,
      LONGER,
      (count) => groups(count, (i) => (i + 1 < count ? [i + 1] : [])),
    ],
    [
      'groups that all refer to the last',
      400,
      LONGER,
      (count) => groups(count, (i) => (i + 1 < count ? [count - 1] : [])),
    ],
    [
      'groups of which the first refers to all',
      400,
      LONGER,
      (count) => groups(count, (i) => (i === 0 ? [...Array(count).keys()].slice(1) : [])),
    ],
    [
      'groups that refer to the first, which refers to all',
      400,
      LONGER,
      (count) => groups(count, (i) => (i === 0 ? [...Array(count).keys()].slice(1) : [0])),
    ],
  ])('%s', async (_, count, times, make) => {
    const [short, long] = [make(count), make(count * times)];
    const ratio = JSON.stringify(long).length / JSON.stringify(short).length;
    await handleBulk(short);
    const bound = Math.max(await cpuOf(() => handleBulk(short)), FLOOR) * ratio * SLACK;
    expect(await leastCpu(bound, () => handleBulk(long))).toBeLessThan(bound);
  });
});

async function requireProportion(
  length: number,
  times: number,
  make: (length: number) => () => unknown,
): Promise<void> {
  const often = (work: () => unknown) => () => {
    for (let left = times; left > 0; left -= 1) work();
  };
  const [short, long] = [often(make(length)), often(make(length * LONGER))];
  short();
  const bound = Math.max(await cpuOf(short), FLOOR) * LONGER * SLACK;
  expect(await leastCpu(bound, long)).toBeLessThan(bound);
}

function refusal(work: () => unknown): ScimError {
  try {
    work();
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

function bound(filter: string): unknown {
  return bindFilter(parseFilter(filter), { type: USER_TYPE, unquotedValues: false });
}

function patched(attributes: object, Operations: readonly object[]): unknown {
  return applyEdits({ userName: 'a', ...attributes }, readPatch({ Operations }, RULES), RULES);
}

function changeOfMembers(operation: (index: number) => object, count: number): unknown {
  const Operations = Array.from({ length: count }, (_, index) => operation(index));
  const edits = readPatch({ Operations }, { ...RULES, type: GROUP_TYPE });
  return memberChange(edits, DEFAULT_SCIM_POLICY, { all: async () => [], hasAny: async () => false });
}

function groups(count: number, refersTo: (index: number) => readonly number[]): readonly object[] {
  return Array.from({ length: count }, (_, index) => ({
    method: 'POST',
    path: '/Groups',
    bulkId: `g${index}`,
    data: { displayName: `g${index}`, members: refersTo(index).map((other) => ({ value: `bulkId:g${other}` })) },
  }));
}

async function handleBulk(Operations: readonly object[]): Promise<void> {
  const storage = createMemoryStorage();
  const clock = { now: () => Date.now() };
  const provider = createServiceProvider({
    storage,
    provisioning: createProvisioning({ storage, clock }),
    schemas: { user: USER_TYPE, group: GROUP_TYPE, custom: [] },
    limits: {
      defaultPageSize: 100,
      maxPageSize: 1000,
      cursorTimeout: 60,
      listCacheBytes: 1 << 20,
      bulk: { maxOperations: 10_000, maxPayloadSize: 1 << 20 },
    },
    clock,
    logger: createRecordingLogger(),
  });
  const scope = { organizationId: 'o', directoryId: 'd' };
  const directory = {
    ...scope,
    id: 'd',
    name: 'd',
    kind: 'default',
    hosts: [],
    policy: {},
    cursorKey: 'k',
    createdAt: '2026-05-31T09:30:00.000Z',
  };
  const context = {
    scope,
    directory,
    principal: { directory },
    policy: DEFAULT_SCIM_POLICY,
    baseUrl: 'https://x.test',
  };
  const body = { schemas: [BULK], Operations };
  const answer = await provider.handle(context, { method: 'POST', segments: ['Bulk'], query: '', body });
  const slots = (
    JSON.parse(String(answer.body ?? '{}')) as { readonly Operations: readonly { readonly status: string }[] }
  ).Operations;
  expect(slots.map(({ status }) => status)).toEqual(Operations.map(() => '201'));
}

import { beforeAll, describe, expect, it } from '@jest/globals';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { expectScimError } from '../support/scim-error.js';
import {
  createGroup,
  createUser,
  list,
  namesOf,
  type Parameters,
  SEARCH,
  UNKNOWN_ID,
  walk,
  withQuery,
} from '../support/scim-resources.js';
import {
  createScimSite,
  ENTERPRISE,
  GROUP,
  PATCH_OP,
  type ScimClient,
  type ScimSite,
  USER,
} from '../support/scim-site.js';

type Case = readonly [row: string, filter: string, names: readonly string[]];

const T0 = Date.parse('2026-03-01T10:00:00.000Z');
const HOUR = 3_600_000;

const BADGES = {
  attributes: [
    { name: 'code', type: 'string', caseExact: true },
    { name: 'logins', type: 'integer' },
    { name: 'score', type: 'decimal' },
    { name: 'hired', type: 'dateTime' },
    { name: 'badge', type: 'binary', caseExact: true },
    { name: 'aliases', type: 'string', multiValued: true },
  ],
} as const;

const PEOPLE = [
  {
    userName: 'Ada',
    externalId: '00uAda',
    title: 'Alpha',
    code: 'Alpha',
    logins: 1,
    score: 1.5,
    hired: '2020-01-01T00:00:00Z',
    profileUrl: 'https://a.example/Ada',
    badge: 'QUJD',
    aliases: ['Countess', 'Enchantress'],
    userType: 'Employee',
    name: { familyName: "O'Malley", givenName: 'Ada' },
    emails: [
      { type: 'work', value: 'ada@example.com', primary: true },
      { type: 'home', value: 'countess@example.org' },
    ],
    ims: [{ type: 'xmpp', value: 'ada@foo.com' }],
    addresses: [{ type: 'work', locality: 'London' }],
    [ENTERPRISE]: { department: 'Engines', employeeNumber: '007', manager: { value: '42' } },
  },
  {
    userName: 'bob',
    externalId: '00uada',
    active: false,
    title: 'beta',
    code: 'beta',
    logins: 10,
    score: -2.25,
    hired: '2021-01-01T00:00:00+01:00',
    profileUrl: 'https://b.example/',
    badge: 'qujd',
    aliases: ['Bobby'],
    userType: 'Intern',
    name: { familyName: 'Young' },
    emails: [
      { type: 'home', value: 'bob@example.com' },
      { type: 'work', value: 'bob@example.org' },
    ],
  },
  {
    userName: 'cy',
    title: 'ALPHABET',
    code: 'ALPHABET',
    logins: 2,
    score: 3,
    hired: '2020-12-31T23:00:00.5000000Z',
    profileUrl: 'https://c.example/cy',
    userType: 'employee',
    emails: [{ type: 'other', value: 'cy@example.net' }],
    [ENTERPRISE]: { department: 'sales' },
  },
  { userName: 'dee' },
];

/** Ids by the names of people and groups; `{Ada}` in a filter stands for hers. */
type Ids = ReadonlyMap<string, string>;

/** Ada and cy are in no sub-group; bob is in two groups; a group is a member of a group; all made an hour apart. */
async function seed(client: ScimClient, clock: { time: number }): Promise<Ids> {
  const ids = new Map<string, string>();
  for (const person of PEOPLE) {
    const { id } = await createUser(client, person.userName, person);
    ids.set(person.userName, id);
    clock.time += HOUR;
  }
  const groups: readonly (readonly [string, readonly string[]])[] = [
    ['Engineers', ['Ada', 'bob']],
    ['Sales', ['bob']],
    ['Company', ['Engineers']],
    ['Nobody', []],
  ];
  for (const [name, members] of groups) {
    const { id } = await createGroup(
      client,
      name,
      members.map((member) => ({ id: ids.get(member) ?? '' })),
    );
    ids.set(name, id);
  }
  const changed = await client.patch(`/Users/${ids.get('Ada')}`, [{ op: 'replace', path: 'nickName', value: 'A' }]);
  expect(changed.body.meta.lastModified).toBe(new Date(clock.time).toISOString());
  return ids;
}

function withIds(filter: string, ids: Ids): string {
  return filter.replace(/\{(\w+)\}/g, (_, name: string) => {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`nobody is called ${name}`);
    return id;
  });
}

function siteAt(clock: { time: number }, storage = createMemoryStorage()): ScimSite {
  return createScimSite({ clock: { now: () => clock.time }, users: BADGES }, storage);
}

const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
const [EVERYBODY, REFUSED] = [['Ada', 'bob', 'cy', 'dee'], undefined];

/** What each operator finds, in the order of OPERATORS. */
const EVERY_OPERATOR: readonly (readonly [string, ...(readonly string[] | undefined)[]])[] = [
  ['title OP "BET"', [], EVERYBODY, ['bob', 'cy'], ['bob'], ['cy'], ['bob'], ['bob'], ['Ada', 'cy'], ['Ada', 'cy']],
  [
    'title OP "alphabet"',
    ['cy'],
    ['Ada', 'bob', 'dee'],
    ['cy'],
    ['cy'],
    ['cy'],
    ['bob'],
    ['bob', 'cy'],
    ['Ada'],
    ['Ada', 'cy'],
  ],
  ['code OP "BET"', [], EVERYBODY, ['cy'], [], ['cy'], ['bob'], ['bob'], ['Ada', 'cy'], ['Ada', 'cy']],
  [
    'code OP "beta"',
    ['bob'],
    ['Ada', 'cy', 'dee'],
    ['bob'],
    ['bob'],
    ['bob'],
    [],
    ['bob'],
    ['Ada', 'cy'],
    ['Ada', 'bob', 'cy'],
  ],
  ['active OP true', ['Ada', 'cy', 'dee'], ['bob'], REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED],
  [
    'logins OP 2',
    ['cy'],
    ['Ada', 'bob', 'dee'],
    REFUSED,
    REFUSED,
    REFUSED,
    ['bob'],
    ['bob', 'cy'],
    ['Ada'],
    ['Ada', 'cy'],
  ],
  [
    'score OP 1.5',
    ['Ada'],
    ['bob', 'cy', 'dee'],
    REFUSED,
    REFUSED,
    REFUSED,
    ['cy'],
    ['Ada', 'cy'],
    ['bob'],
    ['Ada', 'bob'],
  ],
  [
    'score OP -225e-2',
    ['bob'],
    ['Ada', 'cy', 'dee'],
    REFUSED,
    REFUSED,
    REFUSED,
    ['Ada', 'cy'],
    ['Ada', 'bob', 'cy'],
    [],
    ['bob'],
  ],
  [
    'hired OP "2020-12-31T23:00:00.0000000Z"',
    ['bob'],
    ['Ada', 'cy', 'dee'],
    REFUSED,
    REFUSED,
    REFUSED,
    ['cy'],
    ['bob', 'cy'],
    ['Ada'],
    ['Ada', 'bob'],
  ],
  [
    'profileUrl OP "https://B.example/"',
    ['bob'],
    ['Ada', 'cy', 'dee'],
    ['bob'],
    ['bob'],
    ['bob'],
    ['cy'],
    ['bob', 'cy'],
    ['Ada'],
    ['Ada', 'bob'],
  ],
  ['badge OP "QUJD"', ['Ada'], ['bob', 'cy', 'dee'], REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED, REFUSED],
  [
    'aliases OP "countess"',
    ['Ada'],
    ['bob', 'cy', 'dee'],
    ['Ada'],
    ['Ada'],
    ['Ada'],
    ['Ada'],
    ['Ada'],
    ['bob'],
    ['Ada', 'bob'],
  ],
  ['name OP "x"', ...OPERATORS.map(() => REFUSED)],
  ['addresses OP "x"', ...OPERATORS.map(() => REFUSED)],
];

const OPERATOR_CASES = EVERY_OPERATOR.flatMap(([pattern, ...results]) =>
  OPERATORS.map((op, index) => {
    const row = op === 'eq' ? '111' : '114';
    return { row, filter: pattern.replace('OP', op), names: results[index] };
  }),
);

const FOUND: readonly Case[] = [
  ['111', 'userName eq "Ada"', ['Ada']],
  ['111', 'userName eq "Ad"', []],
  ['111', 'id eq "{bob}"', ['bob']],
  ['112', 'userName eq "ADA"', ['Ada']],
  ['112', 'emails.value eq "ADA@Example.COM"', ['Ada']],
  ['112', `${ENTERPRISE}:department eq "ENGINES"`, ['Ada']],
  ['113', 'externalId eq "00uAda"', ['Ada']],
  ['113', 'externalId eq "00uADA"', []],
  ['113', 'externalId sw "00uA"', ['Ada']],
  ['113', 'code eq "alpha"', []],
  ['114', 'title pr', ['Ada', 'bob', 'cy']],
  ['114', 'name pr', ['Ada', 'bob']],
  ['114', 'name.givenName pr', ['Ada']],
  ['114', 'emails pr', ['Ada', 'bob', 'cy']],
  ['114', 'emails.primary pr', ['Ada']],
  ['114', 'active pr', EVERYBODY],
  ['114', 'logins pr and not (aliases pr)', ['cy']],
  ['114', `${ENTERPRISE}:manager pr`, ['Ada']],
  ['114', 'id pr and meta pr and schemas pr and meta.version pr', EVERYBODY],
  ['114', 'emails[display pr]', []],
  ['114', 'emails[type eq "work"] pr', ['Ada', 'bob']],
  ['115', 'meta.created gt "2026-03-01T11:00:00Z"', ['cy', 'dee']],
  ['115', 'meta.created ge "2026-03-01T11:00:00Z"', ['bob', 'cy', 'dee']],
  ['115', 'meta.created lt "2026-03-01T11:00:00.0000001Z"', ['Ada', 'bob']],
  ['115', 'meta.created lt "2026-03-01T11:00:00.0000000Z"', ['Ada']],
  ['115', 'meta.created le "2026-03-01T13:00:00+02:00"', ['Ada', 'bob']],
  ['115', 'meta.created eq "2026-03-01T02:00:00.000-08:00"', ['Ada']],
  ['115', 'meta.created eq "2026-03-01T10:00:00"', ['Ada']],
  ['115', 'meta.lastModified ge "2026-03-01T14:00:00Z"', ['Ada']],
  ['115', 'meta.lastModified gt "2026-03-01T11:30:00Z" and meta.lastModified le "2026-03-01T12:30:00Z"', ['cy']],
  ['115', 'meta.created gt "2015-10-10T14:38:21.8617979-07:00"', EVERYBODY],
  ['117', 'userName eq "ada" or userName eq "bob" and active eq true', ['Ada']],
  ['117', '(userName eq "ada" or userName eq "bob") and active eq true', ['Ada']],
  ['117', '(userName eq "ada" or userName eq "bob") and active eq false', ['bob']],
  ['117', 'active eq false and userName eq "bob" or userName eq "cy"', ['bob', 'cy']],
  ['117', 'active eq false and (userName eq "bob" or userName eq "cy")', ['bob']],
  ['117', 'not (active eq true) or userName eq "cy"', ['bob', 'cy']],
  ['117', 'not (active eq true or userName eq "cy")', ['bob']],
  ['117', 'not (title eq "beta") and logins lt 5', ['Ada', 'cy']],
  ['117', 'not(not(userName eq "dee"))', ['dee']],
  ['117', '((((userName eq "dee"))))', ['dee']],
  ['117', 'userName eq "ada" or userName eq "cy" or userName eq "dee"', ['Ada', 'cy', 'dee']],
  ['117', '(title pr)and(logins pr)or(userName eq "dee")', EVERYBODY],
  ['117', '\t userName  eq   "dee"\t ', ['dee']],
  ['117', 'title pr and userType eq "Employee"', ['Ada', 'cy']],
  ['117', 'userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")', ['Ada']],
  ['117', 'userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")', ['dee']],
  ['118', 'USERNAME EQ "ada" OR UserName Eq "dee"', ['Ada', 'dee']],
  ['118', 'NAME.familyname PR AND Not (ACTIVE eq TRUE)', ['bob']],
  ['118', 'EMAILS[TYPE Eq "WORK" aNd VALUE sW "ada"]', ['Ada']],
  ['118', `${ENTERPRISE.toUpperCase()}:DEPARTMENT pr`, ['Ada', 'cy']],
  ['119', 'emails[type eq "work"]', ['Ada', 'bob']],
  ['119', 'emails[type eq "work" and value co "@example.com"]', ['Ada']],
  ['119', 'emails[type eq "home" and value co "@example.com"]', ['bob']],
  ['119', 'emails[type eq "other" or value ew ".org"]', ['Ada', 'bob', 'cy']],
  ['119', 'emails[not (type eq "work")]', ['Ada', 'bob', 'cy']],
  ['119', 'not (emails[type eq "work"])', ['cy', 'dee']],
  ['119', 'emails[type ne "work" and (primary eq false or primary eq null)]', ['Ada', 'bob', 'cy']],
  ['119', 'emails[primary eq true]', ['Ada']],
  [
    '119',
    'emails[type eq "work" and value co "@example.org"] or ims[type eq "xmpp" and value co "@foo.com"]',
    ['Ada', 'bob'],
  ],
  ['119', 'userType eq "Employee" and emails[type eq "work" and value co "@example.com"]', ['Ada']],
  ['119', 'addresses[type eq "work" and locality eq "london"]', ['Ada']],
  ['119', 'aliases[value sw "enchant"]', ['Ada']],
  ['119', `${USER}:emails[type eq "other"]`, ['cy']],
  ['120', 'emails[type eq "work"].value eq "ada@example.com"', ['Ada']],
  ['120', 'emails[type eq "home"].value eq "ada@example.com"', []],
  ['120', 'emails[type eq "home"].value co "example" and active eq false', ['bob']],
  ['120', 'emails[type eq "work"] co "example.org"', ['bob']],
  ['120', 'emails[type eq "work" and primary eq true].value pr', ['Ada']],
  ['120', 'addresses[type eq "work"].locality sw "Lon"', ['Ada']],
  ['121', 'emails eq "countess@example.org"', ['Ada']],
  ['121', 'emails co "example.org"', ['Ada', 'bob']],
  ['121', 'emails.value ew ".net"', ['cy']],
  ['121', 'emails.type eq "work" and emails.value co "bob@example.com"', ['bob']],
  ['121', 'emails.value ne "cy@example.net"', ['Ada', 'bob', 'dee']],
  ['122', 'name.familyName co "O\'Malley"', ['Ada']],
  ['122', `${USER}:userName sw "A"`, ['Ada']],
  ['122', `${USER}:name.familyName eq "young"`, ['bob']],
  ['122', `${ENTERPRISE}:department eq "Engines"`, ['Ada']],
  ['122', `${ENTERPRISE}:manager.value eq "42"`, ['Ada']],
  ['122', `${ENTERPRISE}:manager eq "42"`, ['Ada']],
  ['122', `schemas eq "${ENTERPRISE}"`, ['Ada', 'cy']],
  ['122', `schemas ne "${ENTERPRISE.toUpperCase()}"`, ['bob', 'dee']],
  ['122', `schemas eq "${USER}"`, EVERYBODY],
  ['122', 'schemas eq "urn:example:nothing"', []],
  ['122', 'meta.resourceType eq "User" and userName eq "cy"', ['cy']],
  ['122', 'meta.resourceType eq "Group"', []],
  ['123', 'active eq true', ['Ada', 'cy', 'dee']],
  ['123', 'active eq "true"', ['Ada', 'cy', 'dee']],
  ['123', 'active eq "False"', ['bob']],
  ['123', 'active eq TRUE and emails[primary eq "True"]', ['Ada']],
  ['123', 'active ne "true"', ['bob']],
  ['124', 'title eq null', ['dee']],
  ['124', 'title ne null', ['Ada', 'bob', 'cy']],
  ['124', 'emails eq NULL', ['dee']],
  ['124', 'name.givenName eq null and active eq true', ['cy', 'dee']],
  ['124', 'logins eq null or badge eq null', ['cy', 'dee']],
  ['124', 'id eq null', []],
  ['126', 'groups.value eq "{Engineers}"', ['Ada', 'bob']],
  ['126', 'groups eq "{Sales}"', ['bob']],
  ['126', 'groups[value eq "{Sales}"]', ['bob']],
  ['126', 'groups.value eq "{Company}"', []],
  ['126', 'groups.value ne "{Sales}" and groups.value eq "{Engineers}"', ['Ada']],
  ['126', `groups.value eq "${UNKNOWN_ID}"`, []],
  ['SE-5', 'email eq "ada@example.com"', ['Ada']],
  ['SE-5', 'EMAIL eq "COUNTESS@example.org"', ['Ada']],
  ['SE-5', 'email eq "nobody@example.com"', []],
];

const FOUND_GROUPS: readonly Case[] = [
  ['111', 'displayName eq "SALES"', ['Sales']],
  ['125', 'members eq "{bob}"', ['Engineers', 'Sales']],
  ['125', 'members.value eq "{Ada}"', ['Engineers']],
  ['125', 'members[value eq "{bob}"]', ['Engineers', 'Sales']],
  ['125', 'MEMBERS[VALUE EQ "{bob}"]', ['Engineers', 'Sales']],
  ['125', `${GROUP}:members.value eq "{Ada}"`, ['Engineers']],
  ['125', 'members eq "{Engineers}"', ['Company']],
  ['125', 'members eq "{dee}"', []],
  ['125', `members eq "${UNKNOWN_ID}"`, []],
  ['125', 'not (members eq "{bob}")', ['Company', 'Nobody']],
  ['125', 'members ne "{bob}"', ['Company', 'Nobody']],
  ['125', 'members eq "{bob}" and members eq "{Ada}"', ['Engineers']],
  [
    '125',
    'members eq "{Engineers}" or members eq "{Ada}" or displayName eq "nobody"',
    ['Engineers', 'Company', 'Nobody'],
  ],
  ['134', 'id eq "{Engineers}" and members eq "{Ada}"', ['Engineers']],
  ['134', 'id eq "{Sales}" and members eq "{Ada}"', []],
  ['134', 'id eq "{Sales}" and members[value eq "{bob}"]', ['Sales']],
];

describe('filters on a small company', () => {
  const clock = { time: T0 };
  let client: ScimClient;
  let ids: Ids;

  beforeAll(async () => {
    client = await siteAt(clock).client();
    ids = await seed(client, clock);
  });

  it.each(OPERATOR_CASES)(
    '$row answers $filter by $names, or 400 where it has no meaning',
    async ({ filter, names }) => {
      if (names) {
        const page = await list(client, '/Users', { filter });
        expect({ names: namesOf(page), total: page.totalResults }).toEqual({ names, total: names.length });
      } else {
        expectScimError(await client.get(withQuery('/Users', { filter })), 400, 'invalidFilter');
      }
    },
  );

  it.each(FOUND)('%s finds users by %s', async (_row, filter, names) => {
    const page = await list(client, '/Users', { filter: withIds(filter, ids) });
    expect({ names: namesOf(page), total: page.totalResults }).toEqual({ names, total: names.length });
  });

  it.each(FOUND_GROUPS)('%s finds groups by %s', async (_row, filter, names) => {
    const page = await list(client, '/Groups', { filter: withIds(filter, ids) });
    expect({ names: namesOf(page), total: page.totalResults }).toEqual({ names, total: names.length });
  });

  it('113 minds letter case in ids', async () => {
    const id = ids.get('Ada') ?? '';
    const turned = id.replace(/[a-z]/gi, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    );
    expect(turned).not.toBe(id);
    expect((await list(client, '/Users', { filter: `id eq "${turned}"` })).totalResults).toBe(0);
  });

  it.each([
    ...['gt', 'ge', 'lt', 'le', 'co', 'sw', 'ew'].flatMap((op) => [
      `active ${op} "true"`,
      `emails[primary ${op} true]`,
      `emails.primary ${op} false`,
      `x509Certificates.value ${op} "QUJD"`,
      `x509Certificates ${op} "QUJD"`,
      `title ${op} null`,
      `schemas ${op} "${USER}"`,
      `meta.resourceType ${op} "User"`,
    ]),
    'logins eq "2"',
    'logins eq true',
    'score eq "1.5"',
    'logins eq 1e999',
    'active eq 1',
    'active eq "yes"',
    'active eq ""',
    'title eq 5',
    'title eq true',
    'hired gt "yesterday"',
    'hired gt "2026-02-30T00:00:00Z"',
    'meta.lastModified gt "2026-03-01"',
    'meta.created gt 20260301',
    'meta.created co "2026"',
  ])('116 refuses %s', async (filter) => {
    expectScimError(await client.get(withQuery('/Users', { filter })), 400, 'invalidFilter');
  });

  it.each([
    ['Users', 'groups pr'],
    ['Users', 'groups.display eq "Sales"'],
    ['Users', 'groups[display eq "Sales"]'],
    ['Users', 'groups co "a"'],
    ['Users', 'groups.value eq null'],
    ['Groups', 'members pr'],
    ['Groups', 'members.display eq "bob"'],
    ['Groups', 'members.type eq "User"'],
    ['Groups', 'members.$ref eq "x"'],
    ['Groups', 'members gt "a"'],
    ['Groups', 'members eq 5'],
    ['Groups', 'members eq null'],
    ['Groups', 'members eq "a\\u0000b"'],
    ['Groups', 'members[value ne "x"]'],
    ['Groups', 'members[value eq "x" and type eq "User"]'],
    ['Groups', 'members[type eq "User"].value eq "x"'],
  ])('125, 126 refuse in %s what is more than one id: %s', async (path, filter) => {
    expectScimError(await client.get(withQuery(`/${path}`, { filter })), 400, 'invalidFilter');
  });

  it.each([
    '',
    ' ',
    'userName',
    'userName eq',
    'userName zz "x"',
    'userName regex "x"',
    'eq "x"',
    '"ada" eq userName',
    'userName eq "ada',
    'userName eq ada"',
    "userName eq 'ada'",
    'userName == "ada"',
    'userName eq "ada" userName eq "bob"',
    'userName eq "ada" "bob"',
    'userName eq "ada" and',
    'userName eq "ada" and and active eq true',
    'and userName eq "ada"',
    'userName eq "ada" or',
    'userName eq "ada" xor title pr',
    'userName eq "ada", title pr',
    'userName eq "ada";',
    '(userName eq "ada"',
    'userName eq "ada")',
    '()',
    'not userName eq "ada"',
    'not ()',
    'emails[type eq "work"',
    'emails[type eq "work"]]',
    'emails[]',
    'emails[type]',
    'emails [type eq "work"]',
    'emails[type eq "work"].',
    'emails[type eq "work"].value',
    'emails[emails[type eq "work"]]',
    'emails[type eq "work"][value pr]',
    'title pr "x"',
    'title prx',
    'title\npr',
    '1userName eq "x"',
    '_title pr',
    '$ pr',
  ])('129 refuses the filter %j', async (filter) => {
    expectScimError(await client.get(withQuery('/Users', { filter })), 400, 'invalidFilter');
    expectScimError(await client.post('/Users/.search', { schemas: [SEARCH], filter }), 400, 'invalidFilter');
  });

  it('129 names the place of the fault', async () => {
    const answer = await client.get(withQuery('/Users', { filter: 'title pr and userName = "ada"' }));
    expect(expectScimError(answer, 400, 'invalidFilter')).toMatch(/at character 14 \("userName = "ada""\)/);
  });

  it.each([
    'nothing eq "x"',
    'nothing pr',
    'not (nothing eq "x")',
    'title pr or nothing pr',
    'userName.first eq "x"',
    'name.nothing eq "x"',
    'name.familyName.x eq "x"',
    'emails[nothing eq "x"]',
    'emails[type.x eq "x"]',
    'emails[type eq "work"].nothing eq "x"',
    'name[familyName eq "x"]',
    'userName[value eq "x"]',
    'emails.value[type eq "x"]',
    'members.value eq "x"',
    'meta.version eq "W/\\"1\\""',
    'meta.location pr or meta.location eq "x"',
    'meta eq "x"',
    'meta.nothing pr',
    'email pr and email.value eq "x"',
    `${USER}:nothing eq "x"`,
    `${USER} eq "x"`,
    `${ENTERPRISE} eq "x"`,
    `${ENTERPRISE}:nothing eq "x"`,
    `${PATCH_OP}:path eq "x"`,
    'constructor eq "x"',
    'toString pr',
    '__proto__ pr',
    'name.constructor eq "x"',
    'emails[constructor pr]',
    'hasOwnProperty.name eq "x"',
  ])('130 refuses %s, which names what a user does not have', async (filter) => {
    expectScimError(await client.get(withQuery('/Users', { filter })), 400, 'invalidFilter');
  });

  it('130 refuses the name of another type', async () => {
    expectScimError(await client.get('/Groups?filter=userName%20eq%20%22x%22'), 400, 'invalidFilter');
    expectScimError(await client.get('/Groups?filter=email%20eq%20%22x%22'), 400, 'invalidFilter');
  });

  it('133 takes + and %20 as blanks, and %2B as a plus', async () => {
    const plus = await createUser(client, 'eve+test@example.com');
    for (const query of [
      'userName+eq+%22eve%2Btest@example.com%22',
      'userName%20eq%20%22eve%2Btest%40example.com%22',
      'userName%09eq%20%22eve%2btest@example.com%22+',
    ]) {
      const { status, body } = await client.get(`/Users?filter=${query}`);
      expect({ status, found: body.Resources }).toEqual({ status: 200, found: [plus] });
    }
    expect((await client.delete(`/Users/${plus.id}`)).status).toBe(204);
  });

  it('133 refuses broken percent-encoding', async () => {
    expectScimError(await client.get('/Users?filter=userName%20eq%20%22%zz%22'), 400, 'invalidSyntax');
    expectScimError(await client.get('/Users?filter=userName%20eq%20%22%ff%22'), 400, 'invalidSyntax');
  });

  describe('with a store that neither filters nor sorts', () => {
    const otherClock = { time: T0 };
    let other: ScimClient;
    let otherIds: Ids;

    beforeAll(async () => {
      const plain = createMemoryStorage({ capabilities: { filtering: false, sorting: false } });
      other = await siteAt(otherClock, plain).client();
      otherIds = await seed(other, otherClock);
    });

    async function answer(asked: ScimClient, known: Ids, path: string, { filter, ...rest }: Parameters) {
      const parameters = filter === undefined ? rest : { ...rest, filter: withIds(String(filter), known) };
      const pages = 'cursor' in rest ? await walk(asked, path, parameters) : [await list(asked, path, parameters)];
      return pages.map((page) => ({ total: page.totalResults, names: namesOf(page) }));
    }

    async function expectAlike(path: string, questions: readonly Parameters[]): Promise<void> {
      for (const parameters of questions) {
        const native = await answer(client, ids, path, parameters);
        const batched = await answer(other, otherIds, path, parameters);
        expect({ path, parameters, answer: batched }).toEqual({ path, parameters, answer: native });
      }
    }

    const indexPages: readonly Parameters[] = [{}, { startIndex: 2, count: 2 }, { count: 0 }];
    const pages: readonly Parameters[] = [...indexPages, { cursor: '', count: 2 }, { cursor: '', count: 3 }];
    const sorts: readonly Parameters[] = [
      ...['userName', 'externalId', 'emails', 'name.familyName', 'logins', 'score', 'hired', 'active'],
    ].flatMap((sortBy) => [{ sortBy }, { sortBy, sortOrder: 'descending' }]);

    it.each(OPERATORS)('135 answers alike by %s on every type', async (op) => {
      const cases = OPERATOR_CASES.filter(({ filter, names }) => names && filter.split(' ')[1] === op);
      expect(cases.length).toBeGreaterThan(4);
      await expectAlike(
        '/Users',
        cases.map(({ filter }) => ({ filter })),
      );
    });

    it('135 answers alike by every other filter', async () => {
      await expectAlike(
        '/Users',
        FOUND.map(([, filter]) => ({ filter })),
      );
      await expectAlike(
        '/Groups',
        FOUND_GROUPS.map(([, filter]) => ({ filter })),
      );
    });

    it.each(sorts)('135 sorts alike by %j, page by page', async (sort) => {
      await expectAlike('/Users', [
        ...pages.map((page) => ({ ...sort, ...page })),
        { ...sort, filter: 'title pr', count: 2 },
      ]);
    });

    it('135 pages alike through filters, memberships and all types', async () => {
      await expectAlike(
        '/Users',
        pages.map((page) => ({ filter: 'active eq true or logins gt 5', ...page })),
      );
      await expectAlike(
        '/Groups',
        pages.map((page) => ({ filter: 'members eq "{bob}"', sortBy: 'displayName', ...page })),
      );
      await expectAlike(
        '/',
        indexPages.map((page) => ({ filter: 'displayName pr or title co "A"', ...page })),
      );
    });
  });
});

describe('what must not be told', () => {
  const wallet = {
    name: 'wallets',
    type: 'complex',
    multiValued: true,
    subAttributes: [
      { name: 'value', type: 'string' },
      { name: 'pin', type: 'string', returned: 'never' },
    ],
  } as const;
  const site = createScimSite({
    users: {
      attributes: [
        { name: 'answer', type: 'string', returned: 'never' },
        { name: 'note', type: 'string', mutability: 'writeOnly' },
        { name: 'vault', type: 'complex', returned: 'never', subAttributes: [{ name: 'value', type: 'string' }] },
        wallet,
        {
          name: 'keys',
          type: 'complex',
          subAttributes: [
            { name: 'value', type: 'string', returned: 'never' },
            { name: 'type', type: 'string' },
          ],
        },
      ],
    },
  });

  it.each([
    'password eq "s3cret"',
    'password ne "s3cret"',
    'password sw "s3c"',
    'password eq s3cret',
    'password pr',
    'password eq null',
    'not (password eq "s3cret")',
    'userName eq "ada" and password sw "s"',
    'PASSWORD eq "s3cret"',
    `${USER}:password eq "s3cret"`,
    'answer eq "s3cret"',
    'answer pr',
    'note eq "s3cret"',
    'vault eq "s3cret"',
    'vault.value sw "s3c"',
    'wallets.pin eq "s3cret"',
    'wallets[pin eq "s3cret"]',
    'wallets[value eq "x" and pin pr]',
    'wallets[value eq "x"].pin sw "s3c"',
    'keys eq "s3cret"',
    'keys.value sw "s3c"',
    'keys ne null',
  ])('131 refuses %s with the same answer whether or not it is so', async (filter) => {
    const client = await site.client({ policy: { unquotedFilterValues: true } });
    const before = await client.get(withQuery('/Users', { filter }));
    expect(expectScimError(before, 400, 'invalidFilter')).not.toContain('s3c');
    await createUser(client, 'ada', {
      password: 's3cret',
      answer: 's3cret',
      note: 's3cret',
      vault: { value: 's3cret' },
      wallets: [{ value: 'x', pin: 's3cret' }],
      keys: { value: 's3cret', type: 'a' },
    });
    const after = await client.get(withQuery('/Users', { filter }));
    expect({ status: after.status, body: after.body }).toEqual({ status: before.status, body: before.body });
    expect((await list(client, '/Users', { filter: 'wallets[value eq "x"] and keys.type eq "a"' })).totalResults).toBe(
      1,
    );
  });
});

describe('names of the host', () => {
  it('SE-5 finds by an attribute "email" of the host where there is one', async () => {
    const site = createScimSite({ users: { attributes: [{ name: 'email', type: 'string' }] } });
    const client = await site.client();
    await createUser(client, 'ada', { email: 'own@example.com', emails: [{ value: 'ada@example.com' }] });
    expect(namesOf(await list(client, '/Users', { filter: 'email eq "own@example.com"' }))).toEqual(['ada']);
    expect((await list(client, '/Users', { filter: 'email eq "ada@example.com"' })).totalResults).toBe(0);
  });

  it('122 keeps apart extensions whose URNs begin alike, and attributes that are named like memberships', async () => {
    const attributes = [
      { name: 'groups', type: 'string' },
      { name: 'place', type: 'complex', subAttributes: [{ name: 'resourceType', type: 'string' }] },
    ] as const;
    const site = createScimSite({
      users: {
        extensions: [
          { schema: { id: 'urn:example:hr', name: 'Hr', attributes } },
          { schema: { id: 'urn:example:hr:more', name: 'More', attributes } },
        ],
      },
    });
    const client = await site.client();
    await createUser(client, 'ada', { 'urn:example:hr': { groups: 'A', place: { resourceType: 'desk' } } });
    await createUser(client, 'bob', { 'urn:example:hr:more': { groups: 'B' } });
    const cases: readonly (readonly [string, readonly string[]])[] = [
      ['urn:example:hr:groups eq "a"', ['ada']],
      ['urn:example:hr:more:groups sw "B"', ['bob']],
      ['urn:example:hr:groups pr', ['ada']],
      ['urn:example:hr:place.resourceType eq "desk"', ['ada']],
      ['schemas eq "urn:example:hr:more"', ['bob']],
    ];
    for (const [filter, names] of cases) {
      expect({ filter, names: namesOf(await list(client, '/Users', { filter })) }).toEqual({ filter, names });
    }
    const sorted = await list(client, '/Users', { sortBy: 'urn:example:hr:more:groups', attributes: 'userName' });
    expect(namesOf(sorted)).toEqual(['bob', 'ada']);
  });

  it('125 keeps apart the members of a group and an attribute of that name in an extension', async () => {
    const schema = { id: 'urn:example:team', name: 'Team', attributes: [{ name: 'members', type: 'string' }] } as const;
    const client = await createScimSite({ groups: { extensions: [{ schema }] } }).client();
    const ada = await createUser(client, 'ada');
    const { body } = await client.post('/Groups', {
      displayName: 'Engineers',
      members: [{ value: ada.id }],
      'urn:example:team:members': 'about five',
    });
    expect(body).toMatchObject({ members: [{ value: ada.id }], 'urn:example:team': { members: 'about five' } });
    for (const filter of ['urn:example:team:members co "five"', `members eq "${ada.id}"`]) {
      expect((await list(client, '/Groups', { filter })).Resources).toEqual([body]);
    }
    expect((await list(client, '/Groups', { sortBy: 'urn:example:team:members' })).totalResults).toBe(1);
  });
});

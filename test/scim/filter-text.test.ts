import { beforeAll, describe, expect, it } from '@jest/globals';
import { leastCpu } from '../support/cpu-time.js';
import { expectScimError } from '../support/scim-error.js';
import { createGroup, createUser, list, namesOf, SEARCH, search, withQuery } from '../support/scim-resources.js';
import { createScimSite, type ScimClient, USER } from '../support/scim-site.js';

describe('text in filters', () => {
  const site = createScimSite();
  const texts = [
    'say "hi" \\ there',
    'tab\there',
    'ü💥 Ünïcode',
    'a) or (title pr',
    'null',
    'true',
    '5',
    "it's",
    '[x]',
  ];
  let client: ScimClient;

  beforeAll(async () => {
    client = await site.client();
    for (const [index, title] of texts.entries()) await createUser(client, `u${index}`, { title });
  });

  it.each(texts.map((text, index) => [text, index] as const))('127 finds the text %j', async (text, index) => {
    const filter = `title eq ${JSON.stringify(text)}`;
    expect(namesOf(await list(client, '/Users', { filter }))).toEqual([`u${index}`]);
    expect(namesOf(await search(client, '/Users/.search', { filter }))).toEqual([`u${index}`]);
  });

  it.each([
    ['title sw "\\u00fc\\ud83d\\udca5"', 'u2'],
    ['title ew "ÜNÏCODE"', 'u2'],
    ['title co "\\"hi\\" \\\\"', 'u0'],
    ['title eq "tab\\there"', 'u1'],
    ['title eq "tab\\u0009here"', 'u1'],
    ['title eq "\\u0069t\'s"', 'u7'],
    ['title eq "\\/" or title eq "\\u005bx\\u005D"', 'u8'],
  ])('127 reads escapes as JSON does: %s', async (filter, name) => {
    expect(namesOf(await list(client, '/Users', { filter }))).toEqual([name]);
  });

  it.each([
    'title eq "\\x"',
    'title eq "\\u12"',
    'title eq "\\"',
    'title eq "a\nb"',
    'title eq "a\tb"',
    'title eq "a\\u0000b"',
    'title eq "\\ud83d"',
    'title eq "a""b"',
  ])('127 refuses text that is no JSON string or that no store can hold: %j', async (filter) => {
    expectScimError(await client.get(withQuery('/Users', { filter })), 400, 'invalidFilter');
  });
});

describe('words without quotes', () => {
  const site = createScimSite();
  const filters = (groupId: string): readonly (readonly [string, string, readonly string[]])[] => [
    ['/Users', 'userName sw O', ['Olga']],
    ['/Users', 'externalId eq jyoung', ['Olga']],
    ['/Users', 'externalId eq 12345', ['Paul']],
    ['/Users', 'meta.Created gt 2015-10-10T14:38:21.8617979-07:00', ['Olga', 'Paul']],
    [
      '/Users',
      'name.FamilyName eq Employee and (emails.Value co example.com or emails.Value co example.org)',
      ['Olga'],
    ],
    ['/Users', 'emails[type eq work].value eq olga@example.org', ['Olga']],
    ['/Users', `groups.value eq ${groupId}`, ['Olga']],
    ['/Users', `schemas eq ${USER}`, ['Olga', 'Paul']],
    ['/Groups', 'displayName eq true', []],
  ];

  async function people(policy: { readonly unquotedFilterValues?: boolean }) {
    const client = await site.client({ policy });
    const olga = await createUser(client, 'Olga', {
      externalId: 'jyoung',
      name: { familyName: 'employee' },
      emails: [{ type: 'work', value: 'olga@example.org' }],
    });
    await createUser(client, 'Paul', { externalId: '12345', active: false });
    const { id } = await createGroup(client, 'Team', [olga]);
    return { client, cases: filters(id) };
  }

  it('128 are refused unless the policy lets them stand', async () => {
    const { client, cases } = await people({});
    for (const [path, filter] of cases) {
      expectScimError(await client.get(withQuery(path, { filter })), 400, 'invalidFilter');
    }
  });

  it('128 mean themselves where the policy lets them stand (Microsoft collections)', async () => {
    const { client, cases } = await people({ unquotedFilterValues: true });
    for (const [path, filter, names] of cases) {
      expect({ filter, names: namesOf(await list(client, path, { filter })) }).toEqual({ filter, names });
    }
    expect(namesOf(await list(client, '/Users', { filter: 'externalId eq null' }))).toEqual([]);
    expectScimError(await client.get(withQuery('/Users', { filter: 'active eq yes' })), 400, 'invalidFilter');
    expectScimError(await client.get(withQuery('/Users', { filter: 'userName eq O lga' })), 400, 'invalidFilter');
  });

  it('128 need no policy for the boolean words, and for the resource type that RFC 7644 writes so', async () => {
    const { client } = await people({});
    expect(namesOf(await list(client, '/Users', { filter: 'active eq False' }))).toEqual(['Paul']);
    expect((await list(client, '/Users', { filter: 'meta.resourceType eq User' })).totalResults).toBe(2);
  });
});

describe('bounds of a filter', () => {
  const site = createScimSite();
  const MAX = { length: 16_384, depth: 32, comparisons: 128, sought: 2048 };
  let client: ScimClient;

  beforeAll(async () => {
    client = await site.client();
    await createUser(client, 'ada', { title: 'x'.repeat(200), emails: [{ value: 'a@example.com', type: 'work' }] });
  });

  function nested(depth: number): string {
    return `${'('.repeat(depth)}userName eq "ada"${')'.repeat(depth)}`;
  }

  function joined(comparisons: number): string {
    return Array.from({ length: comparisons }, (_, index) => `userName co "${index}"`)
      .fill('userName co "d"', 0, 1)
      .join(' or ');
  }

  function long(length: number): string {
    const [head, tail] = ['userName eq "ada" or userName eq "', '"'];
    return `${head}${'x'.repeat(length - head.length - tail.length)}${tail}`;
  }

  /** Quotes count: they are two of the characters that a text is written with. */
  function sought(length: number): string {
    return `userName co "ada" or userName co "${'x'.repeat(length - '"ada"'.length - 2)}"`;
  }

  it.each([
    ['parentheses inside each other', nested(MAX.depth), nested(MAX.depth + 1)],
    [
      'negations inside each other',
      `${'not ('.repeat(32)}title pr${')'.repeat(32)}`,
      `${'not ('.repeat(33)}title pr${')'.repeat(33)}`,
    ],
    [
      'brackets inside parentheses',
      `${'('.repeat(31)}emails[type pr]${')'.repeat(31)}`,
      `${'('.repeat(32)}emails[type pr]${')'.repeat(32)}`,
    ],
    ['comparisons', joined(MAX.comparisons), joined(MAX.comparisons + 1)],
    ['characters', long(MAX.length), long(MAX.length + 1)],
    ['characters looked for', sought(MAX.sought), sought(MAX.sought + 1)],
  ])('132 takes as many %s as it says and refuses one more', async (_name, most, tooMany) => {
    expect(namesOf(await search(client, '/Users/.search', { filter: most }))).toEqual(['ada']);
    const answer = await client.post('/Users/.search', { schemas: [SEARCH], filter: tooMany });
    expect(expectScimError(answer, 400, 'invalidFilter').length).toBeLessThan(300);
  });

  it.each([
    ['open parentheses', '('.repeat(16_000)],
    ['open brackets', 'emails['.repeat(2000)],
    ['negations', 'not '.repeat(4000)],
    ['quotes', `userName eq ${'"'.repeat(16_000)}`],
    ['backslashes', `userName eq "${'\\'.repeat(16_001)}`],
    ['blanks', `userName${' '.repeat(16_000)}eq${' '.repeat(300)}`],
    ['one long name', `${'a.'.repeat(8000)} pr`],
    ['one long operator', `userName ${'e'.repeat(16_000)} "x"`],
    ['one long word', `userName eq ${'1'.repeat(16_000)}`],
    ['many connectives', 'and or '.repeat(2300)],
    // Holds the event loop for seconds in other parsers.
    ['many groups', `${'(a eq 1 or b eq 1) and '.repeat(3)}${'not (a pr) or '.repeat(3)}`],
    ['brackets inside brackets', `emails[${'x'.repeat(8000)}[type eq "${'y'.repeat(8000)}"]]`],
  ])('132 refuses %s at once, in a short sentence', async (_name, filter) => {
    const refused = async () => {
      const answer = await client.post('/Users/.search', { schemas: [SEARCH], filter });
      expect(expectScimError(answer, 400, 'invalidFilter').length).toBeLessThan(300);
    };
    expect(await leastCpu(1000, refused)).toBeLessThan(1000);
  });

  it('132 answers the costliest look for one text in another in a second of work', async () => {
    const big = await site.client();
    // For each place of the long text half of what is looked for has to be compared.
    await createUser(big, 'long', { title: 'a'.repeat(250_000) });
    const half = 'a'.repeat(MAX.sought / 2 - 2);
    const look = async () => {
      const page = await search(big, '/Users/.search', { filter: `title co "${half}b${half}"` });
      expect(page.totalResults).toBe(0);
    };
    expect(await leastCpu(1000, look)).toBeLessThan(1000);
  });

  it('132 answers the costliest filter over a thousand users in two seconds of work', async () => {
    const big = await site.client();
    const scope = { organizationId: big.directory.organizationId, directoryId: big.directory.id };
    const [title, created] = ['x'.repeat(200), '2026-03-01T00:00:00.000Z'];
    for (let index = 0; index < 1000; index += 1) {
      const attributes = { userName: `u${index}`, title };
      await site.storage.directoryUsers.insert(scope, { id: `u${index}`, created, attributes, uniqueKeys: [] });
    }
    const filter = Array.from({ length: MAX.comparisons }, () => 'title co "xxxxxxxxxxxy"').join(' or ');
    const look = async () => {
      const page = await search(big, '/Users/.search', { filter });
      expect(page.totalResults).toBe(0);
    };
    expect(await leastCpu(2000, look)).toBeLessThan(2000);
  });
});

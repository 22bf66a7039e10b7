import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Filter, Storage } from 'express-sso-scim';
import { HAS_POSTGRES_SERVER } from '../support/postgres.js';
import { buffersOf, describeNode, isWholeTable, nodesOf, plansOf, rowsOf } from '../support/query-plan.js';
import { openDatabase, type SqlDatabase } from '../support/sql-databases.js';

const PEOPLE = 1_000_000;
/** So many are written by one statement. */
const BATCH = 50_000;
const GROUP_SIZE = 500;
const AT = '2026-03-01T10:00:00.000Z';
const scope = { organizationId: 'acme', directoryId: 'acme-okta' };
const neighbour = { organizationId: 'acme', directoryId: 'acme-entra' };
/** The first person, whose rows all others are copies of. */
const FIRST = '0000000';

const numberOf = (person: number) => String(person).padStart(FIRST.length, '0');

function equal(path: string, value: string): Filter {
  return { op: 'eq', path: path.split('.'), type: 'string', caseExact: false, value };
}

const PAGE = { startIndex: 1, count: 100 };
const SOMEBODY = numberOf(765_432);

/** What is asked about one person or group. */
const LOOK_UPS: Readonly<Record<string, (storage: Storage) => Promise<unknown>>> = {
  'a person': ({ directoryUsers }) => directoryUsers.get(scope, `u${SOMEBODY}`),
  'a person with groups': ({ directoryUsers }) => directoryUsers.getWithGroups(scope, `u${numberOf(7)}`),
  'people by id': ({ directoryUsers }) => directoryUsers.getMany(scope, ['nobody', `u${SOMEBODY}`, `u${FIRST}`]),
  'a person by userName': ({ directoryUsers }) =>
    directoryUsers.query(scope, { filter: equal('userName', `P${SOMEBODY}@Acme.example`), page: PAGE }),
  'nobody by userName': ({ directoryUsers }) =>
    directoryUsers.query(scope, { filter: equal('userName', 'nobody@acme.example'), page: PAGE }),
  'people by the beginning of userName': ({ directoryUsers }) =>
    directoryUsers.query(scope, {
      filter: { ...equal('userName', `p${SOMEBODY.slice(0, 6)}`), op: 'sw' } as Filter,
      page: PAGE,
    }),
  'a person by e-mail': ({ directoryUsers }) =>
    directoryUsers.query(scope, { filter: equal('emails.value', `m${SOMEBODY}@mail.example`), page: PAGE }),
  'a person by externalId': ({ directoryUsers }) =>
    directoryUsers.query(scope, { filter: equal('externalId', `x${SOMEBODY}`), page: PAGE }),
  'a person by userName or e-mail': ({ directoryUsers }) =>
    directoryUsers.query(scope, {
      filter: {
        op: 'or',
        filters: [equal('userName', `p${SOMEBODY}@acme.example`), equal('emails.value', `m${FIRST}@mail.example`)],
      },
      page: PAGE,
    }),
  'a group by displayName': ({ groups }) => groups.query(scope, { filter: equal('displayName', 'Crew'), page: PAGE }),
  'groups of a person': ({ groups }) =>
    groups.query(scope, { filter: { op: 'hasMember', memberId: `u${numberOf(7)}` }, page: PAGE }),
  'members of a group': ({ groups }) => groups.members(scope, 'crew', { after: '', limit: 100 }),
  'groups of people': ({ groups }) => groups.groupsOf(scope, [`u${numberOf(7)}`, `u${SOMEBODY}`]),
  'a page of a small directory': ({ directoryUsers }) => directoryUsers.query(neighbour, { page: PAGE }),
};

/** What is asked about all: each says how many there are. */
const PAGES: Readonly<Record<string, (storage: Storage) => Promise<{ readonly total: number }>>> = {
  'the first page': ({ directoryUsers }) => directoryUsers.query(scope, { page: PAGE }),
  'a page by cursor': ({ directoryUsers }) => directoryUsers.query(scope, { page: { after: '', count: 100 } }),
  'a deep page by cursor': ({ directoryUsers }) =>
    directoryUsers.query(scope, { page: { after: String(PEOPLE - 50_000), count: 100 } }),
};

// A million rows are too many for the embedded PostgreSQL, see HAS_POSTGRES_SERVER.
(HAS_POSTGRES_SERVER ? describe : describe.skip)('a directory of a million people on PostgreSQL', () => {
  let database: SqlDatabase;
  let storage: Storage;

  beforeAll(async () => {
    database = await openDatabase('postgres');
    storage = await database.storage();
    for (const at of [scope, neighbour]) {
      const attributes = {
        userName: `p${FIRST}@acme.example`,
        displayName: `Person ${FIRST}`,
        externalId: `x${FIRST}`,
        emails: [{ value: `m${FIRST}@mail.example` }],
      };
      const uniqueKeys = [`userName:${attributes.userName}`];
      await storage.directoryUsers.insert(at, { id: `u${FIRST}`, created: AT, attributes, uniqueKeys });
    }
    for (let first = 1; first < PEOPLE; first += BATCH) {
      await copyFirst(first, Math.min(first + BATCH, PEOPLE) - 1);
      console.log(`${Math.min(first + BATCH, PEOPLE) - 1} of ${PEOPLE} people are there`);
    }
    const crew = { id: 'crew', created: AT, attributes: { displayName: 'Crew' }, uniqueKeys: [] };
    const ids = Array.from({ length: GROUP_SIZE }, (_, person) => `u${numberOf(person)}`);
    await storage.groups.insert(scope, crew, { ids, unknown: 'refuse' });
    await database.send('vacuum (analyze) sso_resources');
    await database.send('analyze');
  }, 900_000);

  afterAll(() => database.close());

  /** The rows of the first person once more for each of these numbers. */
  async function copyFirst(first: number, last: number): Promise<void> {
    for (const table of ['resources', 'unique_keys', 'emails']) {
      const columns = await database.send(
        `select column_name as name, data_type as type from information_schema.columns
          where table_schema = '${database.options.schema}' and table_name = 'sso' || '_${table}' and is_identity = 'NO'`,
      );
      const copies = columns.map(({ name, type }) => {
        const text = `replace(r.${name}::text, '${FIRST}', lpad(n::text, ${FIRST.length}, '0'))`;
        return type === 'text' || type === 'jsonb' ? `${text}::${type}` : `r.${name}`;
      });
      const names = columns.map(({ name }) => name).join(', ');
      const id = table === 'resources' ? 'id' : 'resource_id';
      await database.send(
        `insert into sso_${table} (${names}) select ${copies.join(', ')} from sso_${table} as r,
          generate_series(${first}, ${last}) as n where r.directory_id = '${scope.directoryId}' and r.${id} = 'u${FIRST}'
          order by n`,
      );
    }
  }

  it('holds them, and they are found', async () => {
    const page = await storage.directoryUsers.query(scope, { page: { startIndex: 1, count: 1 } });
    expect(page.total).toBe(PEOPLE);
    const found = await storage.directoryUsers.query(scope, {
      filter: equal('emails.value', `M${SOMEBODY}@MAIL.example`),
      page: PAGE,
    });
    expect(found).toMatchObject({ total: 1, items: [{ id: `u${SOMEBODY}` }] });
  });

  it.each(Object.entries(LOOK_UPS))('reads %s by an index, and little else', async (_what, call) => {
    const plans = await plansOf(database, () => call(storage));
    const nodes = plans.flatMap(nodesOf);
    expect(nodes.filter(isWholeTable).map(describeNode)).toEqual([]);
    expect(nodes.filter((node) => rowsOf(node) > 2 * PAGE.count).map(describeNode)).toEqual([]);
    expect(buffersOf(plans)).toBeLessThan(3000);
    expect(buffersOf(plans)).toBeGreaterThan(0);
  });

  it.each(Object.entries(PAGES))('reads %s by an index, counts in an index, and sorts nothing', async (_what, call) => {
    const plans = await plansOf(database, () => call(storage));
    const nodes = plans.flatMap(nodesOf);
    expect(nodes.filter(isWholeTable).map(describeNode)).toEqual([]);
    // The total is the number of entries of an index; nothing else is more than a page.
    const large = nodes.filter((node) => rowsOf(node) > 2 * PAGE.count);
    expect(large.filter((node) => node['Node Type'] !== 'Index Only Scan').map(describeNode)).toEqual([]);
    const [{ pages } = {}] = await database.send(
      "select relpages as pages from pg_class where oid = 'sso_resources'::regclass",
    );
    expect(buffersOf(plans)).toBeLessThan(Number(pages) / 5);
  });
});

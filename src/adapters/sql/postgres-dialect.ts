import type { Fault, SqlDialect } from './sql-dialect.js';
import { raw, sql } from './sql-text.js';
import { codeOf, isLostConnection, messageOf } from './thrown.js';

/** Codes of PostgreSQL, or the class that they begin with (its manual, appendix A). */
const FAULTS: ReadonlyMap<string, Fault> = new Map([
  ['23505', 'taken'],
  ['40001', 'conflict'],
  ['40P01', 'conflict'],
  ['08', 'unavailable'],
  ['25006', 'unavailable'],
  ['28', 'unavailable'],
  ['3D', 'unavailable'],
  ['53', 'unavailable'],
  ['55P03', 'unavailable'],
  ['57', 'unavailable'],
  ['58', 'unavailable'],
  // What the role of the connection may not do is not what the client did wrong.
  ['42501', 'unavailable'],
  ['3F000', 'unmigrated'],
  ['42P01', 'unmigrated'],
  ['42703', 'unmigrated'],
  ['42883', 'unmigrated'],
]);

/** What the driver and its pool say without a code. */
const LOST =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered|Cannot use a pool)/;

/** PostgreSQL 13 and later. */
export const POSTGRES: SqlDialect = {
  name: 'postgres',
  encoding: "current_setting('server_encoding')",
  parameter: (position) => `$${position}`,
  forUpdate: 'for update',
  forUpdateOfFree: 'for update skip locked',

  entries: (list) => `jsonb_array_elements_text(cast(${list} as jsonb)) with ordinality as entry(value, place)`,
  // Each text by itself: a list as a condition invites a scan, which compares every row with the whole list.
  ofEach: (table, alias, column, list) =>
    `(select distinct value from jsonb_array_elements_text(cast(${list} as jsonb)) as listed(value)) as e cross join lateral ` +
    `(select * from ${table} as t where t.organization_id = {organizationId} and t.${column} = e.value offset 0) as ${alias}`,
  records: (list, columns) =>
    `(select place, ${columns.map((column, index) => `value ->> ${index} as ${column}`).join(', ')} ` +
    `from jsonb_array_elements(cast(${list} as jsonb)) with ordinality as listed(value, place)) as entry`,
  // Reading all of a document costs several times what looking for the word does.
  isFalse: (document, key) =>
    `(case when strpos(${document}, 'false') > 0 then coalesce(cast(${document} as jsonb) ->> '${key}' = 'false', false) ` +
    'else false end)',
  nameLock: (name, kind) =>
    `select pg_advisory_xact_lock${kind === 'shared' ? '_shared' : ''}(hashtextextended(${name}, 0))`,
  listOf: (query) => `(select json_agg(value order by place)::text from (${query}) as listed)`,
  among: (column, query) => `${column} = any(array(${query}))`,
  pair: (first, second) => `json_build_array(${first}, ${second})::text`,
  later: (at, previous) =>
    `case when ${at} > ${previous} then ${at} ` +
    `else to_char(${previous}::timestamp + interval '1 millisecond', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end`,
  greatest: (a, b) => `greatest(${a}, ${b})`,

  nodes: (node, keys, alias) =>
    sql`jsonb_path_query(${node}, cast(${`$${keys.map((key) => `."${key}"[*]`).join('')}`} as jsonpath)) as ${raw(alias)}(node)`,
  nodeOf: (alias) => raw(`${alias}.node`),
  slot: (node, name) => sql`(${node} ->> ${raw(`'${name}'`)}) collate "C"`,
  pick: (node, key, indexKey) =>
    sql`(${node} -> cast(${key} as text) -> coalesce(cast(${node} ->> cast(${indexKey} as text) as integer), 0))`,
  boundText: (value) => sql`cast(${value} as text)`,
  contains: (text, part) => sql`strpos(${text}, ${part}) > 0`,
  startsWith: (text, part) => sql`starts_with(${text}, ${part})`,
  endsWith: (text, part) => sql`right(${text}, length(${part})) = ${part}`,

  types: {
    sequence: 'bigint generated always as identity primary key',
    text: 'text collate "C"',
    integer: 'bigint',
    document: 'jsonb',
  },

  joinsStatements: true,
  commitsAlone: true,
  faultOf(thrown) {
    const code = codeOf(thrown);
    // Codes of Node.js may be as long as one of PostgreSQL: EPIPE.
    if (isLostConnection(thrown) || LOST.test(messageOf(thrown))) return 'unavailable';
    return code.length === 5 ? (FAULTS.get(code) ?? FAULTS.get(code.slice(0, 2))) : undefined;
  },
  transaction: (kysely, work) => kysely.transaction().setIsolationLevel('read committed').execute(work),
  migrationLock: (tables) => `select pg_advisory_xact_lock(hashtext('express-sso-scim'), hashtext('${tables}'))`,
};

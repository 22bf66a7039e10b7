import { CompiledQuery } from 'kysely';
import type { Fault, SqlDialect } from './sql-dialect.js';
import { joined, raw, sql } from './sql-text.js';
import { codeOf, isLostConnection, messageOf } from './thrown.js';

/** Result codes of SQLite; longer ones begin with these. */
const FAULTS: readonly (readonly [RegExp, Fault])[] = [
  [/^SQLITE_(BUSY|LOCKED)/, 'conflict'],
  [/^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)/, 'taken'],
  [/^SQLITE_(FULL|READONLY|IOERR|CANTOPEN|CORRUPT|NOTADB|NOMEM|PROTOCOL|PERM|AUTH)/, 'unavailable'],
];

/** SQLite 3.38 and later, by Kysely's `SqliteDialect`: libsql, better-sqlite3. */
export const SQLITE: SqlDialect = {
  name: 'sqlite',
  encoding: "'UTF8'",
  parameter: () => '?',
  // There is one writer at a time.
  forUpdate: '',
  forUpdateOfFree: '',

  entries: (list) => `(select value, key as place from json_each(${list})) as entry`,
  ofEach: (table, alias, column, list) =>
    `(select distinct value from json_each(${list})) as e cross join ${table} as ${alias} ` +
    `on ${alias}.organization_id = {organizationId} and ${alias}.${column} = e.value`,
  records: (list, columns) =>
    `(select key as place, ${columns.map((column, index) => `json_extract(value, '$[${index}]') as ${column}`).join(', ')} ` +
    `from json_each(${list})) as entry`,
  isFalse: (document, key) => `coalesce(json_extract(${document}, '$.${key}') = 0, 0)`,
  nameLock: () => '',
  listOf: (query) => `(select json_group_array(value) from (select value from (${query}) order by place))`,
  among: (column, query) => `${column} in (${query})`,
  // With a text behind it, it is a text and no longer JSON to be nested.
  pair: (first, second) => `json_array(${first}, ${second}) || ''`,
  later: (at, previous) =>
    `case when ${at} > ${previous} then ${at} else strftime('%Y-%m-%dT%H:%M:%fZ', ${previous}, '+0.001 seconds') end`,
  greatest: (a, b) => `max(${a}, ${b})`,

  nodes: (node, keys, alias) =>
    joined(
      keys.map((key, depth) => {
        const inside = depth === 0 ? node : raw(`${alias}_${depth - 1}.value`);
        return sql`json_each(${inside}, ${`$."${key}"`}) as ${raw(`${alias}_${depth}`)}`;
      }),
      ', ',
    ),
  nodeOf: (alias, keys) => raw(`${alias}_${keys.length - 1}.value`),
  slot: (node, name) => sql`json_extract(${node}, ${raw(`'$.${name}'`)})`,
  pick: (node, key, indexKey) =>
    sql`json_extract(${node}, ${`$."${key}"[`} || coalesce(json_extract(${node}, ${`$."${indexKey}"`}), 0) || ']')`,
  boundText: (value) => sql`${value}`,
  contains: (text, part) => sql`instr(${text}, ${part}) > 0`,
  startsWith: (text, part) => sql`substr(${text}, 1, length(${part})) = ${part}`,
  endsWith: (text, part) => sql`substr(${text}, max(1, length(${text}) - length(${part}) + 1)) = ${part}`,

  types: {
    sequence: 'integer primary key autoincrement',
    text: 'text',
    integer: 'integer',
    document: 'text',
  },

  joinsStatements: false,
  // libsql leaves a statement open that found the file locked; until it is collected, SQLite commits nothing by itself
  // and refuses `commit`. Only the refusal can be noticed.
  commitsAlone: false,
  faultOf(thrown) {
    const code = codeOf(thrown);
    const fault = FAULTS.find(([pattern]) => pattern.test(code))?.[1];
    if (fault) return fault;
    const message = messageOf(thrown);
    if (/^no such (table|column)/.test(message) || /has no column named/.test(message)) return 'unmigrated';
    return isLostConnection(thrown) || /database connection is not open/.test(message) ? 'unavailable' : undefined;
  },

  transaction: (kysely, work) =>
    kysely.connection().execute(async (connection) => {
      // A transaction that begins as a reader and then writes fails at once when somebody else has written meanwhile.
      await connection.executeQuery(CompiledQuery.raw('begin immediate'));
      try {
        const result = await work(connection);
        await connection.executeQuery(CompiledQuery.raw('commit'));
        return result;
      } catch (error) {
        // After some faults SQLite has rolled back by itself, and says that there is nothing to roll back.
        await connection.executeQuery(CompiledQuery.raw('rollback')).catch(() => undefined);
        throw error;
      }
    }),
  migrationLock: () => 'select 1',
};

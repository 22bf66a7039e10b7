import type pg from 'pg';

/** By table, the statement that says what is compared of the one in a schema. */
export type TableViews = Readonly<Record<string, (schema: string) => string>>;

/**
 * What every table of resources says, without what differs by nature: resources are named by the user or display name instead of
 * their random id, and nothing is numbered. Times are part of it: while rows are compared all clocks stand still.
 */
export const RESOURCE_VIEWS: TableViews = {
  resources: (schema) =>
    "select type, version, created, last_modified, deleted_at, access_ending, kept, attributes, search - 'id' as search," +
    ' unique_keys, key_entries, user_name, display_name, user_name_key, external_id_key, display_name_key' +
    ` from "${schema}".sso_resources`,
  unique_keys: (schema) =>
    `select ${NAME}, k.type, k.unique_key from "${schema}".sso_unique_keys as k ${joined(schema, 'r', 'k.resource_id')}`,
  emails: (schema) =>
    `select ${NAME}, e.email_key from "${schema}".sso_emails as e ${joined(schema, 'r', 'e.resource_id')}`,
  memberships: (schema) =>
    `select r.display_name_key, u.user_name_key from "${schema}".sso_memberships as m ` +
    `${joined(schema, 'r', 'm.group_id')} ${joined(schema, 'u', 'm.member_id')}`,
  group_counters: (schema) =>
    'select r.display_name_key, c.shard, c.changes, c.changed_at, c.members ' +
    `from "${schema}".sso_group_counters as c ${joined(schema, 'r', 'c.group_id')}`,
};

const NAME = 'coalesce(r.user_name_key, r.display_name_key) as name';

function joined(schema: string, alias: string, id: string): string {
  return `left join "${schema}".sso_resources as ${alias} on ${alias}.id = ${id}`;
}

/**
 * Compares the rows in two schemas.
 * @param schemas by the name that each has in the sentence
 * @throws {Error} with some of the rows that are only in one of them.
 */
export async function compareRows(
  pool: pg.Pool,
  schemas: Readonly<Record<string, string>>,
  views: TableViews,
): Promise<void> {
  const [[ours = '', first = ''] = [], [bare = '', second = ''] = []] = Object.entries(schemas);
  for (const [table, view] of Object.entries(views)) {
    // Sorting all rows takes long: that is for those that differ.
    const [mine, other] = [await sumOf(pool, view(first)), await sumOf(pool, view(second))];
    if (mine === other) continue;
    const only = (a: string, b: string) => `(${view(a)} except all ${view(b)} limit 2)`;
    const { rows } = await pool.query(
      `select '${ours}' as only_in, a.* from ${only(first, second)} as a ` +
        `union all select '${bare}', b.* from ${only(second, first)} as b`,
    );
    throw new Error(`${bare} does not write the same rows into ${table}:\n${JSON.stringify(rows, undefined, 2)}`);
  }
}

/** How many rows there are, and a sum that is another one as soon as one of them differs, in whatever order they are. */
async function sumOf(pool: pg.Pool, view: string): Promise<string> {
  const { rows } = await pool.query(
    `select count(*) as rows, sum(hashtextextended(r::text, 0)) as sum from (${view}) as r`,
  );
  return JSON.stringify(rows);
}

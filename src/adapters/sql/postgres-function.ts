/** A function in the database, in PL/pgSQL. */
interface FunctionText {
  readonly name: string;
  /** Name and type of what it is given, in order. */
  readonly parameters: readonly string[];
  /** Name and type of the columns of its rows. */
  readonly columns: readonly string[];
  readonly variables?: readonly string[];
  /** Tables with several indexes that its look-ups could go by: which one is good, only statistics tell. */
  readonly tables?: readonly string[];
  readonly body: string;
}

/** A table with fewer rows is taken for one that is still growing. */
const KNOWN_SIZE = 1000;

/**
 * The statement that makes a function. A statement that comes without a name is planned each time, which is most of what
 * a small change costs; inside a function each session plans it once. It runs with the rights of its caller, and, as all
 * statements do, finds tables by the schema that is named, or else by the `search_path` of its caller.
 *
 * A plan that is made while a table is empty would stay when it no longer is. So no plan may look at a whole table, and
 * none is kept before there are statistics, if it depends on them.
 *
 * The text is part of a migration: once that is released, another text needs a migration of its own.
 */
export function createFunction({ name, parameters, columns, variables = [], tables, body }: FunctionText): string {
  const lines = body.split('\n').map((line) => line.trim());
  const sizes = tables?.map(
    (table) => `(select c.reltuples from pg_catalog.pg_class as c where c.oid = '${table}'::regclass)`,
  );
  return [
    `create function ${name}(${parameters.join(', ')})`,
    `returns table (${columns.join(', ')}) language plpgsql security invoker`,
    'set plan_cache_mode = force_generic_plan set enable_seqscan = off as $function$',
    '#variable_conflict use_column',
    ...(variables.length > 0 ? ['declare', ...variables.map((variable) => `${variable};`)] : []),
    'begin',
    ...(sizes === undefined
      ? []
      : [
          `if least(${sizes.join(', ')}) < ${KNOWN_SIZE} then`,
          "perform set_config('plan_cache_mode', 'force_custom_plan', true);",
          'end if;',
        ]),
    ...lines.filter((line) => line !== ''),
    'end',
    '$function$',
  ].join('\n');
}

/** Name and type of what a function tells of a resource: what `recordColumns` reads. */
export const RECORD_COLUMNS: readonly string[] = [
  'sequence bigint',
  'id text',
  'created text',
  'attributes text',
  'unique_keys text',
  'access_ending bigint',
  'version bigint',
  'last_modified text',
];

/** The condition that a row is of the organization and directory that a function is given. */
export function own(alias: string): string {
  return `${alias}.organization_id = in_organization_id and ${alias}.directory_id = in_directory_id`;
}

/** Rows `e(value)` with the texts of a JSON list. */
export function textsOf(list: string): string {
  return `jsonb_array_elements_text(${list}::jsonb) as e(value)`;
}

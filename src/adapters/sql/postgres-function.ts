/** A function in the database, in PL/pgSQL. */
interface FunctionText {
  readonly name: string;
  /** Name and type of what it is given, in order. */
  readonly parameters: readonly string[];
  /** Name and type of the columns of its row, if it gives one. */
  readonly columns: readonly string[];
  readonly variables?: readonly string[];
  readonly body: string;
}

/**
 * The statement that makes a function. A statement that comes without a name is planned each time, which is most of what
 * a small change costs; inside a function each session plans it once. It runs with the rights of its caller.
 *
 * Its text is part of a migration: once that is released, another text needs a migration of its own.
 */
export function createFunction({ name, parameters, columns, variables = [], body }: FunctionText): string {
  const lines = body.split('\n').map((line) => line.trim());
  return [
    `create function ${name}(${parameters.join(', ')})`,
    `returns table (${columns.join(', ')}) language plpgsql security invoker`,
    // One plan for all values: each look-up here is one by a unique index, whatever is looked for.
    'set plan_cache_mode = force_generic_plan as $function$',
    '#variable_conflict use_column',
    ...(variables.length > 0 ? ['declare', ...variables.map((variable) => `${variable};`)] : []),
    ...lines.filter((line) => line !== ''),
    '$function$',
  ].join('\n');
}

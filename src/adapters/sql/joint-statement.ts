import type { Row } from './access.js';
import type { SqlStatement } from './sql-text.js';

/** Several statements as one, whose single row tells the rows of each. */
export interface JointStatement {
  readonly statement: SqlStatement;
  /** The rows of each statement, in their order. */
  rowsOf(row: Row | undefined): readonly (readonly Row[])[];
}

/**
 * Puts statements for PostgreSQL that know nothing of each other into one, which is one round trip. All of them see the
 * tables as they are before; functions run in the order of the statements. Rows come back as JSON: texts, and numbers that
 * JavaScript holds exactly.
 */
export function joinStatements(statements: readonly SqlStatement[]): JointStatement {
  const values = statements.flatMap((statement) => statement.values);
  let before = 0;
  const parts = statements.map(({ text, values: own }, index) => {
    const shift = before;
    before += own.length;
    const renumbered = text.replace(/\$(\d+)/g, (_, position: string) => `$${Number(position) + shift}`);
    return `s${index} as (${renumbered})`;
  });
  const lists = statements.map(({ text }, index) =>
    hasRows(text) ? `(select json_agg(s${index})::text from s${index}) as r${index}` : `null as r${index}`,
  );
  return {
    statement: { text: `with ${parts.join(', ')} select ${lists.join(', ')}`, values },
    rowsOf: (row) =>
      statements.map((_, index) => {
        const list = row?.[`r${index}`];
        return typeof list === 'string' ? (JSON.parse(list) as readonly Row[]) : [];
      }),
  };
}

function hasRows(text: string): boolean {
  return /^select\b|\breturning\b/.test(text);
}

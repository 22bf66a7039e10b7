import type { SqlDialect } from './sql-dialect.js';

/** What a statement may be given as a bound value. Booleans and lists travel as numbers and JSON. */
export type SqlValue = string | number | null;

/** A part of a statement: text, and values that are bound wherever it ends up. */
export type Sql = readonly (string | { readonly value: SqlValue })[];

/** A statement that is ready to be sent. */
export interface SqlStatement {
  readonly text: string;
  readonly values: readonly SqlValue[];
}

/**
 * Writes SQL. What is inserted is another part, or else becomes a bound value, strings above all: text from outside
 * cannot become SQL. Trusted text goes in by {@link raw}.
 */
export function sql(texts: TemplateStringsArray, ...inserts: readonly (Sql | SqlValue)[]): Sql {
  return texts.flatMap((text, index) => {
    const insert = inserts[index - 1];
    if (index === 0) return [text];
    return typeof insert === 'object' && insert !== null ? [...insert, text] : [{ value: insert ?? null }, text];
  });
}

/** Text of our own that is SQL already: the name of a table, an operator. */
export function raw(text: string): Sql {
  return [text];
}

/** Puts parts next to each other with a text between them. */
export function joined(parts: readonly Sql[], separator: string): Sql {
  return parts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]));
}

/** Numbers the bound values as the dialect wants them. */
export function render(parts: Sql, { parameter }: Pick<SqlDialect, 'parameter'>): SqlStatement {
  const values: SqlValue[] = [];
  const texts = parts.map((part) => (typeof part === 'string' ? part : parameter(values.push(part.value))));
  return { text: texts.join(''), values };
}

/** A statement whose text is made once, with places for named values. */
export type Prepared<N extends string> = (values: Readonly<Record<N, SqlValue>>) => SqlStatement;

/** Prepares a statement in which `{name}` stands for a value; a name may come more than once. */
export function prepare<N extends string>(text: string, { parameter }: Pick<SqlDialect, 'parameter'>): Prepared<N> {
  const names: string[] = [];
  const rendered = text.replace(/\{(\w+)\}/g, (_, name: string) => parameter(names.push(name)));
  return (values) => {
    const given: Readonly<Record<string, SqlValue>> = values;
    return { text: rendered, values: names.map((name) => given[name] ?? null) };
  };
}

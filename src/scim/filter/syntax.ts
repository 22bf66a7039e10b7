import type { ComparisonOperator } from '../../storage/query.js';

/**
 * A filter as written, before names mean anything (RFC 7644 section 3.4.2.2, figure 1). `attribute` is the name in the
 * client's spelling, with URN and sub-attribute if it had them.
 */
export type FilterSyntax =
  | { readonly op: 'and' | 'or'; readonly terms: readonly FilterSyntax[] }
  | { readonly op: 'not'; readonly term: FilterSyntax }
  | { readonly op: 'pr'; readonly target: FilterTarget }
  | { readonly op: 'element'; readonly attribute: string; readonly term: FilterSyntax }
  | { readonly op: ComparisonOperator; readonly target: FilterTarget; readonly literal: FilterLiteral };

/** What a comparison looks at: `name.familyName`, or `emails[type eq "work"].value`, which no RFC has but Entra sends. */
export interface FilterTarget {
  readonly attribute: string;
  readonly selector?: FilterSyntax;
  readonly subAttribute?: string;
}

/** The value compared with, and its text as written; just `bare` text when that is no JSON literal. */
export type FilterLiteral =
  | { readonly value: string | number | boolean | null; readonly text: string }
  | { readonly bare: string };

/** Writes a filter so that parsing gives it back. */
export function printFilter(filter: FilterSyntax): string {
  switch (filter.op) {
    case 'and':
    case 'or':
      return filter.terms.map((term) => printTerm(term)).join(` ${filter.op} `);
    case 'not':
      return `not (${printFilter(filter.term)})`;
    case 'pr':
      return `${printTarget(filter.target)} pr`;
    case 'element':
      return `${filter.attribute}[${printFilter(filter.term)}]`;
    default:
      return `${printTarget(filter.target)} ${filter.op} ${printLiteral(filter.literal)}`;
  }
}

function printTerm(term: FilterSyntax): string {
  return term.op === 'and' || term.op === 'or' ? `(${printFilter(term)})` : printFilter(term);
}

function printTarget({ attribute, selector, subAttribute }: FilterTarget): string {
  const element = selector ? `[${printFilter(selector)}]` : '';
  return `${attribute}${element}${subAttribute ? `.${subAttribute}` : ''}`;
}

function printLiteral(literal: FilterLiteral): string {
  return 'bare' in literal ? literal.bare : literal.text;
}

import type { ComparisonOperator } from '../../storage/query.js';
import { badRequest, type ScimType } from '../error.js';
import type { FilterLiteral, FilterSyntax, FilterTarget } from './syntax.js';

/**
 * Bounds that keep the cost of any filter small: characters, parentheses and brackets inside each other, comparisons, and
 * characters looked for by `co`, each of which may be compared with each of a long text.
 */
export const FILTER_LIMITS = { length: 16_384, depth: 32, comparisons: 128, sought: 2048 } as const;

const NAME = /[A-Za-z$][\w$:./+-]*/y;
const BLANKS = /[ \t]*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const BARE = /[^\s()[\]"]+/y;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const OPERATORS: ReadonlySet<string> = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le']);

/**
 * Parses a filter (RFC 7644 section 3.4.2.2) by one pass over its text.
 * @throws {ScimError} 400 invalidFilter that names the place.
 */
export function parseFilter(text: string): FilterSyntax {
  const parser = new FilterParser(text, 'invalidFilter');
  const filter = parser.expression();
  parser.end();
  return filter;
}

/** What stands before, in and after the brackets of a PATCH path (RFC 7644 section 3.5.2, figure 7). */
export interface PathSyntax {
  readonly attribute: string;
  readonly selector?: FilterSyntax;
  readonly subAttribute?: string;
}

/**
 * Parses the path of a PATCH operation: a name, or a name with a filter in brackets.
 * @throws {ScimError} 400 invalidPath that names the place.
 */
export function parsePath(text: string): PathSyntax {
  const parser = new FilterParser(text, 'invalidPath');
  const path = parser.path();
  parser.end();
  return path;
}

class FilterParser {
  readonly #text: string;
  readonly #fault: ScimType;
  #at = 0;
  #depth = 0;
  #comparisons = 0;
  #sought = 0;

  constructor(text: string, fault: 'invalidFilter' | 'invalidPath') {
    this.#text = text;
    this.#fault = fault;
    if (text.length > FILTER_LIMITS.length) this.#fail(`is longer than ${FILTER_LIMITS.length} characters`);
  }

  expression(): FilterSyntax {
    return this.#chain('or', () => this.#chain('and', () => this.#term()));
  }

  end(): void {
    this.#skipBlanks();
    if (this.#at < this.#text.length) this.#fail('has unexpected text');
  }

  path(): PathSyntax {
    return this.#target(this.#name());
  }

  #chain(op: 'and' | 'or', next: () => FilterSyntax): FilterSyntax {
    const terms = [next()];
    while (this.#word(op)) terms.push(next());
    const [only] = terms;
    return only && terms.length === 1 ? only : { op, terms };
  }

  #term(): FilterSyntax {
    this.#skipBlanks();
    if (this.#text[this.#at] === '(') return this.#nested('(', ')');
    const start = this.#at;
    const name = this.#name();
    if (name.toLowerCase() === 'not') {
      this.#skipBlanks();
      if (this.#text[this.#at] === '(') return { op: 'not', term: this.#nested('(', ')') };
    }
    const target = this.#target(name);
    if (target.selector && !target.subAttribute && this.#atTermEnd()) {
      return { op: 'element', attribute: target.attribute, term: target.selector };
    }
    this.#comparisons += 1;
    if (this.#comparisons > FILTER_LIMITS.comparisons) {
      this.#fail(`has more than ${FILTER_LIMITS.comparisons} comparisons`);
    }
    return this.#comparison(target, start);
  }

  #comparison(target: FilterTarget, start: number): FilterSyntax {
    this.#skipBlanks();
    const op = this.#match(NAME)?.toLowerCase();
    if (op === 'pr') return { op: 'pr', target };
    if (op === undefined || !isOperator(op)) {
      this.#at = start;
      return this.#fail('lacks a comparison such as `userName eq "ada"`');
    }
    this.#skipBlanks();
    const before = this.#at;
    const literal = this.#literal();
    if (op === 'co') this.#sought += this.#at - before;
    if (this.#sought > FILTER_LIMITS.sought) this.#fail(`looks for more than ${FILTER_LIMITS.sought} characters by co`);
    return { op, target, literal };
  }

  #nested(open: '(' | '[', close: ')' | ']'): FilterSyntax {
    this.#depth += 1;
    if (this.#depth > FILTER_LIMITS.depth) this.#fail(`is nested deeper than ${FILTER_LIMITS.depth} levels`);
    this.#at += open.length;
    const inner = this.expression();
    this.#skipBlanks();
    if (this.#text[this.#at] !== close) this.#fail(`lacks a "${close}"`);
    this.#at += close.length;
    this.#depth -= 1;
    return inner;
  }

  #target(attribute: string): FilterTarget {
    if (this.#text[this.#at] !== '[') return { attribute };
    const selector = this.#nested('[', ']');
    if (this.#text[this.#at] !== '.') return { attribute, selector };
    this.#at += 1;
    return { attribute, selector, subAttribute: this.#name() };
  }

  #literal(): FilterLiteral {
    const quoted = this.#match(STRING);
    if (quoted !== undefined) return { value: this.#unquote(quoted), text: quoted };
    const bare = this.#match(BARE);
    if (bare === undefined) return this.#fail('lacks a value');
    const lower = bare.toLowerCase();
    if (lower === 'true' || lower === 'false') return { value: lower === 'true', text: bare };
    if (lower === 'null') return { value: null, text: bare };
    const value = NUMBER.test(bare) ? Number(bare) : Number.NaN;
    return Number.isFinite(value) ? { value, text: bare } : { bare };
  }

  #unquote(quoted: string): string {
    try {
      return JSON.parse(quoted) as string;
    } catch {
      return this.#fail('has a text value that breaks the rules of JSON strings before');
    }
  }

  #atTermEnd(): boolean {
    this.#skipBlanks();
    const next = this.#text[this.#at];
    return next === undefined || next === ')' || next === ']' || this.#peekWord('and') || this.#peekWord('or');
  }

  #word(word: string): boolean {
    this.#skipBlanks();
    if (!this.#peekWord(word)) return false;
    this.#at += word.length;
    return true;
  }

  #peekWord(word: string): boolean {
    const after = this.#text[this.#at + word.length];
    return (
      this.#text.slice(this.#at, this.#at + word.length).toLowerCase() === word &&
      (after === ' ' || after === '\t' || after === '(')
    );
  }

  #name(): string {
    this.#skipBlanks();
    return this.#match(NAME) ?? this.#fail('lacks an attribute name');
  }

  #skipBlanks(): void {
    BLANKS.lastIndex = this.#at;
    BLANKS.exec(this.#text);
    this.#at = BLANKS.lastIndex;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #fail(fault: string): never {
    const noun = this.#fault === 'invalidFilter' ? 'filter' : 'path';
    // What stands beside the word may be somebody's password: it is not repeated.
    const near = /password/i.test(this.#text) ? '' : this.#text.slice(this.#at, this.#at + 24);
    throw badRequest(this.#fault, `The ${noun} ${fault} at character ${this.#at + 1}${near ? ` ("${near}")` : ''}.`);
  }
}

function isOperator(word: string): word is ComparisonOperator {
  return OPERATORS.has(word);
}

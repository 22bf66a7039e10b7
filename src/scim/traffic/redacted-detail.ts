import { foldCase } from '../../core/fold.js';
import { isName, isOrdinary } from './redacted-names.js';
import { kindOf } from './value-kind.js';

const MOST_VALUES = 500;
const LONGEST = 1000;
/** Details show at most so much of a value. */
const CUTS = [64, 128];

/**
 * The sentence of an answer without what the client said of anybody: values of its request are replaced by their kind,
 * and so is whatever stands in quotes and is no name.
 * @param given what the client sent: the body, and parts of the address
 */
export function redactDetail(detail: string, given: readonly unknown[]): string {
  const values = valuesOf(given);
  const isValue = (text: string) => values.has(foldCase(text));
  let text = detail.slice(0, LONGEST);
  // First whole: a value may hold quotes itself.
  for (const value of foldCase(text).length === text.length ? values : []) {
    for (const cut of [value, ...CUTS.map((length) => value.slice(0, length))]) {
      const place = cut === '' ? -1 : foldCase(text).indexOf(`"${cut}"`);
      if (place >= 0) text = `${text.slice(0, place)}"${kindOf(cut)}"${text.slice(place + cut.length + 2)}`;
    }
  }
  return text
    .replace(/"([^"]*)"/g, (whole, inner: string) => {
      if (/^<[\w ]+>$/.test(inner)) return whole;
      const [name = ''] = inner.split('[');
      return isName(name) && !isValue(inner) ? `"${inner.replace(/\[.*\]/, '[…]')}"` : `"${kindOf(inner)}"`;
    })
    .replace(/[^\s"<>]+/g, (word) => {
      const bare = word.replace(/^[('/]+|[)'.,;:]+$/g, '');
      const mask = bare.includes('@') ? kindOf(bare) : isValue(bare) && !isOrdinary(bare) ? '<text>' : undefined;
      return mask === undefined ? word : word.replace(bare, mask);
    });
}

/** The texts that a client sent, folded; those of names left out. */
function valuesOf(given: readonly unknown[]): ReadonlySet<string> {
  const values = new Set<string>();
  const waiting: unknown[] = [...given];
  for (let seen = 0; seen < MOST_VALUES && waiting.length > 0; seen += 1) {
    const value = waiting.shift();
    if (typeof value === 'string') values.add(foldCase(value.trim()));
    else if (Array.isArray(value)) waiting.push(...value.slice(0, MOST_VALUES));
    else if (typeof value === 'object' && value !== null) {
      // An operation's path and name are what the sentence is about.
      const parts = Object.entries(value).filter(([name]) => !/^(?:op|path|schemas|method)$/i.test(name));
      waiting.push(...parts.slice(0, MOST_VALUES).map(([, part]) => part));
    }
  }
  return values;
}

import { isName, isOrdinary } from './redacted-names.js';
import { kindOf } from './value-kind.js';

const LONGEST = 2000;
const TOKEN = /"(?:[^"\\]|\\.)*"?|[^\s()[\]"]+|[\s()[\]]+/g;
const PLAIN = /^([A-Za-z$][\w$.:-]{0,255} (?:eq|ne|co|sw|ew) )"([^"\\]{0,512})"$/i;
const OPERATOR = /^(?:eq|ne|co|sw|ew|gt|ge|lt|le|pr)$/i;
const WORD = /^(?:and|or|not)$/i;

/**
 * A filter with the kind of each value in place of the value. A word counts as a name where a name belongs: before an
 * operator or a bracket, or behind a bracket.
 */
export function redactFilter(text: string): string {
  // What nearly every look-up is: one comparison.
  const [whole, before, value = ''] = PLAIN.exec(text) ?? [];
  if (whole !== undefined) return `${before}"${isOrdinary(value) ? value : kindOf(value)}"`;
  const tokens = text.slice(0, LONGEST).match(TOKEN) ?? [];
  const words = tokens.flatMap((token, index) => (/^[\s()[\]]/.test(token) ? [] : [index]));
  const redacted = tokens.map((token, index) => {
    if (/^[\s()[\]]/.test(token)) return token;
    const place = words.indexOf(index);
    const before = tokens[words[place - 1] ?? -1] ?? '';
    const after = tokens[words[place + 1] ?? -1] ?? '';
    if (token.startsWith('"')) return quoted(token);
    if (OPERATOR.test(token) || WORD.test(token)) return token;
    if (OPERATOR.test(before) && !/^pr$/i.test(before)) return isOrdinary(token) ? token : kindOf(token);
    const isPlaced = OPERATOR.test(after) || tokens[index + 1]?.startsWith('[') || tokens[index - 1]?.endsWith(']');
    const isSubAttribute = token.startsWith('.') && isName(token.slice(1));
    return isPlaced && (isName(token) || isSubAttribute) ? token : kindOf(token);
  });
  return `${redacted.join('')}${text.length > LONGEST ? '…' : ''}`;
}

/** The path of a PATCH: a name, or one with a filter in it. */
export function redactAttributePath(text: string): string {
  return isName(text) ? text : redactFilter(text);
}

function quoted(token: string): string {
  const value = token.slice(1, token.endsWith('"') ? -1 : undefined);
  return isOrdinary(value) ? token : `"${kindOf(value)}"`;
}

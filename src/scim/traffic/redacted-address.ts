import { redactAttributePath, redactFilter } from './redacted-filter.js';
import { isEndpoint } from './redacted-names.js';
import { isGuid, kindOf } from './value-kind.js';

const LONGEST = 1000;

/** The parameters of SCIM, by their lower-case names. */
const PARAMETERS: ReadonlyMap<string, (value: string) => string> = new Map([
  ['filter', redactFilter],
  ['attributes', redactList],
  ['excludedattributes', redactList],
  ['sortby', redactList],
  ['sortorder', redactList],
  ['startindex', redactNumber],
  ['count', redactNumber],
  ['cursor', kindOf],
]);

/** Below the base URL: endpoints and ids that were made here stay, everything else becomes its kind. */
export function redactPath(segments: readonly string[], endpoints: ReadonlySet<string>): string {
  const shown = segments.slice(0, 6).map((segment) => {
    const stays = isEndpoint(segment, endpoints) || isGuid(segment) || /^urn:[\w:.-]{1,200}$/i.test(segment);
    return stays ? segment : kindOf(segment);
  });
  return `/${shown.join('/')}`;
}

/** A query string with the kind of each value in place of the value; names that are none of SCIM become `<text>`. */
export function redactQuery(query: string): string | undefined {
  if (query === '') return undefined;
  const parts = query.split('&', 20).map((part) => {
    const mark = part.indexOf('=');
    const name = decoded(mark < 0 ? part : part.slice(0, mark));
    const redact = PARAMETERS.get(name.toLowerCase());
    if (redact) return `${name}=${redact(decoded(mark < 0 ? '' : part.slice(mark + 1)))}`;
    // The flag of Entra comes from the address that its administrator has typed in.
    return /^aadOpt\w{0,30}$/i.test(name) ? name : '<text>';
  });
  return parts.join('&').slice(0, LONGEST);
}

function redactList(value: string): string {
  return value
    .split(',', 50)
    .map((name) => redactAttributePath(name.trim()))
    .join(',');
}

function redactNumber(value: string): string {
  return /^-?\d{1,12}$/.test(value) ? value : kindOf(value);
}

function decoded(text: string): string {
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

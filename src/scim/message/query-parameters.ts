import { badRequest } from '../error.js';

const KNOWN: ReadonlySet<string> = new Set([
  'attributes',
  'excludedattributes',
  'filter',
  'sortby',
  'sortorder',
  'startindex',
  'count',
  'cursor',
]);

/**
 * The query parameters that SCIM knows, by lower-case name (identity providers vary the case). Others are left out:
 * administrators paste flags such as `?aadOptscim062020` into the base URL.
 * @throws {ScimError} 400 for a parameter given twice or with broken percent-encoding.
 */
export function readQueryParameters(query: string): ReadonlyMap<string, string> {
  const parameters = new Map<string, string>();
  if (query === '') return parameters;
  for (const pair of query.split('&')) {
    const equals = pair.indexOf('=');
    const name = (equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    if (!KNOWN.has(name)) continue;
    if (parameters.has(name)) throw badRequest('invalidValue', `The parameter "${name}" is given twice.`);
    parameters.set(name, decode(equals < 0 ? '' : pair.slice(equals + 1)));
  }
  return parameters;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw badRequest('invalidSyntax', 'The query string has broken percent-encoding.');
  }
}

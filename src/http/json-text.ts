import { badRequest } from '../scim/error.js';

/** Deepest nesting of a body. SCIM needs about six levels; `JSON.parse` would take any. */
export const MAX_JSON_DEPTH = 64;

/** Most keys of one object. A resource has some dozens; a body of nothing but keys would take seconds to look up. */
export const MAX_JSON_KEYS = 1000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Parses JSON that may come from anybody: one pass over the text refuses deep nesting, objects of very many keys, and keys
 * given twice, of which `JSON.parse` silently keeps the last.
 * @throws {ScimError} 400 invalidSyntax.
 */
export function parseJsonText(text: string): unknown {
  refuseHostileShape(text);
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('invalidSyntax', 'The body is not JSON.');
  }
}

function refuseHostileShape(text: string): void {
  // The keys of each object that is open; `undefined` for an open list.
  const open: (Set<string> | undefined)[] = [];
  let keyNext = false;
  for (let at = 0; at < text.length; at += 1) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at + 1);
        if (keyNext) {
          addKey(open.at(-1), text.slice(at + 1, end));
          keyNext = false;
        }
        at = end;
        break;
      }
      case OPEN_BRACE:
        open.push(new Set());
        keyNext = true;
        break;
      case OPEN_BRACKET:
        open.push(undefined);
        keyNext = false;
        break;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        open.pop();
        keyNext = false;
        break;
      case COMMA:
        keyNext = open.at(-1) !== undefined;
        break;
      case COLON:
        keyNext = false;
        break;
    }
    if (open.length > MAX_JSON_DEPTH) {
      throw badRequest('invalidSyntax', `The body is nested deeper than ${MAX_JSON_DEPTH} levels.`);
    }
  }
}

/** Where the closing quote stands; the end of the text when there is none. */
function endOfString(text: string, from: number): number {
  let end = text.indexOf('"', from);
  while (end > 0 && isEscaped(text, end, from)) end = text.indexOf('"', end + 1);
  return end < 0 ? text.length : end;
}

function isEscaped(text: string, quote: number, from: number): boolean {
  let backslashes = 0;
  for (let at = quote - 1; at >= from && text.charCodeAt(at) === BACKSLASH; at -= 1) backslashes += 1;
  return backslashes % 2 === 1;
}

function addKey(keys: Set<string> | undefined, raw: string): void {
  const key = raw.includes('\\') ? unescaped(raw) : raw;
  if (keys?.has(key)) throw badRequest('invalidSyntax', `The body gives the key "${key.slice(0, 64)}" twice.`);
  keys?.add(key);
  if (keys && keys.size > MAX_JSON_KEYS) {
    throw badRequest('invalidSyntax', `The body has an object with more than ${MAX_JSON_KEYS} keys.`);
  }
}

function unescaped(raw: string): string {
  try {
    return JSON.parse(`"${raw}"`) as string;
  } catch {
    return raw;
  }
}

/** Refuses nesting that is too deep in a body that the host has parsed. @throws {ScimError} 400 invalidSyntax. */
export function refuseDeepValue(value: unknown): void {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_JSON_DEPTH) {
      throw badRequest('invalidSyntax', `The body is nested deeper than ${MAX_JSON_DEPTH} levels.`);
    }
    level = level.flatMap((each) => (typeof each === 'object' && each !== null ? Object.values(each) : []));
  }
}

import { sha256 } from '../../core/sha256.js';
import type { AttributePath } from '../../storage/query.js';
import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import { textsAt } from '../../storage/texts-at.js';

/** Longer keys are kept as their beginning and a hash: PostgreSQL indexes no text of more than some 2,700 bytes. */
const LONGEST = 300;

/** So many characters at the beginning of every key are its own. */
export const OWN_BEGINNING = 150;

/** The form of a text in an index: equal texts have equal keys, and different texts different ones. */
export function indexKey(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${[...text.slice(0, OWN_BEGINNING * 2)].slice(0, OWN_BEGINNING).join('')}#${sha256(text)}`;
}

/** What stands in an index column for a value that is no single text. Look-ups find it whatever they look for. */
export const ODD = '';

/** Whether a text is its own key, which no other text has and which stands for nothing else. */
export function isWholeKey(text: string): boolean {
  return text !== ODD && text.length <= LONGEST;
}

/** What of a resource is looked up. */
export interface LookupKeys {
  readonly userName: string | null;
  readonly displayName: string | null;
  readonly userNameKey: string | null;
  readonly externalIdKey: string | null;
  readonly displayNameKey: string | null;
  readonly emails: readonly string[];
}

/** The keys of a user, or of anything else. They are folded: what is found by them may be more than what matches. */
export function lookupKeys(type: string, attributes: JsonObject): LookupKeys {
  const isUser = type === 'User';
  return {
    userName: textOf(attributes['userName']),
    displayName: textOf(attributes['displayName']),
    userNameKey: isUser ? columnKey(attributes, 'userName') : null,
    externalIdKey: columnKey(attributes, 'externalId'),
    displayNameKey: isUser ? null : columnKey(attributes, 'displayName'),
    emails: isUser ? [...new Set(keysAt(attributes, ['emails', 'value']))].sort() : [],
  };
}

function textOf(value: JsonValue | undefined): string | null {
  return typeof value === 'string' ? value : null;
}

function columnKey(attributes: JsonObject, name: string): string | null {
  const [key] = keysAt(attributes, [name]);
  if (key === undefined) return null;
  return typeof attributes[name] === 'string' ? key : ODD;
}

function keysAt(attributes: JsonObject, path: AttributePath): readonly string[] {
  return textsAt(attributes, path).map(indexKey);
}

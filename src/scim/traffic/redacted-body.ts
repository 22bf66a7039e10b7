import type { JsonValue } from '../../storage/resource-store.js';
import { redactPath } from './redacted-address.js';
import { redactAttributePath, redactFilter } from './redacted-filter.js';
import { isName, isOrdinary } from './redacted-names.js';
import { kindOf } from './value-kind.js';

const MOST_PARTS = 250;
const MOST_ELEMENTS = 3;
const MOST_KEYS = 40;
const DEEPEST = 8;

const URN = /^(?:urn:[\w:.-]{1,200}|http:\/\/schemas\.microsoft\.com\/[\w./]{1,200})$/i;
const METHOD = /^(?:GET|POST|PUT|PATCH|DELETE)$/i;
const OPERATION = /^(?:add|remove|replace)$/i;

/**
 * The form of a body: names and structure, and the kind of each value in place of the value. What stays are values that
 * are the same for everybody: `schemas`, operations and their paths, types of elements, whether somebody is active. Long
 * lists and large bodies are cut.
 */
export function redactBody(body: unknown, endpoints: ReadonlySet<string>): JsonValue | undefined {
  if (body === undefined) return undefined;
  let left = MOST_PARTS;

  function redact(value: unknown, key: string, depth: number, isActive: boolean): JsonValue {
    left -= 1;
    if (left < 0 || depth > DEEPEST) return '<more>';
    if (value === null) return null;
    if (Array.isArray(value)) return redactElements(value, key, depth, isActive);
    if (typeof value === 'object') return redactObject(value, depth);
    if (typeof value === 'string') return redactText(value, key, isActive, endpoints);
    if (typeof value === 'boolean') return isActive || /^(?:active|primary)$/i.test(key) ? value : '<boolean>';
    return /^(?:startIndex|count|failOnErrors)$/i.test(key) && typeof value === 'number' ? value : '<number>';
  }

  function redactElements(list: readonly unknown[], key: string, depth: number, isActive: boolean): JsonValue {
    const shown = list.slice(0, MOST_ELEMENTS).map((element) => redact(element, key, depth + 1, isActive));
    return list.length > shown.length ? [...shown, `<${list.length - shown.length} more>`] : shown;
  }

  function redactObject(object: object, depth: number): JsonValue {
    const parts: [string, JsonValue][] = [];
    const names = Object.keys(object);
    // The value of an operation says whether somebody is active where its path does.
    const isActive = /(?:^|:)active$/i.test(String(Reflect.get(object, 'path') ?? ''));
    for (const name of names.slice(0, MOST_KEYS)) {
      const value = redact(Reflect.get(object, name), name, depth + 1, isActive && /^value$/i.test(name));
      parts.push([isName(name) ? name : '<text>', value]);
    }
    if (names.length > MOST_KEYS) parts.push(['<more>', `<${names.length - MOST_KEYS} more>`]);
    return Object.fromEntries(parts);
  }

  return redact(body, '', 0, false);
}

function redactText(text: string, key: string, isActive: boolean, endpoints: ReadonlySet<string>): string {
  switch (key.toLowerCase()) {
    case 'schemas':
      return URN.test(text) ? text : kindOf(text);
    case 'op':
      return OPERATION.test(text) ? text : kindOf(text);
    case 'method':
      return METHOD.test(text) ? text : kindOf(text);
    case 'path':
      return text.startsWith('/') ? redactPath(text.split('/').slice(1), endpoints) : redactAttributePath(text);
    case 'filter':
      return redactFilter(text);
    case 'attributes':
    case 'excludedattributes':
      return isName(text) ? text : kindOf(text);
    case 'type':
    case 'active':
    case 'primary':
      return isOrdinary(text) ? text : kindOf(text);
    default:
      return isActive && isOrdinary(text) ? text : kindOf(text);
  }
}

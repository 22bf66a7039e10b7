import { foldCase } from '../../core/fold.js';
import { toInstant } from '../../core/instant.js';
import { isJsonList } from '../../storage/json-list.js';
import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import { numberKey } from './number-key.js';

/**
 * One value in a search document. A string has its folded form in `t`, itself in `x` where that differs, and in `i` the
 * instant that it names, if any; a number has a sortable text in `n`; a boolean `0` or `1` in `b`. What `pr` does not
 * count as present has `e`. The parts of a complex value are lists of nodes, each under `.` and its name, and where the
 * element that sorting prefers is not the first of its list, `^` and the name give its index.
 */
interface SearchNode {
  [slot: string]: string | number | SearchNode[];
}

/** No list is that long: nothing is found at this index. */
const NOWHERE = 2_000_000_000;

/**
 * The text of the JSON document that filters and sorts look into. It is made of the attributes such that every
 * comparison of the port is one of plain texts in binary order, with no fold, no date and no number for the database
 * to get wrong. Lists within lists are flattened: filters walk all of them anyway.
 *
 * @param id is a list of one node under `id`
 */
export function searchDocument(id: string, attributes: JsonObject): string {
  const document = objectNode(attributes);
  document['id'] = [stringNode(id)];
  return JSON.stringify(document);
}

/** The name of an attribute as a key of the document: without anything that a path of SQL could take for syntax. */
export function memberKey(name: string): string {
  return `.${safeName(name)}`;
}

/** The key under which the index of the preferred element is. */
export function preferredKey(name: string): string {
  return `^${safeName(name)}`;
}

function safeName(name: string): string {
  return name.replace(/[^\w:.-]/gu, (character) => `%${character.codePointAt(0)?.toString(16)}%`);
}

function node(value: JsonValue): SearchNode {
  switch (typeof value) {
    case 'string':
      return stringNode(value);
    case 'number':
      return { n: numberKey(value) };
    case 'boolean':
      return { b: value ? '1' : '0' };
    default:
      return value === null || isJsonList(value) ? { e: 1 } : objectNode(value);
  }
}

function stringNode(text: string): SearchNode {
  if (text === '') return { t: '', e: 1 };
  const folded = foldCase(text);
  if (folded === text) return { t: text };
  const instant = toInstant(text);
  return instant === undefined ? { t: folded, x: text } : { t: folded, x: text, i: instant };
}

function objectNode(value: JsonObject): SearchNode {
  const members: SearchNode = {};
  let isPresent = false;
  for (const [name, member] of Object.entries(value)) {
    const list = isJsonList(member) ? member : [member];
    const nodes = flatten(list).map(node);
    if (!isPresent) isPresent = nodes.some((inner) => inner['e'] === undefined);
    members[memberKey(name)] = nodes;
    const preferred = preferredIndex(list);
    if (preferred !== 0) members[preferredKey(name)] = preferred;
  }
  if (!isPresent) members['e'] = 1;
  return members;
}

function flatten(list: readonly JsonValue[]): JsonValue[] {
  return list.flatMap((element) => (isJsonList(element) ? flatten(element) : [element]));
}

/** Where, in the flattened list, the element is that sorting looks at: the primary one, else the first. */
function preferredIndex(list: readonly JsonValue[]): number {
  const index = Math.max(0, list.findIndex(isPrimary));
  const preferred = list[index];
  if (preferred === undefined) return 0;
  return isJsonList(preferred) ? NOWHERE : flatten(list.slice(0, index)).length;
}

function isPrimary(element: JsonValue): boolean {
  return typeof element === 'object' && element !== null && !isJsonList(element) && element['primary'] === true;
}

import type { JsonSchema } from '../../admin/admin-route.js';

/** What a form sends: names with one or more texts. */
export type FormValues = ReadonlyMap<string, readonly string[]>;

interface Branch {
  readonly texts: string[];
  readonly children: Map<string, Branch>;
}

const MOST_NAMES = 20_000;
const DEEPEST = 6;

/** Reads pairs as a form or a query sends them. */
export function formValues(text: string): FormValues {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(text)) {
    const there = values.get(name);
    if (there) there.push(value);
    else if (values.size < MOST_NAMES) values.set(name, [value]);
  }
  return values;
}

/**
 * Makes of texts what a schema describes: `rows.0.role` is the role of the first row. What does not fit stays as it came,
 * for the schema to say so. Fields left empty are left out, or are `null` where that takes something away.
 */
export function valueFrom(values: FormValues, schema: JsonSchema): object {
  const root = branch();
  for (const [name, texts] of values) {
    const path = name.split('.');
    if (path.length > DEEPEST) continue;
    const leaf = path.reduce((at, part) => childOf(at, part), root);
    leaf.texts.push(...texts);
  }
  return objectOf(root, schema);
}

function objectOf(at: Branch, schema: JsonSchema): object {
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>;
  const others = schema['additionalProperties'];
  const result: Record<string, unknown> = {};
  for (const [name, child] of at.children) {
    const known = Object.hasOwn(properties, name) ? properties[name] : undefined;
    const value = read(child, known ?? (typeof others === 'object' ? (others as JsonSchema) : {}));
    if (value !== undefined) Object.defineProperty(result, name, { value, enumerable: true });
  }
  return result;
}

function read(at: Branch, schema: JsonSchema): unknown {
  const alternatives = (schema['anyOf'] as readonly JsonSchema[] | undefined) ?? [schema];
  const types = alternatives.flatMap(({ type }) => type).filter((type) => typeof type === 'string');
  const own = (type: string) => alternatives.find((each) => [each['type']].flat().includes(type)) ?? schema;
  const said = at.texts.at(-1);
  if (at.children.size > 0 && said !== undefined) {
    // A choice beside the fields of one alternative: whoever chooses another one leaves these fields aside.
    if (said === '' && types.includes('null')) return null;
    if (alternatives.some(({ const: value }) => value === said)) return said;
  }
  if (at.children.size > 0) {
    if (types.includes('array')) return listOf(at, own('array'));
    return objectOf(at, own('object'));
  }
  const text = said ?? '';
  if (types.includes('array') && !types.includes('string')) return textsOf(at.texts);
  // A secret that is not typed again stays.
  if (text === '' && own('string')['writeOnly'] === true) return undefined;
  if (text === '') return types.includes('null') ? null : undefined;
  if (types.includes('boolean')) return text === 'true' ? true : text === 'false' ? false : text;
  if (types.includes('integer') || types.includes('number'))
    return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
  // What browsers send for a date and a time; the page says that it is UTC.
  if (own('string')['format'] === 'date-time' && /^\d{4}-\d\d-\d\dT\d\d:\d\d$/.test(text)) return `${text}:00Z`;
  return text;
}

function listOf(at: Branch, { items }: JsonSchema): readonly unknown[] {
  return [...at.children]
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, child]) => read(child, (items ?? {}) as JsonSchema))
    .filter((value) => value !== undefined);
}

/** One text for each line. */
function textsOf(texts: readonly string[]): readonly string[] {
  return texts.flatMap((text) => text.split(/\r?\n/)).flatMap((text) => (text.trim() === '' ? [] : [text.trim()]));
}

function branch(): Branch {
  return { texts: [], children: new Map() };
}

function childOf(at: Branch, part: string): Branch {
  const there = at.children.get(part);
  if (there) return there;
  const made = branch();
  at.children.set(part, made);
  return made;
}

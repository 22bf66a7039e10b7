import type { ErrorObject } from 'ajv';
import { nearestName } from './near-miss.js';

/** One thing that is wrong, and where. */
export interface ConfigurationFault {
  /** The option, e.g. `body.maxBytes` or `hosts[1]`; empty for the options as a whole. */
  readonly path: string;
  /** What is wrong, as the rest of a sentence that starts with the path. Never holds a value somebody gave. */
  readonly message: string;
}

const TYPE_NAMES: ReadonlyMap<string, string> = new Map([
  ['string', 'a string'],
  ['number', 'a number'],
  ['integer', 'an integer'],
  ['boolean', 'a boolean'],
  ['object', 'an object'],
  ['array', 'an array'],
]);

/**
 * Turns what ajv found into sentences for the person who wrote the options. Expects errors with `verbose`. That a
 * condition failed goes without saying: its own faults are there too.
 */
export function describeFaults(errors: readonly ErrorObject[]): readonly ConfigurationFault[] {
  const alternatives = errors.filter(isAlternative);
  const hidden = new Set<ErrorObject>();
  const choices = new Map<ErrorObject, string>();
  for (const alternative of alternatives) {
    const inside = errors.filter((error) => error.schemaPath.startsWith(`${alternative.schemaPath}/`));
    const furtherIn = inside.filter((error) => isFurtherIn(error, alternative));
    for (const error of inside) hidden.add(error);
    if (furtherIn.length > 0) {
      // The alternative somebody meant is the one that failed further in: its own faults say more than "none fits".
      hidden.add(alternative);
      for (const error of furtherIn) hidden.delete(error);
    } else {
      choices.set(alternative, [...new Set(inside.map((error) => expectation(error)))].join(' or '));
    }
  }
  return errors
    .filter((error) => !hidden.has(error) && error.keyword !== 'if')
    .map((error) => ({ path: pathOf(error), message: sentence(error, choices.get(error)) }));
}

function isAlternative(error: ErrorObject): boolean {
  return error.keyword === 'anyOf' || error.keyword === 'oneOf';
}

function isFurtherIn(error: ErrorObject, alternative: ErrorObject): boolean {
  return (
    error.instancePath.length > alternative.instancePath.length ||
    error.keyword === 'required' ||
    error.keyword === 'additionalProperties'
  );
}

function sentence(error: ErrorObject, choice: string | undefined): string {
  const { keyword, data, message = `fails ${keyword}` } = error;
  const { additionalProperty }: Record<string, unknown> = error.params;
  if (keyword === 'additionalProperties') return unknownOption(String(additionalProperty), error);
  if (keyword === 'required') return 'is missing';
  const expected = expectation(error) ?? choice;
  if (expected === undefined) return message;
  return keyword === 'type' || isAlternative(error)
    ? `must be ${expected}, not ${typeNameOf(data)}`
    : `must be ${expected}`;
}

function unknownOption(name: string, { parentSchema = {} }: ErrorObject): string {
  const { properties }: Record<string, unknown> = parentSchema;
  const near = nearestName(name, Object.keys(properties ?? {}));
  return `unknown option ${JSON.stringify(name)}${near === undefined ? '' : ` — did you mean "${near}"?`}`;
}

/** What the value would have to be, where that can be said in the form "must be …". */
function expectation({ keyword, params, parentSchema = {}, message }: ErrorObject): string | undefined {
  const { type, allowedValues, allowedValue }: Record<string, unknown> = params;
  const { description }: Record<string, unknown> = parentSchema;
  if (typeof description === 'string') return description;
  if (keyword === 'type') return typeNames(type);
  if (keyword === 'enum') return `one of ${listed(allowedValues)}`;
  if (keyword === 'const') return JSON.stringify(allowedValue);
  return message?.startsWith('must be ') ? message.slice('must be '.length) : undefined;
}

/** `/hosts/1` and the name of a missing or unknown option, as it is written in code. */
function pathOf(error: ErrorObject): string {
  const names = error.instancePath
    .split('/')
    .slice(1)
    .map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
  const { missingProperty, additionalProperty }: Record<string, unknown> = error.params;
  const last = missingProperty ?? additionalProperty;
  if (typeof last === 'string') names.push(last);
  return names.reduce((path, name) => {
    if (/^\d+$/.test(name)) return `${path}[${name}]`;
    return path === '' ? name : `${path}.${name}`;
  }, '');
}

function typeNames(types: unknown): string {
  return String(types)
    .split(',')
    .map((type) => TYPE_NAMES.get(type) ?? type)
    .join(' or ');
}

function typeNameOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'function') return 'a function';
  return TYPE_NAMES.get(typeof value) ?? typeof value;
}

function listed(values: unknown): string {
  return Array.isArray(values) ? values.map((value) => JSON.stringify(value)).join(', ') : String(values);
}

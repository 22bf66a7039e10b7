import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Response } from 'supertest';

/** An OpenAPI document, as far as answers go. */
interface AnswerDocument {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: { readonly Problem: object } };
}

interface Operation {
  readonly operationId: string;
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

const ajv = new Ajv2020({ strict: false, formats: { 'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/ } });
/** By operation and status: the same for all sites of a run. */
const compiled = new Map<string, ValidateFunction>();

/**
 * Creates the check that an answer of the API is what its document says: each property is told of, and those that are
 * always there are there.
 */
export function createAnswerCheck(document: object): (method: string, path: string, answer: Response) => void {
  const { paths, components } = document as AnswerDocument;
  const patterns = Object.entries(paths).map(([path, operations]) => ({
    pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    literals: path.split('/').filter((part) => !part.startsWith('{')).length,
    operations,
  }));
  patterns.sort((one, other) => other.literals - one.literals);

  return (method, url, { status, body, type }) => {
    const [path = ''] = url.split('?');
    const operation = patterns.find(({ pattern }) => pattern.test(path))?.operations[method];
    if (type !== 'application/json' || path === '/openapi.json' || !operation) return;
    const key = `${operation.operationId} ${status < 400 ? status : 'problem'}`;
    const told = operation.responses[status]?.content['application/json']?.schema;
    if (status < 400 && !told) throw new Error(`${key}: the document says nothing of this status`);
    const validate =
      compiled.get(key) ?? ajv.compile(closed(status < 400 ? told : components.schemas.Problem) as object);
    compiled.set(key, validate);
    if (validate(body)) return;
    const faults = validate.errors?.map(({ instancePath, message, params }) =>
      [instancePath, message, JSON.stringify(params)].join(' '),
    );
    throw new Error(`${key} answers what its document does not say:\n${faults?.join('\n')}\n${JSON.stringify(body)}`);
  };
}

/** The schema with no room for properties that it does not name. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inside = Object.fromEntries(Object.entries(schema).map(([name, value]) => [name, closed(value)]));
  return 'properties' in inside && !('additionalProperties' in inside)
    ? { ...inside, additionalProperties: false }
    : inside;
}

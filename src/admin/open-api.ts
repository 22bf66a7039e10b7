import type { AdminRoute, JsonSchema } from './admin-route.js';

const PROBLEM: JsonSchema = {
  type: 'object',
  required: ['error', 'message', 'mender', 'requestId'],
  properties: {
    error: { type: 'string', description: 'a stable code' },
    message: { type: 'string', description: 'one sentence for the person' },
    mender: { enum: ['person', 'owner', 'operator', 'provider-administrator'], description: 'who can mend it' },
    requestId: { type: 'string', description: 'stands in the log of the application' },
    faults: {
      type: 'array',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: { path: { type: 'string' }, message: { type: 'string' } },
      },
    },
    current: { description: 'what there is in place of what was expected' },
  },
};

/** Describes the API, with the very schemas that check its requests, and those of its answers (OpenAPI 3.1). */
export function openApi(routes: readonly AdminRoute[], url: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const there = paths[route.path] ?? {};
    there[route.method.toLowerCase()] = operationOf(route);
    paths[route.path] = there;
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Administration of single sign-on and provisioning', version: '1' },
    servers: [{ url }],
    paths,
    components: { schemas: { Problem: PROBLEM } },
  };
}

function operationOf(route: AdminRoute): object {
  const { id, title, role, needs, query, body, path, answer, status = 200 } = route;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }));
  const required = new Set((query.schema['required'] ?? []) as readonly string[]);
  const inQuery = Object.entries((query.schema['properties'] ?? {}) as Readonly<Record<string, JsonSchema>>).map(
    ([name, schema]) => ({ name, in: 'query', required: required.has(name), schema }),
  );
  const problem = { 'application/json': { schema: { $ref: '#/components/schemas/Problem' } } };
  return {
    operationId: id,
    summary: title,
    'x-role': role,
    ...(needs !== undefined && { 'x-feature': needs }),
    description: `For the role ${role} and above.${needs === undefined ? '' : ` The plan must include ${needs}.`}`,
    parameters: [...inPath, ...inQuery],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body.schema } } } }),
    responses: {
      [status]: {
        description: title,
        content:
          answer === 'csv'
            ? { 'text/csv': { schema: { type: 'string' } } }
            : { 'application/json': { schema: answer } },
      },
      default: { description: 'Why it was not done', content: problem },
    },
  };
}

import { createOptionsValidator } from '../core/configuration.js';
import type { AdminAccess, AdminFeature, AdminRole } from './admin-access.js';

/** A JSON Schema, of draft 7 and of 2020-12 alike: it checks requests and stands in the OpenAPI document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The schema of an object with the type of what passes it. */
export interface InputSchema<T> {
  readonly schema: JsonSchema;
  /** @throws {ConfigurationError} with every fault. */
  readonly parse: (value: unknown) => T;
}

/** Who asks, and for which organization. */
export interface AdminContext extends AdminAccess {
  /** Stands in the log and in whatever is answered about a problem. */
  readonly requestId: string;
}

/** The names in braces of a path. */
type ParameterOf<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParameterOf<Rest>
  : never;

/** One operation of the administration, before anything of HTTP or HTML. */
export interface AdminRoute {
  /** Its name: `operationId` of the OpenAPI document, and what pages and forms call it. */
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With names in braces, e.g. `/organizations/{organizationId}/oidc-tenants`. */
  readonly path: string;
  /** The lowest role that may. */
  readonly role: AdminRole;
  /** What the organization's plan must include. */
  readonly needs?: AdminFeature;
  /** What it does, in a few words. */
  readonly title: string;
  readonly query: InputSchema<object>;
  /** Absent where nothing is to be said. */
  readonly body?: InputSchema<object>;
  /** 200 unless told. */
  readonly status?: 201;
  /** What it answers; `csv` for a file to be saved, a `CsvExport`, in place of JSON. */
  readonly answer: JsonSchema | 'csv';
  /** The answer; `undefined` when the organization has nothing of that name. */
  handle(
    context: AdminContext,
    input: { readonly params: Readonly<Record<string, string>>; readonly query: object; readonly body: object },
  ): Promise<unknown>;
}

interface RouteDeclaration<Path extends string, Query extends object, Body extends object>
  extends Omit<AdminRoute, 'path' | 'query' | 'body' | 'handle'> {
  readonly path: Path;
  readonly query?: InputSchema<Query>;
  readonly body?: InputSchema<Body>;
  handle(
    context: AdminContext,
    input: {
      readonly params: Readonly<Record<ParameterOf<Path>, string>>;
      readonly query: Query;
      readonly body: Body;
    },
  ): Promise<unknown>;
}

/** Describes an object by its properties, for a query or a body. */
export function inputSchema<T extends object>(
  properties: { readonly [Name in keyof T]-?: JsonSchema },
  required: readonly (keyof T & string)[] = [],
): InputSchema<T> {
  const schema = { type: 'object', additionalProperties: false, properties, required };
  return { schema, parse: createOptionsValidator<T>('the request', schema) };
}

const NOTHING: InputSchema<object> = inputSchema({});

/** Declares a route. The handler sees parameters, query and body in the types that the declaration says. */
export function defineRoute<Path extends string, Query extends object, Body extends object>(
  declaration: RouteDeclaration<Path, Query, Body>,
): AdminRoute {
  const { query = NOTHING, handle, ...rest } = declaration;
  return {
    ...rest,
    query,
    // What comes here has passed the schemas of this very declaration.
    handle: (context, input) => handle(context, input as Parameters<typeof handle>[1]),
  };
}

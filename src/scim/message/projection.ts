import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import { type AttributeType, isSecret } from '../schema/attribute-type.js';
import { isJsonObject } from '../schema/coerce-value.js';
import { resolvePath, storagePath } from '../schema/resolve-path.js';
import type { ResourceType } from '../schema/resource-type.js';
import type { AttributeSelection } from './search-request.js';

/** Names of a resource, from the outside in; `true` means with everything inside. */
type NameTree = Map<string, NameTree | true>;

/** Which attributes an answer shows (RFC 7644 section 3.9). */
export interface Projection {
  readonly mode: 'only' | 'except';
  readonly names: ReadonlyMap<string, NameTree | true>;
  /** With `only`: what stays out although it, or what it is part of, was asked for. */
  readonly never?: ReadonlyMap<string, NameTree | true>;
}

/** What `returned` of the schema asks for, whatever the client says (RFC 7643 section 7). */
export interface ReturnedRules {
  readonly always: Projection;
  /** Shown only to who asks by name; `undefined` when the type has no such attribute. */
  readonly onRequest: Projection | undefined;
}

/** Collects the `returned` characteristics of a type. Computed once for each type. */
export function returnedRules(type: ResourceType): ReturnedRules {
  const always: NameTree = new Map();
  const onRequest: NameTree = new Map();
  const never: NameTree = new Map();
  const visit = (attribute: AttributeType, path: readonly string[]): void => {
    const here = [...path, attribute.name];
    if (attribute.returned === 'always') insert(always, here);
    if (attribute.returned === 'request' || isSecret(attribute)) insert(onRequest, here);
    if (isSecret(attribute)) insert(never, here);
    for (const sub of attribute.subAttributes.values()) visit(sub, here);
  };
  const visitAll = (attributes: ReadonlyMap<string, AttributeType>, path: readonly string[]): void => {
    for (const attribute of attributes.values()) {
      // Passwords and their like are not even stored: they need no projection.
      if (attribute.mutability !== 'writeOnly') visit(attribute, path);
    }
  };
  visitAll(type.attributes, []);
  for (const { schema } of type.extensions.values()) visitAll(schema.attributes, [schema.id]);
  return {
    always: { mode: 'only', names: always, ...(never.size > 0 ? { never } : {}) },
    onRequest: onRequest.size > 0 ? { mode: 'except', names: onRequest } : undefined,
  };
}

/**
 * Reads which attributes a client wants. `attributes` wins over `excludedAttributes`; names that the type does not have
 * say nothing. `undefined` means the whole resource.
 */
export function readProjection(
  { attributes, excludedAttributes }: AttributeSelection,
  type: ResourceType,
  { always, onRequest }: ReturnedRules,
): Projection | undefined {
  if (attributes?.some((name) => name.trim() !== '')) {
    const names: NameTree = new Map(always.names);
    for (const path of knownPaths(attributes, type)) insert(names, path);
    return { ...always, names };
  }
  if (!excludedAttributes) return onRequest;
  const names: NameTree = new Map(onRequest?.names);
  for (const path of knownPaths(excludedAttributes, type)) {
    if (!always.names.has(path[0] ?? '')) insert(names, path);
  }
  return names.size > 0 ? { mode: 'except', names } : undefined;
}

/** Whether the attribute, or anything in it, is shown. */
export function shows(projection: Projection | undefined, name: string): boolean {
  if (!projection) return true;
  const found = projection.names.get(name);
  return projection.mode === 'only' ? found !== undefined : found !== true;
}

/** The part of a resource that a projection shows. */
export function project(resource: JsonObject, { mode, names, never }: Projection): JsonObject {
  if (mode === 'except') return omit(resource, names);
  return pick(never ? omit(resource, never) : resource, names);
}

function pick(object: JsonObject, names: ReadonlyMap<string, NameTree | true>): JsonObject {
  return filled(object, (name, value) => {
    const inner = names.get(name);
    if (inner === undefined || inner === true) return inner && value;
    return within(value, (part) => pick(part, inner));
  });
}

function omit(object: JsonObject, names: ReadonlyMap<string, NameTree | true>): JsonObject {
  return filled(object, (name, value) => {
    const inner = names.get(name);
    if (inner === undefined || inner === true) return inner ? undefined : value;
    return within(value, (part) => omit(part, inner));
  });
}

function filled(object: JsonObject, narrow: (name: string, value: JsonValue) => JsonValue | undefined): JsonObject {
  const result: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(object)) {
    const left = narrow(name, value);
    if (left !== undefined) result[name] = left;
  }
  return result;
}

/** Narrows an object, or each element of a list; where nothing is left of one, it is gone. */
function within(value: JsonValue, narrow: (part: JsonObject) => JsonObject): JsonValue | undefined {
  if (Array.isArray(value)) {
    const elements = (value as readonly JsonValue[]).flatMap((element) => within(element, narrow) ?? []);
    return elements.length > 0 ? elements : undefined;
  }
  if (!isJsonObject(value)) return value;
  const narrowed = narrow(value);
  return Object.keys(narrowed).length > 0 ? narrowed : undefined;
}

function knownPaths(names: readonly string[], type: ResourceType): readonly (readonly string[])[] {
  return names.flatMap((name) => {
    const resolution = resolvePath(type, name.trim());
    if (resolution.kind === 'core') return [...type.schema.attributes.values()].map((attribute) => [attribute.name]);
    if (resolution.kind === 'extension') return [[resolution.urn]];
    return resolution.kind === 'attribute' ? [storagePath(resolution.resolved)] : [];
  });
}

function insert(tree: NameTree, [name, ...rest]: readonly string[]): void {
  if (name === undefined) return;
  const inner = tree.get(name);
  if (inner === true) return;
  if (rest.length === 0) {
    tree.set(name, true);
    return;
  }
  // A copy: the tree may have been started from one that is shared between requests.
  const branch: NameTree = new Map(inner);
  insert(branch, rest);
  tree.set(name, branch);
}

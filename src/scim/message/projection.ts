import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import type { AttributeType } from '../schema/attribute-type.js';
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
  const visit = (attribute: AttributeType, path: readonly string[]): void => {
    if (attribute.returned === 'always') insert(always, [...path, attribute.name]);
    if (attribute.returned === 'request' || attribute.returned === 'never')
      insert(onRequest, [...path, attribute.name]);
    for (const sub of attribute.subAttributes.values()) visit(sub, [...path, attribute.name]);
  };
  for (const attribute of type.attributes.values()) {
    if (attribute.mutability !== 'writeOnly') visit(attribute, []);
  }
  for (const { schema } of type.extensions.values()) {
    for (const attribute of schema.attributes.values()) visit(attribute, [schema.id]);
  }
  return {
    always: { mode: 'only', names: always },
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
    return { mode: 'only', names };
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
export function project(resource: JsonObject, { mode, names }: Projection): JsonObject {
  return mode === 'only' ? pick(resource, names) : omit(resource, names);
}

function pick(object: JsonObject, names: ReadonlyMap<string, NameTree | true>): JsonObject {
  const picked: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(object)) {
    const inner = names.get(name);
    if (inner === true) picked[name] = value;
    else if (inner)
      put(
        picked,
        name,
        within(value, (part) => pick(part, inner)),
      );
  }
  return picked;
}

function omit(object: JsonObject, names: ReadonlyMap<string, NameTree | true>): JsonObject {
  const left: Record<string, JsonValue> = {};
  for (const [name, value] of Object.entries(object)) {
    const inner = names.get(name);
    if (inner === undefined) left[name] = value;
    else if (inner !== true)
      put(
        left,
        name,
        within(value, (part) => omit(part, inner)),
      );
  }
  return left;
}

function within(value: JsonValue, narrow: (part: JsonObject) => JsonObject): JsonValue {
  if (isJsonObject(value)) return narrow(value);
  if (!Array.isArray(value)) return value;
  return (value as readonly JsonValue[]).map((element) => (isJsonObject(element) ? narrow(element) : element));
}

function put(object: Record<string, JsonValue>, name: string, value: JsonValue): void {
  if (!isJsonObject(value) || Object.keys(value).length > 0) object[name] = value;
}

function knownPaths(names: readonly string[], type: ResourceType): readonly (readonly string[])[] {
  return names.flatMap((name) => {
    const resolution = resolvePath(type, name.trim());
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

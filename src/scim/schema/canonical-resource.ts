import { withArticle } from '../../core/article.js';
import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import type { ScimPolicy } from '../../tenancy/scim-policy.js';
import { badRequest } from '../error.js';
import type { AttributeType } from './attribute-type.js';
import { coerceValue, isJsonObject, unknownName } from './coerce-value.js';
import { pathText, type ResolvedPath, resolvePath } from './resolve-path.js';
import type { ResourceType } from './resource-type.js';

/** A body of POST or PUT in canonical form. */
export interface CanonicalResource {
  readonly attributes: JsonObject;
  /** What the client sent as `members` of a group; they are kept apart from the resource. */
  readonly members?: unknown;
}

/**
 * Turns the body of POST or PUT into canonical attributes (RFC 7644 sections 3.3 and 3.5.1): read-only attributes are
 * left out, write-only ones checked and dropped, everything else coerced by the schema.
 * @throws {ScimError} 400 invalidSyntax or invalidValue.
 */
export function canonicalResource(
  body: unknown,
  type: ResourceType,
  policy: Pick<ScimPolicy, 'unknownAttributes' | 'unstatedSchemas'>,
): CanonicalResource {
  if (!isObject(body)) {
    throw badRequest('invalidSyntax', `The body must be a JSON object that describes ${withArticle(type.name)}.`);
  }
  const draft: ResourceInMaking = { attributes: {}, extensions: new Map(), named: new Set() };
  collect(body, '', draft, type, policy.unknownAttributes);
  if (policy.unstatedSchemas === 'refuse') requireStatedSchemas(draft.schemas, type);
  return 'members' in draft
    ? { attributes: draft.attributes, members: draft.members }
    : { attributes: draft.attributes };
}

type UnknownObject = Readonly<Record<string, unknown>>;

/**
 * What has been read of a body so far. The `extensions` are parts of `attributes`; `named` tells which attributes were
 * given, to refuse one given twice.
 */
interface ResourceInMaking {
  readonly attributes: Record<string, JsonValue>;
  readonly extensions: Map<string, Record<string, JsonValue>>;
  readonly named: Set<AttributeType>;
  members?: unknown;
  schemas?: unknown;
}

/** @param prefix what stands before each name: nothing, or the URN of an extension with a colon */
function collect(
  object: UnknownObject,
  prefix: string,
  draft: ResourceInMaking,
  type: ResourceType,
  unknown: ScimPolicy['unknownAttributes'],
): void {
  for (const given of Object.keys(object)) {
    const value = object[given];
    const name = prefix === '' ? given : prefix + given;
    const resolution = resolvePath(type, name);
    switch (resolution.kind) {
      case 'core':
        collect(attributesOf(name, value), '', draft, type, unknown);
        break;
      case 'extension':
        collect(attributesOf(name, value), `${resolution.urn}:`, draft, type, unknown);
        break;
      case 'attribute':
        refuseSecond(resolution.resolved, draft);
        if (resolution.resolved.attribute.name === 'schemas') draft.schemas = value;
        else if (resolution.resolved.attribute === type.members) draft.members = value;
        else put(draft, resolution.resolved, value, unknown);
        break;
      case 'unknown':
        if (unknown === 'refuse') throw unknownName(name);
    }
  }
}

/** The attributes under a URN; none where it is given as empty. */
function attributesOf(urn: string, value: unknown): UnknownObject {
  if (isObject(value)) return value;
  if (value === null || value === undefined || value === '') return {};
  throw badRequest('invalidValue', `The value of ${urn.slice(0, 128)} must be an object of attributes.`);
}

/** Names mean the same in any case, so `active` beside `Active` is one attribute with two values. */
function refuseSecond(resolved: ResolvedPath, { named }: ResourceInMaking): void {
  const part = resolved.subAttribute ?? resolved.attribute;
  if (named.has(part)) throw badRequest('invalidSyntax', `"${pathText(resolved)}" is given twice.`);
  named.add(part);
}

function put(
  draft: ResourceInMaking,
  { extension, attribute, subAttribute }: ResolvedPath,
  value: unknown,
  unknown: ScimPolicy['unknownAttributes'],
): void {
  if (attribute.mutability === 'readOnly' || subAttribute?.mutability === 'readOnly') return;
  const coerced = coerceValue(attribute, subAttribute ? { [subAttribute.name]: value } : value, unknown);
  if (coerced === undefined || attribute.mutability === 'writeOnly') return;
  const attributes = extension ? attributesUnder(extension, draft) : draft.attributes;
  attributes[attribute.name] = merged(attributes[attribute.name], coerced, subAttribute);
}

function attributesUnder(urn: string, { attributes, extensions }: ResourceInMaking): Record<string, JsonValue> {
  const known = extensions.get(urn);
  if (known) return known;
  const made = {};
  extensions.set(urn, made);
  attributes[urn] = made;
  return made;
}

function merged(before: JsonValue | undefined, value: JsonValue, subAttribute: AttributeType | undefined): JsonValue {
  return subAttribute && isJsonObject(before) && isJsonObject(value) ? { ...before, ...value } : value;
}

function requireStatedSchemas(schemas: unknown, type: ResourceType): void {
  const stated = Array.isArray(schemas) ? schemas.map((urn) => String(urn).toLowerCase()) : [];
  if (!stated.includes(type.schema.id.toLowerCase())) {
    throw badRequest('invalidSyntax', `"schemas" must name ${type.schema.id}.`);
  }
  const unknown = stated.find((urn) => urn !== type.schema.id.toLowerCase() && !type.extensions.has(urn));
  if (unknown)
    throw badRequest('invalidSyntax', `"schemas" names ${unknown.slice(0, 128)}, which ${type.name} does not have.`);
}

function isObject(value: unknown): value is UnknownObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import type { AttributePath } from '../../storage/query.js';
import type { AttributeType } from './attribute-type.js';
import type { ResourceType } from './resource-type.js';

/** An attribute, or a sub-attribute of one, found in a resource type by the name a client used. */
export interface ResolvedPath {
  /** URN of the extension it belongs to; absent for core and common attributes. */
  readonly extension?: string;
  readonly attribute: AttributeType;
  readonly subAttribute?: AttributeType;
}

/** What a name can stand for: an attribute, a whole schema (its URN), or nothing known. */
export type Resolution =
  | { readonly kind: 'attribute'; readonly resolved: ResolvedPath }
  | { readonly kind: 'core' }
  | { readonly kind: 'extension'; readonly urn: string }
  | { readonly kind: 'unknown' };

const UNKNOWN: Resolution = { kind: 'unknown' };

/** What the names of a type mean as the schema spells them, which is how nearly all of them come. */
const spelled = new WeakMap<ResourceType, ReadonlyMap<string, Resolution>>();

/**
 * Finds what an attribute name means (RFC 7644 section 3.10): `userName`, `name.familyName`, either with the URN of its
 * schema before it, or a URN alone. Names and URNs are compared without case.
 */
export function resolvePath(type: ResourceType, name: string): Resolution {
  return namesOf(type).get(name) ?? resolveAnyCase(type, name);
}

function namesOf(type: ResourceType): ReadonlyMap<string, Resolution> {
  const known = spelled.get(type);
  if (known) return known;
  const names = new Map<string, Resolution>();
  const add = (name: string) => names.set(name, resolveAnyCase(type, name));
  for (const { name } of type.attributes.values()) add(name);
  for (const { schema } of type.extensions.values()) {
    add(schema.id);
    for (const { name } of schema.attributes.values()) add(`${schema.id}:${name}`);
  }
  spelled.set(type, names);
  return names;
}

function resolveAnyCase(type: ResourceType, name: string): Resolution {
  const lower = name.toLowerCase();
  const core = type.schema.id.toLowerCase();
  if (lower === core) return { kind: 'core' };
  const direct = inTable(type.attributes, lower) ?? inTable(type.attributes, behind(core, lower));
  if (direct) return direct;
  for (const [urn, { schema }] of type.extensions) {
    if (lower === urn) return { kind: 'extension', urn: schema.id };
    // One URN may be the beginning of another, so a miss here says nothing yet.
    const found = inTable(schema.attributes, behind(urn, lower), schema.id);
    if (found) return found;
  }
  return UNKNOWN;
}

/** What stands behind the URN of a schema. */
function behind(urn: string, name: string): string {
  return name.startsWith(`${urn}:`) ? name.slice(urn.length + 1) : '';
}

function inTable(table: ReadonlyMap<string, AttributeType>, lower: string, extension?: string): Resolution | undefined {
  const dot = lower.indexOf('.');
  const attribute = table.get(dot < 0 ? lower : lower.slice(0, dot));
  if (!attribute) return undefined;
  const subAttribute = dot < 0 ? undefined : attribute.subAttributes.get(lower.slice(dot + 1));
  if (dot >= 0 && !subAttribute) return undefined;
  return {
    kind: 'attribute',
    resolved: { attribute, ...(extension ? { extension } : {}), ...(subAttribute ? { subAttribute } : {}) },
  };
}

/** Where the values of a resolved path are in a stored resource. */
export function storagePath({ extension, attribute, subAttribute }: ResolvedPath): AttributePath {
  const path = extension ? [extension, attribute.name] : [attribute.name];
  return subAttribute ? [...path, subAttribute.name] : path;
}

/** The simple value that a comparison or an order is about: `value` where a complex attribute stands alone. */
export function simpleValue(resolved: ResolvedPath): { readonly path: AttributePath; readonly value: AttributeType } {
  const { attribute, subAttribute = attribute.subAttributes.get('value') } = resolved;
  if (!subAttribute) return { path: storagePath(resolved), value: attribute };
  return { path: storagePath({ ...resolved, subAttribute }), value: subAttribute };
}

/** A resolved path as a client writes it (RFC 7644 section 3.10), for error messages. */
export function pathText({ extension, attribute, subAttribute }: ResolvedPath): string {
  const name = subAttribute ? `${attribute.name}.${subAttribute.name}` : attribute.name;
  return extension ? `${extension}:${name}` : name;
}

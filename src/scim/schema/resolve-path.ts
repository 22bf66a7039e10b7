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

/**
 * Finds what an attribute name means (RFC 7644 section 3.10): `userName`, `name.familyName`, either with the URN of its
 * schema before it, or a URN alone. Names and URNs are compared without case.
 */
export function resolvePath(type: ResourceType, name: string): Resolution {
  const lower = name.toLowerCase();
  const direct = inTable(type.attributes, lower);
  if (direct) return direct;
  const core = type.schema.id.toLowerCase();
  if (lower === core) return { kind: 'core' };
  if (lower.startsWith(`${core}:`)) return inTable(type.attributes, lower.slice(core.length + 1)) ?? UNKNOWN;
  for (const [urn, { schema }] of type.extensions) {
    if (lower === urn) return { kind: 'extension', urn: schema.id };
    if (lower.startsWith(`${urn}:`)) {
      return inTable(schema.attributes, lower.slice(urn.length + 1), schema.id) ?? UNKNOWN;
    }
  }
  return UNKNOWN;
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

/** A resolved path in the words of an error message. */
export function pathText(resolved: ResolvedPath): string {
  return storagePath(resolved).join('.');
}

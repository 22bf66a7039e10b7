import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import { badRequest, type ScimError } from '../error.js';
import type { AttributeType } from './attribute-type.js';
import { isJsonObject } from './coerce-value.js';
import { pathText, type ResolvedPath } from './resolve-path.js';
import type { CompiledSchema, ResourceType } from './resource-type.js';
import { sameJson } from './same-json.js';

/** What a change of a resource is judged by. */
interface Change {
  /**
   * The resource as it was. What it lacked, it may go on lacking: a schema may have been made stricter since, and that
   * must not keep anybody from changing the rest, least of all from ending access.
   */
  readonly before?: JsonObject | undefined;
  /**
   * Whether PATCH took away an attribute or extension, or a sub-attribute, which is a mutability fault (RFC 7644 section
   * 3.5.2.2); for the rest a missing value is a wrong one.
   */
  readonly wasTaken?: (subAttribute?: AttributeType) => boolean;
}

/**
 * Requires a value of what the schemas call required, inside complex values too (RFC 7643 section 2.2).
 * @throws {ScimError} 400 that names the path.
 */
export function requireAttributes(attributes: JsonObject, type: ResourceType, change: Change = {}): void {
  requireValues(attributes, type.schema, undefined, change);
  for (const { schema, required } of type.extensions.values()) {
    const inside = attributes[schema.id];
    const was = change.before?.[schema.id];
    if (isJsonObject(inside)) {
      requireValues(inside, schema, schema.id, { ...change, before: isJsonObject(was) ? was : undefined });
    } else if (required && !(change.before && was === undefined)) {
      throw fault(`The extension ${schema.id} is required.`, change.wasTaken?.());
    }
  }
}

function requireValues(
  object: JsonObject,
  { required }: CompiledSchema,
  extension: string | undefined,
  { before, wasTaken }: Change,
): void {
  for (const { attribute, isRuled, inside } of required) {
    const value = object[attribute.name];
    const was = before?.[attribute.name];
    const path = { attribute, ...(extension === undefined ? {} : { extension }) };
    if (isRuled && isBlank(value) && !(before && isBlank(was))) throw missing(path, wasTaken?.());
    for (const part of inside.length > 0 ? complexValues(value) : []) {
      const subAttribute = inside.find(({ name }) => isBlank(part[name]) && !wasBlank(was, part, name));
      if (subAttribute) throw missing({ ...path, subAttribute }, wasTaken?.(subAttribute));
    }
  }
}

/** Whether a complex value lacked a part before: the attribute's one value, or an element of a list that has stayed. */
function wasBlank(was: JsonValue | undefined, part: JsonObject, name: string): boolean {
  return isJsonObject(was) ? isBlank(was[name]) : complexValues(was).some((each) => sameJson(each, part));
}

/** The complex values of an attribute, which may have one, several or none. */
function complexValues(value: JsonValue | undefined): readonly JsonObject[] {
  if (isJsonObject(value)) return [value];
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isJsonObject) : [];
}

function isBlank(value: JsonValue | undefined): boolean {
  return value === undefined || (typeof value === 'string' && value.trim() === '');
}

function missing(path: ResolvedPath, wasTaken: boolean | undefined): ScimError {
  return fault(`"${pathText(path)}" is required and must not be empty.`, wasTaken);
}

function fault(detail: string, wasTaken = false): ScimError {
  return badRequest(wasTaken ? 'mutability' : 'invalidValue', detail);
}

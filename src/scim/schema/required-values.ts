import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import { badRequest, type ScimError } from '../error.js';
import type { AttributeType } from './attribute-type.js';
import { isJsonObject } from './coerce-value.js';
import { pathText, type ResolvedPath } from './resolve-path.js';
import type { CompiledSchema, ResourceType } from './resource-type.js';

/** Whether PATCH took away an attribute or extension, or a sub-attribute. */
type WasTaken = (subAttribute?: AttributeType) => boolean;

/**
 * Requires a value of what the schemas call required, inside complex values too (RFC 7643 section 2.2).
 * @param wasTaken tells what PATCH took away, which is a mutability fault (RFC 7644 section 3.5.2.2); for the rest it is
 * a wrong value
 * @throws {ScimError} 400 that names the path.
 */
export function requireAttributes(attributes: JsonObject, type: ResourceType, wasTaken: WasTaken = () => false): void {
  requireValues(attributes, type.schema, undefined, wasTaken);
  for (const { schema, required } of type.extensions.values()) {
    const inside = attributes[schema.id];
    if (isJsonObject(inside)) requireValues(inside, schema, schema.id, wasTaken);
    else if (required) throw fault(`The extension ${schema.id} is required.`, wasTaken());
  }
}

function requireValues(
  object: JsonObject,
  { required }: CompiledSchema,
  extension: string | undefined,
  wasTaken: WasTaken,
): void {
  for (const { attribute, isRuled, inside } of required) {
    const value = object[attribute.name];
    const path = { attribute, ...(extension === undefined ? {} : { extension }) };
    if (isRuled && isBlank(value)) throw missing(path, wasTaken());
    for (const part of inside.length > 0 ? complexValues(value) : []) {
      const subAttribute = inside.find(({ name }) => isBlank(part[name]));
      if (subAttribute) throw missing({ ...path, subAttribute }, wasTaken(subAttribute));
    }
  }
}

/** The complex values of an attribute, which may have one, several or none. */
function complexValues(value: JsonValue | undefined): readonly JsonObject[] {
  if (isJsonObject(value)) return [value];
  return Array.isArray(value) ? (value as readonly JsonValue[]).filter(isJsonObject) : [];
}

function isBlank(value: JsonValue | undefined): boolean {
  return value === undefined || (typeof value === 'string' && value.trim() === '');
}

function missing(path: ResolvedPath, wasTaken: boolean): ScimError {
  return fault(`"${pathText(path)}" is required and must not be empty.`, wasTaken);
}

function fault(detail: string, wasTaken: boolean): ScimError {
  return badRequest(wasTaken ? 'mutability' : 'invalidValue', detail);
}

import { foldCase } from '../../core/fold.js';
import type { JsonObject, JsonValue } from '../../storage/resource-store.js';
import type { ScimPolicy } from '../../tenancy/scim-policy.js';
import { isJsonObject } from './coerce-value.js';
import type { ResourceType } from './resource-type.js';

/**
 * The keys that no other live resource of the type may hold: attributes whose schema says `uniqueness` server or global,
 * and what the policy adds.
 */
export function uniqueKeys(
  type: ResourceType,
  attributes: JsonObject,
  policy: Pick<ScimPolicy, 'externalIds' | 'groupNames'>,
): readonly string[] {
  const keys: string[] = [];
  const add = (name: string, value: JsonValue | undefined, caseExact: boolean) => {
    if (value !== undefined) keys.push(`${name}:${caseExact ? String(value) : foldCase(String(value))}`);
  };
  for (const { name, uniqueness, caseExact } of type.schema.attributes.values()) {
    const isGroupName = name === 'displayName' && type.members && policy.groupNames === 'unique';
    if (uniqueness !== 'none' || isGroupName) add(name, attributes[name], caseExact);
  }
  for (const { schema } of type.extensions.values()) {
    const inside = attributes[schema.id];
    if (!isJsonObject(inside)) continue;
    for (const { name, uniqueness, caseExact } of schema.attributes.values()) {
      // The URN keeps it apart from an attribute of the same name elsewhere; a colon would end the name of the key.
      if (uniqueness !== 'none') add(`${name}@${schema.id.replaceAll(':', '/')}`, inside[name], caseExact);
    }
  }
  const externalId = policy.externalIds === 'unique' ? attributes['externalId'] : undefined;
  if (externalId !== undefined) keys.push(`externalId:${String(externalId)}`);
  return keys;
}

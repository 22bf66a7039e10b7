import { foldCase } from '../../core/fold.js';
import type { JsonObject } from '../../storage/resource-store.js';
import type { ScimPolicy } from '../policy.js';
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
  for (const { name, uniqueness, caseExact } of type.schema.attributes.values()) {
    const unique =
      uniqueness !== 'none' || (name === 'displayName' && type.name === 'Group' && policy.groupNames === 'unique');
    const value = unique ? attributes[name] : undefined;
    if (value !== undefined) keys.push(`${name}:${caseExact ? String(value) : foldCase(String(value))}`);
  }
  const externalId = policy.externalIds === 'unique' ? attributes['externalId'] : undefined;
  if (externalId !== undefined) keys.push(`externalId:${String(externalId)}`);
  return keys;
}

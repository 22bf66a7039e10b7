import { EnterpriseUser, Group, User } from 'scimmy/schemas';
import type { AttributeDefinition } from './attribute-type.js';
import { compileResourceType, type ExtensionInput, type ResourceType } from './resource-type.js';

/** What a host adds to one of the two resource types of RFC 7643. */
export interface ResourceTypeAdditions {
  /** Placed directly in the core namespace, e.g. `secodaRole`. */
  readonly attributes?: readonly AttributeDefinition[];
  readonly extensions?: readonly ExtensionInput[];
}

/** `User` with the enterprise extension (RFC 7643 sections 4.1 and 4.3) and what the host adds. */
export function createUserType(additions: ResourceTypeAdditions = {}): ResourceType {
  const type = compileResourceType({
    name: 'User',
    endpoint: 'Users',
    schema: User.definition,
    ...additions,
    extensions: [{ schema: EnterpriseUser.definition }, ...(additions.extensions ?? [])],
  });
  return { ...type, memberOf: type.attributes.get('groups') };
}

/** `Group` (RFC 7643 section 4.2) and what the host adds. */
export function createGroupType(additions: ResourceTypeAdditions = {}): ResourceType {
  const type = compileResourceType({ name: 'Group', endpoint: 'Groups', schema: Group.definition, ...additions });
  return { ...type, members: type.attributes.get('members') };
}

import { findRole, type RoleCatalogue } from './role-catalogue.js';

/** What the role attribute of a person came to. */
export type AttributeRole =
  | { readonly kind: 'role'; readonly role: string }
  /** There is no value: no role of this source. */
  | { readonly kind: 'none' }
  /** The current one stays. */
  | { readonly kind: 'keep' }
  /** 400 invalidValue, in words for the administrator of the identity provider. */
  | { readonly kind: 'refused'; readonly sentence: string };

/**
 * Reads a role that a directory names for a person. A privileged one counts only where an owner has allowed it for
 * attributes; otherwise it is treated as one that the host does not have.
 */
export function readRoleAttribute(
  value: unknown,
  { unknownRole }: { readonly unknownRole: 'refuse' | 'keep' },
  { roles, allowed }: { readonly roles: RoleCatalogue; readonly allowed: readonly string[] },
): AttributeRole {
  if (value === undefined || value === null || value === '') return { kind: 'none' };
  const role = typeof value === 'string' ? findRole(roles.organization, value.trim()) : undefined;
  if (role && (!role.privileged || allowed.includes(role.name))) return { kind: 'role', role: role.name };
  if (unknownRole === 'keep') return { kind: 'keep' };
  const names = roles.organization.filter((each) => !each.privileged || allowed.includes(each.name));
  return {
    kind: 'refused',
    sentence: `the role must be one of ${names.map(({ name }) => JSON.stringify(name)).join(', ')}; an owner of the organization can allow others`,
  };
}

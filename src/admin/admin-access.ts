import type { OrganizationScope } from '../storage/scope.js';

/** What somebody may do in an organization. An operator runs the application and sees to all organizations. */
export type AdminRole = 'member' | 'administrator' | 'owner' | 'operator';

/** A part that an organization's plan has or has not. */
export type AdminFeature = 'oidc' | 'scim';

/** Who a request comes from, as the host says. */
export interface AdminAccess extends OrganizationScope {
  readonly actor: { readonly id: string; readonly name: string };
  readonly role: AdminRole;
  /** What the organization's plan includes. */
  readonly features: readonly AdminFeature[];
}

const ROLES: readonly AdminRole[] = ['member', 'administrator', 'owner', 'operator'];

/** Whether somebody with one role may do what needs another. */
export function reaches(role: AdminRole, needed: AdminRole): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed);
}

export function isAdminRole(role: unknown): role is AdminRole {
  return ROLES.some((each) => each === role);
}

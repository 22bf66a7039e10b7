import { foldCase } from '../core/fold.js';

/** A role of the host's. */
export interface RoleDefinition {
  readonly name: string;
  /** An owner or administrator role: no identity provider gives it unless an owner has allowed that very mapping. */
  readonly privileged?: boolean;
}

/**
 * The host's roles, lowest first. The first is the base role, which everybody gets who gets no other; the last role of the
 * organization is its owner.
 */
export interface RoleCatalogue {
  readonly organization: readonly [RoleDefinition, ...RoleDefinition[]];
  readonly team: readonly [RoleDefinition, ...RoleDefinition[]];
}

/** The roles that a target knows. */
export function rolesFor(catalogue: RoleCatalogue, target: string): RoleCatalogue['team'] {
  return target === 'organization' ? catalogue.organization : catalogue.team;
}

/** The role of that name, letter case aside. */
export function findRole(roles: readonly RoleDefinition[], name: string): RoleDefinition | undefined {
  const folded = foldCase(name);
  return roles.find((role) => foldCase(role.name) === folded);
}

/** The highest of these roles. Names that the host no longer has count for nothing; where no other is left, the base role. */
export function highestRole(roles: RoleCatalogue['team'], names: readonly string[]): string {
  const held = new Set(names);
  return (roles.findLast(({ name }) => held.has(name)) ?? roles[0]).name;
}

/** Whether the role may be given only where an owner has allowed it. A name that the host does not have may never be given. */
export function isPrivileged(roles: readonly RoleDefinition[], name: string): boolean {
  return roles.find((role) => role.name === name)?.privileged ?? false;
}

/** The role of owners. */
export function ownerRole({ organization }: RoleCatalogue): string {
  return (organization.at(-1) ?? organization[0]).name;
}

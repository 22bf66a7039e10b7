import { foldCase } from '../core/fold.js';
import { findRole, type RoleCatalogue } from './role-catalogue.js';

/** A space of the host: a team that a claim names by its name. */
export interface NamedTeam {
  readonly teamId: string;
  readonly name: string;
}

/** A space with the role in it. */
export interface SpaceRole {
  readonly teamId: string;
  readonly role: string;
}

/** More items than any person has spaces: whoever sends them means something else. */
const MOST_ITEMS = 1000;

/**
 * Pairs the claims of spaces and of roles by position. Each is text with commas, or a list whose items are taken as they
 * are. Names are compared without letter case. One role goes to all spaces; a role that is unknown, missing, or privileged
 * and not allowed by an owner is the base role; a space that is unknown is left out with its role, and the others keep theirs; of
 * several roles for one space the first valid one counts; roles beyond the spaces count for nothing.
 *
 * @returns `undefined` when the claim of spaces is missing or cannot be understood: nothing is known then.
 */
export function pairSpaces(
  claims: { readonly spaces: unknown; readonly roles: unknown },
  known: {
    readonly spaces: readonly NamedTeam[];
    readonly roles: RoleCatalogue;
    /** Privileged roles that an owner has allowed for claims. */
    readonly allowed: readonly string[];
  },
): readonly SpaceRole[] | undefined {
  const names = itemsOf(claims.spaces);
  if (!names) return undefined;
  const roleNames = itemsOf(claims.roles) ?? [];
  const spaces = new Map(known.spaces.map(({ name, teamId }) => [foldCase(name), teamId]));
  const rolesOf = new Map<string, string[]>();
  names.forEach((name, position) => {
    const teamId = spaces.get(foldCase(name));
    if (teamId === undefined) return;
    const role = validRole(roleNames.length === 1 ? roleNames[0] : roleNames[position], known);
    const roles = rolesOf.get(teamId) ?? [];
    if (role !== undefined) roles.push(role);
    rolesOf.set(teamId, roles);
  });
  const [base] = known.roles.team;
  return [...rolesOf].map(([teamId, [role = base.name]]) => ({ teamId, role }));
}

function validRole(
  name: string | undefined,
  { roles, allowed }: { readonly roles: RoleCatalogue; readonly allowed: readonly string[] },
): string | undefined {
  const role = name === undefined ? undefined : findRole(roles.team, name);
  return role && (!role.privileged || allowed.includes(role.name)) ? role.name : undefined;
}

/** Items in their places. Empty ones at the end are a comma too many; elsewhere they keep the places of the others. */
function itemsOf(claim: unknown): readonly string[] | undefined {
  if (typeof claim !== 'string' && !Array.isArray(claim)) return undefined;
  const parts: readonly unknown[] = typeof claim === 'string' ? claim.split(',', MOST_ITEMS + 1) : claim;
  if (parts.length > MOST_ITEMS) return undefined;
  const items = parts.map((part) => (typeof part === 'string' ? part.trim() : ''));
  return items.slice(0, items.findLastIndex((item) => item !== '') + 1);
}

import { foldCase } from '../core/fold.js';
import type { Grant } from './grant.js';
import type { RoleCatalogue } from './role-catalogue.js';

/** What a login says about groups; the same four things that `OidcGroups` tells apart. */
export type ClaimedGroups =
  | { readonly state: 'present'; readonly values: readonly string[]; readonly mayBeCut: boolean }
  | { readonly state: 'empty' }
  | { readonly state: 'missing' }
  | { readonly state: 'overflow' };

/** A team that carries an identifier of the tenant's identity provider. Its name does not matter. */
export interface IdentifiedTeam {
  readonly teamId: string;
  readonly identifier: string;
  /** The base role unless told. */
  readonly role?: string;
}

/**
 * What a login wants of the source `claim-groups`: the teams whose identifiers it names, instead of those it named before.
 * A login that says nothing about groups, or too much to be told, takes nobody out of a team; a list that may be cut only adds.
 * @returns `undefined` when the login says nothing.
 */
export function grantsOfClaimedGroups(
  groups: ClaimedGroups,
  teams: readonly IdentifiedTeam[],
  {
    userId,
    tenantId,
    current,
  }: { readonly userId: string; readonly tenantId: string; readonly current: readonly Grant[] },
  { team: [base] }: RoleCatalogue,
): readonly Grant[] | undefined {
  if (groups.state === 'missing' || groups.state === 'overflow') return undefined;
  const named = new Set(groups.state === 'present' ? groups.values.map(foldCase) : []);
  const wanted = teams
    .filter(({ identifier }) => identifier !== '' && named.has(foldCase(identifier)))
    .map(
      ({ teamId, role = base.name }): Grant => ({
        userId,
        target: `team:${teamId}`,
        role,
        source: `claim-groups:${tenantId}`,
      }),
    );
  if (groups.state === 'empty' || !groups.mayBeCut) return wanted;
  const targets = new Set(wanted.map(({ target }) => target));
  return [...wanted, ...current.filter(({ target }) => !targets.has(target))];
}

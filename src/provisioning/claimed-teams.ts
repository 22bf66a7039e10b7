import { isStorableText } from '../core/storable-text.js';
import type { ManagedStorage } from '../storage/managed-storage.js';
import type { OrganizationScope } from '../storage/scope.js';
import type { IdentifiedTeam } from './claim-groups.js';
import type { NamedTeam } from './claim-spaces.js';
import type { SignInIdentity } from './sign-in-identity.js';

/** Spaces in one claim; whoever sends more means something else. */
export const MOST_SPACES = 1000;

/** The teams that a claim of spaces names. */
export async function spacesNamed(
  { teams }: ManagedStorage,
  scope: OrganizationScope,
  claim: unknown,
): Promise<readonly NamedTeam[]> {
  const items: readonly unknown[] = typeof claim === 'string' ? claim.split(',') : Array.isArray(claim) ? claim : [];
  const names = new Set(
    items
      .slice(0, MOST_SPACES)
      .filter((item) => typeof item === 'string')
      .map((item) => item.trim())
      .filter(isStorableText),
  );
  const found: NamedTeam[] = [];
  for (const name of names) {
    const team = name === '' ? undefined : await teams.findByName(scope, name);
    if (team) found.push({ teamId: team.id, name: team.name });
  }
  return found;
}

/** The teams that carry the identifiers of a login's groups. */
export async function teamsNamed(
  { teams }: ManagedStorage,
  scope: OrganizationScope,
  { groups }: Pick<SignInIdentity, 'groups'>,
): Promise<readonly IdentifiedTeam[]> {
  if (groups.state !== 'present') return [];
  const found = await teams.findByIdentifiers(scope, groups.values);
  return found.map(({ id: teamId, identifier = '' }) => ({ teamId, identifier }));
}

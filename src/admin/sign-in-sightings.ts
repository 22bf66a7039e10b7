import type { JournalEntry, JournalStore } from '../storage/journal-store.js';
import type { OrganizationScope } from '../storage/scope.js';
import type { SignInSighting, SignInSign } from './sign-in-sighting.js';

export interface SightingWish {
  /** Whether groups of sign-ins lead to anything here; unless told nobody misses them. */
  readonly groups?: boolean;
}

/** Entries of the journal that are looked through. */
const MOST_ENTRIES = 100;
const CUT_AT = 100;

/**
 * What recent sign-ins in the journal show of how tenants are set up. A sign that the newest sign-in of a tenant does not
 * show any more counts as mended, for what concerns everybody in the same way.
 */
export async function readSignInSightings(
  { journal }: { readonly journal: JournalStore },
  scope: OrganizationScope,
  wish: SightingWish = {},
): Promise<readonly SignInSighting[]> {
  const { items } = await journal.page(scope, 'provisioning', { after: '', limit: MOST_ENTRIES });
  return signInSightings(items, wish);
}

/** @param entries of the journal, newest first */
export function signInSightings(
  entries: readonly JournalEntry[],
  { groups: withGroups = false }: SightingWish = {},
): readonly SignInSighting[] {
  const newest = new Map<string, SignInSign | undefined>();
  const found = new Map<string, SignInSighting>();
  for (const { kind, at, details } of entries) {
    const { tenantId, reason, groupsState, groups } = details;
    if (typeof tenantId !== 'string') continue;
    const sign =
      kind === 'login' ? (withGroups ? groupSign(groupsState, groups) : undefined) : refusalSign(kind, reason);
    if (kind === 'login' && !newest.has(tenantId)) newest.set(tenantId, sign);
    if (!sign || (sign === 'groups-missing' && newest.get(tenantId) !== sign)) continue;
    const key = JSON.stringify([tenantId, sign]);
    const known = found.get(key);
    found.set(key, { sign, tenantId, at: known?.at ?? at, count: (known?.count ?? 0) + 1 });
  }
  return [...found.values()];
}

function groupSign(state: unknown, groups: unknown): SignInSign | undefined {
  if (state === 'missing') return 'groups-missing';
  if (state === 'overflow') return 'groups-overflow';
  return Array.isArray(groups) && groups.length === CUT_AT ? 'groups-cut' : undefined;
}

function refusalSign(kind: string, reason: unknown): SignInSign | undefined {
  return kind === 'login-refused' && reason === 'email-not-verified' ? 'email-not-verified' : undefined;
}

import type { Grant, GrantSource, GrantTarget } from '../storage/grant.js';

export type { Grant, GrantSource, GrantTarget } from '../storage/grant.js';

/** The part of a source before its id. */
export type GrantSourceKind = GrantSource extends infer Source
  ? Source extends `${infer Kind}:${string}`
    ? Kind
    : Source
  : never;

/** What stands behind a source: which kind, and of which directory, group or tenant. */
export function partsOfSource(source: GrantSource): { readonly kind: GrantSourceKind; readonly id: string } {
  const end = source.indexOf(':');
  if (end < 0) return { kind: 'manual', id: '' };
  return { kind: source.slice(0, end) as GrantSourceKind, id: source.slice(end + 1) };
}

/** The team that a target names; `undefined` for the organization. */
export function teamOf(target: GrantTarget): string | undefined {
  return target === 'organization' ? undefined : target.slice('team:'.length);
}

/** What a grant is unique by. */
export function grantKey({ userId, target, source }: Omit<Grant, 'role'>): string {
  return JSON.stringify([userId, target, source]);
}

const BY_HAND: ReadonlySet<GrantSourceKind> = new Set<GrantSourceKind>(['manual', 'initial']);

/**
 * Whether an identity provider gave it and may take it away. What a person has by hand, or was given once at the first
 * login, only hands take away.
 */
export function isProvisioned(source: GrantSource): boolean {
  return !BY_HAND.has(partsOfSource(source).kind);
}

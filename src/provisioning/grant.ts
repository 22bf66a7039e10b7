/** What a grant is for: a role in the organization itself, or in one team. */
export type GrantTarget = 'organization' | `team:${string}`;

/** Why somebody has something. Of one source there is at most one grant for a user and a target. */
export type GrantSource =
  | 'manual'
  /** The base organization role of everybody a directory vouches for. */
  | `directory:${string}`
  /** A role that an attribute of the person names, such as `secodaRole`. */
  | `attribute:${string}`
  | `default-team:${string}`
  /** A row of the mapping, in manual and in auto mode. */
  | `group:${string}`
  | `claim-spaces:${string}`
  | `claim-groups:${string}`
  /** Given at the first login and never compared again. */
  | `initial:${string}`;

/** One reason why a person has a role in the organization or in a team. */
export interface Grant {
  readonly userId: string;
  readonly target: GrantTarget;
  readonly role: string;
  readonly source: GrantSource;
}

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

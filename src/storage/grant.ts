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

/** A change of grants. */
export interface GrantChange {
  readonly add: readonly Grant[];
  readonly remove: readonly Grant[];
  /** Grants that stay with another role. */
  readonly change: readonly { readonly grant: Grant; readonly from: string }[];
}

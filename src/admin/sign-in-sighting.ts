/** Something about a sign-in that shows how the provider is set up. */
export type SignInSign =
  /** There is no groups claim at all. */
  | 'groups-missing'
  /** The provider has more groups than fit into a token, and says so. */
  | 'groups-overflow'
  /** Exactly as many groups as a provider cuts at. */
  | 'groups-cut'
  | 'email-missing'
  | 'email-not-verified'
  | 'guest'
  | 'foreign-domain'
  | 'client-refused'
  | 'issuer-mismatch'
  | 'not-assigned';

/** One sign-in, or many alike, at which a sign was seen; from the journal, or from the log of the host. */
export interface SignInSighting {
  readonly sign: SignInSign;
  readonly tenantId: string;
  /** When it was seen last. UTC, ISO 8601 with milliseconds. */
  readonly at: string;
  /** How often; once unless given. */
  readonly count?: number;
}

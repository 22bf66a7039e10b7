import type { JsonObject } from './resource-store.js';
import type { OrganizationScope } from './scope.js';

/** Where in its life an OIDC tenant is. Only an active one signs anybody in. */
export type OidcTenantState = 'submitted' | 'needs-information' | 'active' | 'rejected' | 'disabled';

/** A domain that an organization says is its own. Times are ISO 8601 in UTC. */
export interface OidcDomain {
  /** Lower case, in ASCII, without a dot at the end. */
  readonly name: string;
  /** `failed` was proved and is no more, or belongs to another tenant; `expired` was not proved in time. */
  readonly state: 'pending' | 'proved' | 'failed' | 'expired';
  readonly reason?: 'lapsed' | 'taken';
  /** The random value that has to be published for this domain by this tenant. Not a secret. */
  readonly proof: string;
  readonly claimedAt: string;
  /** Until when a claim is looked for. */
  readonly expiresAt: string;
  readonly provedAt?: string;
  readonly checkedAt?: string;
  /** What the last look-up found. */
  readonly found?: 'proof' | 'other-values' | 'nothing' | 'no-answer';
  /** Look-ups in a row without the proof. */
  readonly misses: number;
  /** Since when name servers have said that the proof of a proved domain is gone. */
  readonly missingSince?: string;
  /** Since when name servers of a proved domain have said nothing. */
  readonly silentSince?: string;
  /** When it is looked up next; absent when it no longer is. */
  readonly nextCheckAt?: string;
}

/** A secret of the client, sealed. */
export interface SealedClientSecret {
  readonly id: string;
  readonly sealed: string;
  /** Tells one secret from another without giving anything away. */
  readonly fingerprint: string;
  readonly addedAt: string;
  readonly expiresAt?: string;
  /** The expiry that a reminder has been sent about. */
  readonly remindedOf?: string;
}

/** The private key of a client, sealed. */
export interface SealedClientKey {
  readonly sealed: string;
  readonly fingerprint: string;
  readonly algorithm: string;
  readonly keyId?: string;
  readonly audience?: string;
  readonly addedAt: string;
}

/** An organization's connection to its identity provider, from the request on. Secrets are sealed. */
export interface OidcTenantRecord extends OrganizationScope {
  /** Unique over all organizations. */
  readonly id: string;
  /** Another one after each change. */
  readonly version: number;
  /** Grows with what people change, and not with what maintenance notes. */
  readonly revision: number;
  readonly state: OidcTenantState;
  /** What was last said to the organization: what is missing, or why it was rejected or disabled. */
  readonly message?: string;
  /** On whose side it was disabled. */
  readonly disabledBy?: 'organization' | 'operator';
  /** What the identity provider and the sign-in need, without secrets. */
  readonly settings: JsonObject;
  readonly domains: readonly OidcDomain[];
  /** The names of the domains that are this tenant's and no other's now. */
  readonly provedDomains: readonly string[];
  /** In canonical form. */
  readonly breakGlassEmails: readonly string[];
  /** The one in use first; at most two. */
  readonly clientSecrets: readonly SealedClientSecret[];
  readonly privateKey?: SealedClientKey;
  /** What the organization wishes of provisioning. */
  readonly preferences: JsonObject;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** When maintenance has something to do next. */
  readonly dueAt?: string;
}

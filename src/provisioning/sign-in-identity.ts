import type { ClaimedGroups } from './claim-groups.js';

/** Who signed in, as far as provisioning looks at it: an `OidcIdentity` is one. */
export interface SignInIdentity {
  readonly tenantId: string;
  readonly organizationId: string;
  readonly subject: string;
  /** Made of tenant, issuer and subject. */
  readonly linkKey: string;
  readonly email:
    | { readonly verified: true; readonly address: string }
    | { readonly verified: false; readonly address: string | undefined };
  readonly name: string | undefined;
  readonly timezone: string | undefined;
  readonly groups: ClaimedGroups;
  /** `spaces` and `spaceRoles` are looked at, as they came. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** What directories call the identity, where it is not the subject (Entra). */
  readonly oid: string | undefined;
}

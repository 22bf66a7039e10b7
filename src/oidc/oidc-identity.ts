import { sha256 } from '../core/sha256.js';
import type { OidcTenant } from '../tenancy/oidc-tenant.js';
import { type OidcGroups, readGroups } from './group-claim.js';
import type { VerifiedIdToken } from './id-token.js';
import { type JsonRecord, textOf } from './json-object.js';
import { judgeEmail, type OidcEmail } from './verified-email.js';

/** Who signed in, as the tenant's provider says. */
export interface OidcIdentity {
  readonly tenantId: string;
  readonly organizationId: string;
  readonly issuer: string;
  readonly subject: string;
  /**
   * The key under which the login is remembered, made of tenant, issuer and subject: another tenant with a copied issuer
   * and subject has another one. 64 hexadecimal digits.
   */
  readonly linkKey: string;
  readonly email: OidcEmail;
  readonly name: string | undefined;
  readonly givenName: string | undefined;
  readonly familyName: string | undefined;
  /** A valid language tag (BCP 47) in its canonical form. */
  readonly locale: string | undefined;
  /** A valid name of the IANA time zone database. */
  readonly timezone: string | undefined;
  readonly groups: OidcGroups;
  /** What the tenant's `claimNames` name beyond the claims above, as it came. No prototype. */
  readonly attributes: JsonRecord;
  /** Entra: the person's object id, the same in all applications; usually the `externalId` of SCIM. */
  readonly oid: string | undefined;
  /** Entra: the tenant that the person signed in at. */
  readonly tid: string | undefined;
  /** Google: the Workspace domain. */
  readonly hd: string | undefined;
  /** All claims: UserInfo, and over it the ID Token. Objects have no prototype. */
  readonly claims: JsonRecord;
}

const KNOWN = new Set(['groups', 'name', 'givenName', 'familyName', 'locale', 'timezone']);

/** Makes an {@link OidcIdentity} of verified claims. */
export function readIdentity(
  tenant: OidcTenant,
  { issuer, subject, claims: idToken }: VerifiedIdToken,
  userInfo: JsonRecord | undefined,
): OidcIdentity {
  const claims: JsonRecord = Object.assign(Object.create(null), userInfo, idToken);
  const names = new Map(Object.entries(tenant.claimNames ?? {}));
  const text = (field: string, claim: string) => textOf(claims[names.get(field) ?? claim]);
  const attributes: Record<string, unknown> = Object.create(null);
  for (const [field, claim] of names) {
    if (!KNOWN.has(field) && claims[claim] !== undefined) attributes[field] = claims[claim];
  }
  return {
    tenantId: tenant.id,
    organizationId: tenant.organizationId,
    issuer,
    subject,
    linkKey: sha256(JSON.stringify([tenant.id, issuer, subject])),
    email: judgeEmail(tenant, idToken, userInfo),
    name: text('name', 'name'),
    givenName: text('givenName', 'given_name'),
    familyName: text('familyName', 'family_name'),
    locale: languageTag(text('locale', 'locale')),
    timezone: timeZone(text('timezone', 'zoneinfo')),
    groups: readGroups(names.get('groups') ?? 'groups', idToken, userInfo),
    attributes,
    oid: textOf(claims['oid']),
    tid: textOf(claims['tid']),
    hd: textOf(claims['hd']),
    claims,
  };
}

function languageTag(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 100) return undefined;
  try {
    // OpenID Connect Core section 5.1 knows providers that write en_US.
    return Intl.getCanonicalLocales(text.replaceAll('_', '-'))[0];
  } catch {
    return undefined;
  }
}

function timeZone(text: string | undefined): string | undefined {
  // An offset such as +02:00 is taken by Intl, and is no name.
  if (text === undefined || text.length > 100 || !/^[A-Za-z]/.test(text)) return undefined;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: text }) && text;
  } catch {
    return undefined;
  }
}

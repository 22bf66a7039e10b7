import { hash } from 'node:crypto';
import type { Clock } from '../core/clock.js';
import { isStorableText } from '../core/storable-text.js';
import type { OidcTenant } from '../tenancy/oidc-tenant.js';
import { CLOCK_TOLERANCE } from './client-configuration.js';
import { entraTenantOf, fillIssuer, isGoogle } from './issuer-rules.js';
import { type JsonRecord, textOf } from './json-object.js';
import { OidcError } from './oidc-error.js';
import type { Provider } from './provider.js';
import { wrongIssuer } from './provider-failure.js';
import type { ProviderMetadata } from './provider-metadata.js';

/** Characters of `sub` and `sid`: sessions remember them. */
const LONGEST_IDENTIFIER = 1000;

/** An ID Token that holds: signed by the provider, about a person who may sign in at this tenant. */
export interface VerifiedIdToken {
  /** The issuer, with the Entra tenant in place of a template. */
  readonly issuer: string;
  readonly subject: string;
  readonly claims: JsonRecord;
}

/**
 * Checks what openid-client leaves open: the signature, with keys that may have changed a moment ago, `at_hash`, an `azp`
 * of somebody else, an `iat` ahead of time, and who may sign in at this tenant. openid-client has checked `iss`, `aud`,
 * `exp`, `nbf`, `nonce` and `auth_time` before (OpenID Connect Core section 3.1.3.7).
 *
 * @throws {OidcError}
 */
export async function verifyIdToken(
  tenant: OidcTenant,
  provider: Provider,
  clock: Clock,
  tokens: { readonly idToken: string; readonly accessToken?: string | undefined },
): Promise<VerifiedIdToken> {
  const { metadata, keys } = provider;
  const { payload: claims, algorithm } = await keys.verify(tokens.idToken, metadata.algorithms);
  const { aud, azp, iat, at_hash: atHash } = claims;
  if (!isFor(aud, tenant.clientId)) throw invalid('aud');
  if (azp !== undefined && azp !== tenant.clientId) throw invalid('azp');
  if (typeof iat !== 'number' || iat > clock.now() / 1000 + CLOCK_TOLERANCE) throw invalid('iat');
  if (atHash !== undefined && tokens.accessToken !== undefined) {
    if (atHash !== halfHash(tokens.accessToken, algorithm)) throw invalid('at_hash');
  }
  const { sub, sid } = claims;
  const subject = textOf(sub);
  if (subject === undefined || subject.length > LONGEST_IDENTIFIER || !isStorableText(subject)) throw invalid('sub');
  if (sid !== undefined && (typeof sid !== 'string' || sid.length > LONGEST_IDENTIFIER)) throw invalid('sid');
  const issuer = issuerOf(tenant, metadata, claims);
  checkHostedDomain(tenant, metadata, claims);
  return { issuer, subject, claims };
}

/** Which issuers an answer or token of this tenant may come from. */
export function issuersOf({ entraTenantIds = [] }: OidcTenant, metadata: ProviderMetadata): readonly string[] {
  if (!metadata.issuerIsTemplate) return [metadata.issuer];
  return entraTenantIds.map((id) => fillIssuer(metadata.issuer, id.toLowerCase()));
}

function issuerOf(tenant: OidcTenant, metadata: ProviderMetadata, claims: JsonRecord): string {
  const { iss, tid } = claims;
  const { entraTenantIds } = tenant;
  const named = entraTenantOf(metadata.issuer);
  if (entraTenantIds) {
    const isPinned = typeof tid === 'string' && entraTenantIds.some((id) => id.toLowerCase() === tid.toLowerCase());
    if (!isPinned) throw new OidcError('organization_mismatch', { claim: 'tid' });
  }
  if (metadata.issuerIsTemplate) {
    if (typeof iss !== 'string' || !issuersOf(tenant, metadata).includes(iss))
      throw wrongIssuer('id_token', metadata.issuer, iss);
    if (entraTenantOf(iss) !== tid) throw invalid('tid');
    return iss;
  }
  if (iss !== metadata.issuer) throw wrongIssuer('id_token', metadata.issuer, iss);
  if (named !== undefined && tid !== undefined && tid !== named) throw invalid('tid');
  return metadata.issuer;
}

/** At Google every account of the world has the same issuer; `hd` alone says whose it is. */
function checkHostedDomain(tenant: OidcTenant, { issuer }: ProviderMetadata, { hd }: JsonRecord): void {
  const allowed = tenant.googleHostedDomains ?? (isGoogle(new URL(issuer)) ? (tenant.provedDomains ?? []) : undefined);
  if (allowed && !(typeof hd === 'string' && allowed.includes(hd.toLowerCase()))) {
    throw new OidcError('organization_mismatch', { claim: 'hd' });
  }
}

function isFor(audience: unknown, clientId: string): boolean {
  return audience === clientId || (Array.isArray(audience) && audience.includes(clientId));
}

/** OpenID Connect Core section 3.1.3.6. */
function halfHash(accessToken: string, algorithm: string): string {
  const bits = /(?:256|384|512)$/.exec(algorithm)?.[0] ?? '512';
  const digest = hash(`sha${bits}`, accessToken, 'buffer');
  return digest.subarray(0, digest.length / 2).toString('base64url');
}

function invalid(claim: string): OidcError {
  return new OidcError('token_invalid', { stage: 'id_token', claim });
}

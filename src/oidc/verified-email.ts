import { parseEmailAddress } from '../core/email-address.js';
import type { OidcTenant } from '../tenancy/oidc-tenant.js';
import { type JsonRecord, textOf } from './json-object.js';

/** An e-mail address as a provider gave it, and whether it may lead to an account. */
export type OidcEmail =
  | {
      readonly verified: true;
      /** With the domain in lower case and ASCII. */
      readonly address: string;
      readonly domain: string;
    }
  | {
      readonly verified: false;
      /** As it came, if there was a usable one; never to be looked up. */
      readonly address: string | undefined;
      readonly reason: EmailDoubt;
    };

/** Why an address is not verified. */
export type EmailDoubt =
  /** There is no claim `email`. */
  | 'missing'
  /** Not an address with one "@", or one that another program might read differently. */
  | 'malformed'
  /** The provider says outright that it is not verified. */
  | 'said-unverified'
  /** The provider says nothing, and the tenant does not trust its addresses. */
  | 'not-said-verified'
  /** A guest: somebody whose home is elsewhere. */
  | 'guest'
  /** The address is not in a domain that the organization has proved to own. */
  | 'foreign-domain';

/**
 * Judges the e-mail address. Any administrator of an Entra tenant can write any address into `email` (nOAuth), so what
 * counts is `email_verified`, or `xms_edov` where that is absent, or the tenant's `trustEmail`; and only in a domain that
 * the organization has proved to own. `upn` and `preferred_username` are never looked at: they change and are given again.
 */
export function judgeEmail(tenant: OidcTenant, idToken: JsonRecord, userInfo: JsonRecord | undefined): OidcEmail {
  const source = idToken['email'] === undefined ? (userInfo ?? idToken) : idToken;
  const given = source['email'];
  if (given === undefined || given === null) return { verified: false, address: undefined, reason: 'missing' };
  const text = textOf(given);
  const parsed = text === undefined ? undefined : parseEmailAddress(text);
  if (!parsed) return { verified: false, address: undefined, reason: 'malformed' };
  const { address, domain } = parsed;
  const doubt = doubtOf(tenant, idToken, signalsFor(given, source, userInfo));
  if (doubt) return { verified: false, address, reason: doubt };
  if (!(tenant.provedDomains ?? []).includes(domain)) return { verified: false, address, reason: 'foreign-domain' };
  return { verified: true, address, domain };
}

/** What is said about this very address: UserInfo counts beside the ID Token only where it names the same one. */
function signalsFor(given: unknown, source: JsonRecord, userInfo: JsonRecord | undefined): readonly JsonRecord[] {
  return userInfo && userInfo !== source && userInfo['email'] === given ? [source, userInfo] : [source];
}

function doubtOf(tenant: OidcTenant, idToken: JsonRecord, signals: readonly JsonRecord[]): EmailDoubt | undefined {
  const stated = signals.map((claims) => claims['email_verified']).filter((value) => value !== undefined);
  if (stated.length > 0) return stated.every(isYes) ? undefined : 'said-unverified';
  const owned = signals.map((claims) => claims['xms_edov']).filter((value) => value !== undefined);
  if (owned.length > 0) return owned.every(isYes) ? undefined : 'said-unverified';
  if (tenant.trustEmail !== true) return 'not-said-verified';
  return isGuest(idToken) ? 'guest' : undefined;
}

/** A text and a number have been seen at Entra, a text elsewhere. */
function isYes(value: unknown): boolean {
  return value === true || value === 'true' || value === 1 || value === '1';
}

function isGuest({ acct, idp, iss }: JsonRecord): boolean {
  return acct === 1 || acct === '1' || (typeof idp === 'string' && idp !== iss);
}

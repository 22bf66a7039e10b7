const ENTRA = 'https://login.microsoftonline.com';
const ENTRA_HOSTS = new Set([
  'login.microsoftonline.com',
  'login.microsoftonline.us',
  'login.partner.microsoftonline.cn',
]);
const ENTRA_ISSUER = /^https:\/\/(?:login\.microsoftonline\.com\/([^/]+)\/v2\.0|sts\.windows\.net\/([^/]+)\/)$/;
const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const ANY_TENANT = new Set(['common', 'organizations', 'consumers']);
const TEMPLATE = '{tenantid}';

/** How the issuer in a discovery document relates to the authority that somebody typed in. */
export type IssuerRelation =
  | { readonly kind: 'same' | 'slash' | 'entra' | 'entra-template' }
  | { readonly kind: 'mismatch'; readonly hint: string };

/** Whether the authority belongs to one of the Entra clouds. */
function isEntra(authority: URL): boolean {
  return ENTRA_HOSTS.has(authority.hostname);
}

/** Whether the authority lets people of any Entra tenant sign in, so that a list of tenants is needed. */
export function isAnyEntraTenant(authority: URL): boolean {
  return isEntra(authority) && ANY_TENANT.has(firstSegment(authority));
}

/** Whether the authority is Google's, where every account of the world signs in. */
export function isGoogle(authority: URL): boolean {
  return authority.hostname === 'accounts.google.com';
}

/**
 * Compares issuers exactly (OpenID Connect Discovery section 4.3), with the exceptions that exist in the wild: a slash at
 * the end, and Entra, whose documents answer with another host (v1.0), the tenant's id instead of its domain, or a
 * template. Of the Entra clouds only the worldwide one is known to do so.
 */
export function compareIssuer(authority: URL, typed: string, issuer: string): IssuerRelation {
  if (issuer === typed) return { kind: 'same' };
  if (withoutSlash(issuer) === withoutSlash(typed)) return { kind: 'slash' };
  if (authority.origin === ENTRA) return compareEntra(firstSegment(authority), issuer);
  if (isEntra(authority)) {
    return { kind: 'mismatch', hint: 'In this cloud of Entra use the id of the tenant: https://…/<tenant id>/v2.0.' };
  }
  return { kind: 'mismatch', hint: 'Copy the issuer from the identity provider exactly as it stands there.' };
}

function compareEntra(tenant: string, issuer: string): IssuerRelation {
  const match = ENTRA_ISSUER.exec(issuer);
  const named = match?.[1] ?? match?.[2];
  if (named === TEMPLATE) return { kind: 'entra-template' };
  const fits = named !== undefined && GUID.test(named) && (named === tenant || !GUID.test(tenant));
  return fits
    ? { kind: 'entra' }
    : { kind: 'mismatch', hint: 'Use https://login.microsoftonline.com/<tenant id>/v2.0.' };
}

/** The issuer of one Entra tenant, from the template in the document. */
export function fillIssuer(template: string, entraTenantId: string): string {
  return template.replace(TEMPLATE, entraTenantId);
}

/** The Entra tenant that an issuer names, if it is one of Entra's. */
export function entraTenantOf(issuer: string): string | undefined {
  const match = ENTRA_ISSUER.exec(issuer);
  return match?.[1] ?? match?.[2];
}

/** What to do about a token of another issuer than the document says, where that is known. */
export function issuerHint(expected: string, received: string): string | undefined {
  if (entraTenantOf(expected) === undefined || entraTenantOf(expected) !== entraTenantOf(received)) return undefined;
  return received.endsWith('/v2.0')
    ? 'Entra sends tokens of its version 2: end the authority in /v2.0.'
    : 'Entra sends tokens of its version 1: take /v2.0 from the end of the authority.';
}

function firstSegment({ pathname }: URL): string {
  return pathname.split('/')[1]?.toLowerCase() ?? '';
}

function withoutSlash(text: string): string {
  return text.replace(/\/$/, '');
}

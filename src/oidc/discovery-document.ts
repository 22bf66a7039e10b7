import { escapeControls } from '../core/logger.js';
import type { OidcTenant } from '../tenancy/oidc-tenant.js';
import { mayDial } from './address-guard.js';
import { compareIssuer, isAnyEntraTenant, isGoogle } from './issuer-rules.js';
import { type JsonRecord, textList, textOf } from './json-object.js';
import type { OidcMender } from './oidc-error.js';
import { type ProviderFinding, type ProviderMetadata, SIGNATURE_ALGORITHMS } from './provider-metadata.js';

const WELL_KNOWN = '/.well-known/openid-configuration';

/** What came of looking at something: findings, and the result when no finding is an error. */
export interface Examined<T> {
  readonly result: T | undefined;
  readonly findings: readonly ProviderFinding[];
}

/** The authority of a tenant, taken apart. */
export interface Authority {
  readonly url: URL;
  /** As it was typed, without the well-known path that people copy along. */
  readonly text: string;
  /** Where the discovery document is: the path comes after the authority's own. */
  readonly documentUrl: string;
}

/** Collects findings. */
class Findings {
  readonly list: ProviderFinding[] = [];

  error(code: string, message: string, mender: OidcMender = 'provider-administrator'): void {
    this.list.push({ code, severity: 'error', message: escapeControls(message), mender });
  }

  warn(code: string, message: string, mender: OidcMender = 'provider-administrator'): void {
    this.list.push({ code, severity: 'warning', message: escapeControls(message), mender });
  }

  end<T>(result: T): Examined<T> {
    return { result: this.list.some(({ severity }) => severity === 'error') ? undefined : result, findings: this.list };
  }
}

/** Looks at the authority of a tenant and what must be set beside it. `insecure` allows plain http (to loopback). */
export function examineAuthority(tenant: OidcTenant, insecure: boolean): Examined<Authority> {
  const findings = new Findings();
  const { entraTenantIds, googleHostedDomains, provedDomains = [] } = tenant;
  const text = tenant.authority.trim().replace(/\/?\.well-known\/openid-configuration$/, '');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url) {
    findings.error(
      'authority_not_url',
      'The authority is not a URL such as https://idp.example.',
      'tenant-administrator',
    );
    return { result: undefined, findings: findings.list };
  }
  if (url.protocol !== 'https:' && !(insecure && url.protocol === 'http:')) {
    findings.error('authority_not_https', 'The authority must begin with https://.', 'tenant-administrator');
  }
  if (url.username !== '' || url.password !== '') {
    findings.error('authority_with_user', 'The authority must not hold a user name.', 'tenant-administrator');
  }
  if (/[?#]/.test(text)) {
    findings.error('authority_with_query', 'The authority must not hold "?" or "#".', 'tenant-administrator');
  }
  if (isAnyEntraTenant(url) && !entraTenantIds) {
    const message = 'This authority lets every Entra tenant of the world in: name the tenants that may sign in.';
    findings.error('entra_tenants_missing', message, 'tenant-administrator');
  }
  if (isGoogle(url) && !googleHostedDomains && provedDomains.length === 0) {
    const message = 'Google lets every Google account in: name the Workspace domains that may sign in.';
    findings.error('hosted_domains_missing', message, 'tenant-administrator');
  }
  return findings.end({ url, text, documentUrl: `${text.replace(/\/$/, '')}${WELL_KNOWN}` });
}

/** Looks at a discovery document (OpenID Connect Discovery sections 3 and 4.3). */
export function examineDocument(
  tenant: OidcTenant,
  authority: Authority,
  document: JsonRecord,
  insecure: boolean,
): Examined<ProviderMetadata> {
  const findings = new Findings();
  const { flow = 'code' } = tenant;
  const issuer = textOf(document['issuer']) ?? '';
  const relation = compareIssuer(authority.url, authority.text, issuer);
  if (relation.kind === 'mismatch') {
    const names = `The authority is "${authority.text}", but the provider calls itself "${issuer.slice(0, 300)}".`;
    findings.error('issuer_mismatch', `${names} ${relation.hint}`, 'tenant-administrator');
  } else if (relation.kind === 'slash') {
    const message = `The provider calls itself "${issuer}", which differs by the slash at the end. That name is used.`;
    findings.warn('issuer_slash', message, 'tenant-administrator');
  } else if (relation.kind === 'entra-template' && !tenant.entraTenantIds) {
    const message = 'This authority lets every Entra tenant in: name the tenants that may sign in.';
    findings.error('entra_tenants_missing', message, 'tenant-administrator');
  }

  function endpoint(name: string, required: boolean): string | undefined {
    const value = document[name];
    if (value === undefined || value === null) {
      if (required) findings.error('endpoint_missing', `The provider's document has no "${name}".`);
      return undefined;
    }
    const url = typeof value === 'string' && URL.canParse(value) ? new URL(value) : undefined;
    if (!url || !(url.protocol === 'https:' || (insecure && url.protocol === 'http:')) || url.username !== '') {
      findings.error('endpoint_not_https', `"${name}" in the provider's document is not a URL with https://.`);
      return undefined;
    }
    if (isForbiddenLiteral(url, tenant, insecure)) {
      findings.error(
        'endpoint_forbidden',
        `"${name}" in the provider's document has an address that must not be called.`,
      );
    }
    return url.href;
  }

  const authorizationEndpoint = endpoint('authorization_endpoint', true) ?? '';
  const tokenEndpoint = endpoint('token_endpoint', flow === 'code');
  const jwksUri = endpoint('jwks_uri', true) ?? '';
  const userInfoEndpoint = endpoint('userinfo_endpoint', false);
  const endSessionEndpoint = endpoint('end_session_endpoint', false);
  const algorithms = readAlgorithms(document, findings);
  noteAbilities(tenant, document, findings);
  return findings.end({
    issuer,
    issuerIsTemplate: relation.kind === 'entra-template',
    authorizationEndpoint,
    tokenEndpoint,
    jwksUri,
    userInfoEndpoint,
    endSessionEndpoint,
    algorithms,
    announcesIssuerParameter: document['authorization_response_iss_parameter_supported'] === true,
  });
}

/** An address in place of a name; names are looked up, and checked, when they are dialled. */
function isForbiddenLiteral({ hostname }: URL, { internalHosts = [] }: OidcTenant, insecure: boolean): boolean {
  const literal = hostname.replace(/^\[(.*)\]$/, '$1');
  if (!/^[\d.]+$/.test(literal) && !literal.includes(':')) return false;
  return !mayDial(literal, hostname, { internalHosts: new Set(internalHosts), loopback: insecure });
}

function readAlgorithms(document: JsonRecord, findings: Findings): readonly string[] {
  const announced = textList(document['id_token_signing_alg_values_supported']) ?? ['RS256'];
  const usable = SIGNATURE_ALGORITHMS.filter((algorithm) => announced.includes(algorithm));
  if (usable.length === 0) {
    const message = 'The provider signs ID Tokens in no way that is safe. Choose RS256 or ES256 for this application.';
    findings.error('algorithms_unsafe', message);
  }
  return usable;
}

/** Notes what the document says the provider cannot do. Many documents are incomplete, so most of it is a warning. */
function noteAbilities(tenant: OidcTenant, document: JsonRecord, findings: Findings): void {
  const { flow = 'code', responseMode = 'query', clientAuthentication, additionalScopes = [] } = tenant;
  const lacks = (name: string, wanted: string, otherwise?: readonly string[]) => {
    const offered = textList(document[name]) ?? otherwise;
    return offered !== undefined && !offered.includes(wanted);
  };
  if (lacks('response_types_supported', flow)) {
    findings.error('response_type_missing', `The provider does not offer the response type "${flow}".`);
  }
  if (lacks('response_modes_supported', responseMode, ['query', 'fragment'])) {
    findings.warn('response_mode_missing', `The provider does not announce the response mode "${responseMode}".`);
  }
  if (flow === 'code' && lacks('code_challenge_methods_supported', 'S256', [])) {
    findings.warn('pkce_missing', 'The provider does not announce PKCE with S256. It is sent all the same.');
  }
  if (flow === 'code' && clientAuthentication !== 'none') {
    if (lacks('token_endpoint_auth_methods_supported', clientAuthentication, ['client_secret_basic'])) {
      const message = `The provider does not announce the client authentication "${clientAuthentication}".`;
      findings.warn('client_authentication_missing', message, 'tenant-administrator');
    }
  }
  const unknown = ['email', ...additionalScopes].filter((scope) => lacks('scopes_supported', scope));
  if (unknown.length > 0) {
    findings.warn('scopes_missing', `The provider does not announce the scopes ${unknown.join(', ')}.`);
  }
}

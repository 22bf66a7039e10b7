import type { OidcDomain, OidcTenantRecord, SealedClientSecret } from '../storage/oidc-tenant-record.js';
import type { OutboxEvent } from '../storage/outbox-store.js';

/** The topic under which the outbox keeps what a host is told. */
export const HOST_EVENTS = 'host';

/** What a host is told of an OIDC tenant. Its key is the same when it is told again. */
export type OidcTenantEvent =
  /** A client secret expires in two weeks, or sooner when it was set later. */
  | TenantEvent<'oidc-tenant.secret-expiring', { readonly secretId: string; readonly expiresAt: string }>
  /** The proof of a domain is gone; the domain counts until `until`. */
  | TenantEvent<'oidc-tenant.domain-missing', { readonly domain: string; readonly since: string }>
  /** A domain counts no more: its people cannot sign in here until it is proved again. */
  | TenantEvent<'oidc-tenant.domain-lapsed', { readonly domain: string; readonly since: string }>;

interface TenantEvent<Kind extends string, Details> {
  readonly kind: Kind;
  readonly key: string;
  readonly organizationId: string;
  readonly tenantId: string;
  readonly at: string;
  readonly details: Details;
}

/** The event that reminds somebody of a secret. The same date is the same event, for whatever secret. */
export function secretExpiring(
  { id, organizationId }: OidcTenantRecord,
  secret: SealedClientSecret,
  at: string,
): OutboxEvent {
  const { expiresAt = at } = secret;
  const kind = 'oidc-tenant.secret-expiring';
  const payload = { tenantId: id, secretId: secret.id, expiresAt };
  return { organizationId, topic: HOST_EVENTS, key: `${kind}:${id}:${expiresAt}`, kind, at, payload };
}

/** The event that tells of the doubt about a domain, or of its end. */
export function domainTrouble(
  { id, organizationId }: OidcTenantRecord,
  kind: 'oidc-tenant.domain-missing' | 'oidc-tenant.domain-lapsed',
  { name: domain }: OidcDomain,
  at: string,
): OutboxEvent {
  const payload = { tenantId: id, domain, since: at };
  return { organizationId, topic: HOST_EVENTS, key: `${kind}:${id}:${domain}:${at}`, kind, at, payload };
}

/** An event as the host gets it; `undefined` for one that is not about a tenant. */
export function readTenantEvent({ kind, key, organizationId, at, payload }: OutboxEvent): OidcTenantEvent | undefined {
  const { tenantId, secretId, expiresAt, domain, since } = payload;
  if (typeof tenantId !== 'string') return undefined;
  const event = { key, organizationId, tenantId, at };
  if (kind === 'oidc-tenant.secret-expiring' && typeof secretId === 'string' && typeof expiresAt === 'string') {
    return { ...event, kind, details: { secretId, expiresAt } };
  }
  const isTrouble = kind === 'oidc-tenant.domain-missing' || kind === 'oidc-tenant.domain-lapsed';
  if (isTrouble && typeof domain === 'string' && typeof since === 'string') {
    return { ...event, kind, details: { domain, since } };
  }
  return undefined;
}

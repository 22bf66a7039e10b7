import type { OidcDomain, OidcTenantRecord, OidcTenantState } from '../storage/oidc-tenant-record.js';
import type { OrganizationScope } from '../storage/scope.js';
import { type OidcTenantSettings, readPreferences, readSettings, type TenantPreferences } from './tenant-settings.js';

/** A domain of a tenant, with what has to be published to prove it. */
export interface OidcDomainView extends Omit<OidcDomain, 'proof' | 'misses' | 'nextCheckAt'> {
  /** The TXT record. It has to stay, since it is looked up from time to time. */
  readonly record: { readonly name: string; readonly value: string };
  /** When it is looked up next; absent when it no longer is. */
  readonly nextCheckAt?: string;
}

/** What may be shown of a client secret. */
export interface ClientSecretView {
  readonly id: string;
  readonly fingerprint: string;
  readonly addedAt: string;
  readonly expiresAt?: string;
  /** Whether it is tried first. */
  readonly inUse: boolean;
}

/** What may be shown of an OIDC tenant: everything but secrets, which nothing gives out again. */
export interface OidcTenantView extends OrganizationScope {
  readonly id: string;
  /** Grows with each change by people; for `ifVersion`. */
  readonly version: number;
  readonly state: OidcTenantState;
  readonly message?: string;
  readonly settings: OidcTenantSettings;
  readonly domains: readonly OidcDomainView[];
  readonly breakGlassEmails: readonly string[];
  readonly clientSecrets: readonly ClientSecretView[];
  readonly privateKey?: {
    readonly fingerprint: string;
    readonly algorithm: string;
    readonly keyId?: string;
    readonly addedAt: string;
  };
  readonly preferences: TenantPreferences;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** Leaves secrets out. */
export function viewTenant(tenant: OidcTenantRecord, proofLabel: string): OidcTenantView {
  const { id, organizationId, revision: version, state, message, privateKey, createdAt, updatedAt } = tenant;
  return {
    id,
    organizationId,
    version,
    state,
    ...(message !== undefined && { message }),
    settings: readSettings(tenant.settings),
    domains: tenant.domains.map((domain) => viewDomain(domain, proofLabel)),
    breakGlassEmails: tenant.breakGlassEmails,
    clientSecrets: tenant.clientSecrets.map(({ sealed: _, remindedOf: __, ...secret }, index) => ({
      ...secret,
      inUse: index === 0,
    })),
    ...(privateKey && { privateKey: viewKey(privateKey) }),
    preferences: readPreferences(tenant.preferences),
    createdAt,
    updatedAt,
  };
}

function viewDomain({ proof, misses: _, ...domain }: OidcDomain, proofLabel: string): OidcDomainView {
  return { ...domain, record: { name: `${proofLabel}.${domain.name}`, value: proof } };
}

function viewKey({ sealed: _, audience: __, ...key }: NonNullable<OidcTenantRecord['privateKey']>) {
  return key;
}

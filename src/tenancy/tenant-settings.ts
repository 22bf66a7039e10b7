import { createOptionsValidator } from '../core/configuration.js';
import type { OidcTenantRecord } from '../storage/oidc-tenant-record.js';
import type { JsonObject } from '../storage/resource-store.js';
import { OIDC_TENANT_PROPERTIES, type OidcTenant } from './oidc-tenant.js';

/** What is set about an OIDC tenant, without names, domains and secrets. */
export type OidcTenantSettings = Omit<
  OidcTenant,
  'id' | 'organizationId' | 'clientSecrets' | 'privateKey' | 'provedDomains'
>;

/** What an organization wishes of provisioning, asked for in the same form. */
export interface TenantPreferences {
  /** Whether SCIM is wanted as well. */
  readonly scim?: boolean;
  /** Whether provisioned people may change their phone number. */
  readonly changePhoneNumber?: boolean;
  /** Whether provisioned people must confirm it before it is used. */
  readonly confirmPhoneNumber?: boolean;
}

const { id: _id, organizationId: _organization, clientSecrets: _secrets, ...others } = OIDC_TENANT_PROPERTIES;
const { privateKey: _key, provedDomains: _domains, ...properties } = others;

/** JSON Schema of {@link TenantPreferences}. */
export const PREFERENCES_SCHEMA: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    scim: { type: 'boolean' },
    changePhoneNumber: { type: 'boolean' },
    confirmPhoneNumber: { type: 'boolean' },
  },
};

/** Kept settings in their type. What a later version has written stays unknown. @throws {ConfigurationError} */
export const readSettings: (settings: JsonObject) => OidcTenantSettings = createOptionsValidator<OidcTenantSettings>(
  'the settings of an OIDC tenant',
  { required: ['authority', 'clientId', 'clientAuthentication'], additionalProperties: true, properties },
);

/** Kept preferences in their type. @throws {ConfigurationError} */
export const readPreferences: (preferences: JsonObject) => TenantPreferences =
  createOptionsValidator<TenantPreferences>('the preferences of an OIDC tenant', PREFERENCES_SCHEMA);

/** The names of a tenant's domains, proved or not. */
export function domainNames({ domains }: Pick<OidcTenantRecord, 'domains'>): readonly string[] {
  return domains.map(({ name }) => name);
}

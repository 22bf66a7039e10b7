import { newId } from '../core/id.js';
import type { OidcTenantRecord } from '../storage/oidc-tenant-record.js';
import { T0 } from './contract-ground.js';

/** An OIDC tenant that is not stored yet. */
export function oidcTenantDraft(organizationId: string, rest: Partial<OidcTenantRecord> = {}): OidcTenantRecord {
  return {
    organizationId,
    id: `tenant-${newId()}`,
    version: 1,
    revision: 1,
    state: 'active',
    settings: {},
    domains: [],
    provedDomains: [],
    breakGlassEmails: [],
    clientSecrets: [],
    preferences: {},
    createdAt: T0,
    updatedAt: T0,
    ...rest,
  };
}

/** A domain that nobody else uses. */
export function newDomain(): string {
  return `${newId()}.example`;
}

import type { OidcTenantStore } from '../../storage/oidc-tenant-store.js';
import type { Access } from './access.js';

export function createOidcTenantStore(access: Access): OidcTenantStore {
  return {
    get: (tenantId) => access.readShared(({ oidcTenants }) => oidcTenants.get(tenantId)),
    findByDomain: (domain) => access.readShared(({ oidcTenants }) => oidcTenants.findByDomain(domain)),
    list: (scope) => access.readShared(({ oidcTenants }) => oidcTenants.list(scope)),
    listByState: (state, page) => access.readShared(({ oidcTenants }) => oidcTenants.listByState(state, page)),
    listDue: (at, limit) => access.readShared(({ oidcTenants }) => oidcTenants.listDue(at, limit)),
    insert: (tenant) => access.writeShared(tenant, ({ oidcTenants }, undo) => oidcTenants.insert(tenant, undo)),
    update: (tenant, ifVersion) =>
      access.writeShared(tenant, ({ oidcTenants }, undo) => oidcTenants.update(tenant, ifVersion, undo)),
  };
}

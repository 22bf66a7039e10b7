import type { AdminSite } from '../../admin/admin-site.js';
import { systemClock } from '../../core/clock.js';
import { completeRules } from '../../provisioning/provisioning-rules.js';
import { createProvisioningService } from '../../provisioning/provisioning-service.js';
import type { Directory } from '../../storage/directory-store.js';
import { isManaged } from '../../storage/managed-storage.js';
import type { Storage } from '../../storage/storage.js';
import { createDirectories } from '../../tenancy/directories.js';
import { createDirectoryTokens } from '../../tenancy/directory-tokens.js';
import { createOidcTenants } from '../../tenancy/oidc-tenants.js';
import { DEFAULT_SCIM_POLICY } from '../../tenancy/scim-policy.js';
import { DEFAULT_OIDC_TENANT_POLICY, parseTenantPolicy } from '../../tenancy/tenant-policy.js';
import type { AdminRouterOptions } from './admin-router-options.js';

/** Makes what the routes work with of what the host has said. */
export function adminSite(storage: Storage, options: AdminRouterOptions): AdminSite {
  const { keyRing, examine, lookupTxt, tenantPolicy: policy = {}, provisioning: rules = {} } = options;
  const { clock = systemClock, signInBaseUrl, callbackPath = '/signin-oidc' } = options;
  const looks = { ...(examine && { examine }), ...(lookupTxt && { lookupTxt }) };
  return {
    storage,
    clock,
    tenants: createOidcTenants({ storage, keyRing, policy, clock, ...looks }),
    tenantPolicy: { ...DEFAULT_OIDC_TENANT_POLICY, ...parseTenantPolicy(policy) },
    examine,
    directories: createDirectories({ storage, clock }),
    tokens: createDirectoryTokens({ storage, clock }),
    provisioning: isManaged(storage) ? createProvisioningService(storage, { ...rules, clock }) : undefined,
    rules: completeRules(rules),
    directoryCreation: options.directoryCreation ?? 'owner',
    testSignInUrl:
      options.startTestSignIn &&
      (({ organizationId, tenantId }) => {
        const [organization, tenant] = [organizationId, tenantId].map(encodeURIComponent);
        return `${options.baseUrl}/organizations/${organization}/oidc-tenants/${tenant}/test-sign-in`;
      }),
    scimPolicy: { ...DEFAULT_SCIM_POLICY, ...options.scimPolicy },
    directoryKinds: Object.entries(kindsOf(options)).map(([kind, { label }]) => ({ kind, label })),
    scimUrl: (directory) => scimUrl(options, directory),
    signInUrls:
      signInBaseUrl === undefined
        ? undefined
        : {
            redirectUri: `${signInBaseUrl}${callbackPath}`,
            loginUrl: (tenantId) => `${signInBaseUrl}/login/${encodeURIComponent(tenantId)}`,
            backchannelLogoutUrl: (tenantId) => `${signInBaseUrl}/backchannel-logout/${encodeURIComponent(tenantId)}`,
          },
  };
}

function kindsOf({ directoryKinds = { default: { label: 'Directory' } } }: AdminRouterOptions) {
  return directoryKinds;
}

/** Where an identity provider pushes to: of a router that finds directories by token or host, the address has no id. */
function scimUrl(options: AdminRouterOptions, { id, kind, hosts: [host] }: Pick<Directory, 'id' | 'kind' | 'hosts'>) {
  const kinds = kindsOf(options);
  const { scimBaseUrl = options.scimBaseUrl, directoryFrom = 'path' } =
    (Object.hasOwn(kinds, kind) && kinds[kind]) || {};
  if (directoryFrom === 'path') return `${scimBaseUrl}/${encodeURIComponent(id)}`;
  if (directoryFrom === 'token' || host === undefined) return scimBaseUrl;
  const url = new URL(scimBaseUrl);
  return `${url.protocol}//${host}${url.pathname.replace(/\/$/, '')}`;
}

import {
  createMaintenance,
  createOidcTenants,
  createTenantResolver,
  type KeyRing,
  type Maintenance,
  type OidcEngine,
  type OidcTenantForm,
  type OidcTenants,
  type OidcTenantView,
  type Storage,
  type TenantActor,
  type TenantResolver,
} from 'express-sso-scim';
import { endAccess } from './end-access.js';
import type { TrialZone } from './trial-zone.js';

/** Who acts in the example: somebody of the organization, and somebody who runs the application. */
const OWNER: TenantActor = { userId: 'owner', role: 'organization' };
const OPERATOR: TenantActor = { userId: 'operator', role: 'operator' };

/** What an organization enters about its provider. */
type TrialForm = Required<Pick<OidcTenantForm, 'authority' | 'clientId' | 'clientSecret'>> & OidcTenantForm;

/** The OIDC tenants of the example. */
export interface TrialTenants {
  readonly maintenance: Maintenance;
  /** Leads an organization from the request to a tenant that signs people in, or finds the one of an earlier start. */
  open(organizationId: string, form: TrialForm): Promise<OidcTenantView>;
}

/** Creates {@link TrialTenants} on the storage of the example. */
export function createTrialTenants(
  storage: Storage,
  { keyRing, engine, zone }: { readonly keyRing: KeyRing; readonly engine: OidcEngine; readonly zone: TrialZone },
): TrialTenants {
  const { lookupTxt } = zone;
  const tenants = createOidcTenants({ storage, keyRing, examine: engine.examine, lookupTxt });
  const maintenance = createMaintenance({
    storage,
    keyRing,
    lookupTxt,
    // The same as the router's: it goes on where a request could not end the access.
    endAccess,
    onEvent: async (event) => console.log(`An application tells the owners of ${event.organizationId}: ${event.kind}`),
  });

  /** The provider may have moved to another port, and the keys of the example may be others than those of the database. */
  async function withForm(tenant: OidcTenantView, form: TrialForm): Promise<OidcTenantView> {
    if (tenant.state !== 'active') return tenant;
    if (tenant.settings.authority === form.authority && (await hasSecret(tenant, form))) return tenant;
    const { authority, clientSecret } = form;
    const scope = { organizationId: tenant.organizationId, tenantId: tenant.id };
    return (await tenants.change(scope, { authority, clientSecret }, OPERATOR)) ?? tenant;
  }

  /** Nobody is shown a secret: whether it is the one of before shows where it is used. */
  async function hasSecret(tenant: OidcTenantView, { clientSecret }: TrialForm): Promise<boolean> {
    const resolver: TenantResolver = createTenantResolver(storage, { keyRing });
    const usable = await resolver.byId(tenant.id).catch(() => undefined);
    return usable?.clientSecrets?.[0] === clientSecret;
  }

  return {
    maintenance,
    async open(organizationId, form) {
      const known = (await tenants.list({ organizationId })).find(({ state }) => state !== 'rejected');
      const tenant = known ?? (await tenants.submit({ organizationId, ...form }, OWNER));
      for (const { record } of tenant.domains) await zone.add(record);
      const current = await withForm(tenant, form);
      return isOpen(current) ? current : approve(tenants, current);
    },
  };
}

/** One that somebody has disabled stays so. */
function isOpen({ state, domains }: OidcTenantView): boolean {
  return state === 'disabled' || (state === 'active' && domains.some((domain) => domain.state === 'proved'));
}

/** What the owner and the operator do in the pages of an application. */
async function approve(tenants: OidcTenants, { organizationId, id }: OidcTenantView): Promise<OidcTenantView> {
  const scope = { organizationId, tenantId: id };
  await tenants.checkDomains(scope);
  const approved = await tenants.approve(scope, OPERATOR);
  if (!approved) throw new Error(`the tenant of ${organizationId} is gone`);
  return approved;
}

import { PROVISIONING_POLICY_SCHEMA, type ProvisioningPolicy } from '../provisioning/provisioning-policy.js';
import type { RoleCatalogue } from '../provisioning/role-catalogue.js';
import { AdminProblem } from './admin-problem.js';
import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { type DirectoryAnswer, directoryAnswer } from './directory-answer.js';
import { provisioningAt } from './directory-place.js';
import { VERSION } from './oidc-tenant-input.js';

const PROVISIONING = '/organizations/{organizationId}/directories/{directoryId}/provisioning';

/** How a directory provisions. */
export interface ProvisioningAnswer {
  readonly directory: DirectoryAnswer;
  readonly version: number;
  readonly mode: 'off' | 'manual' | 'auto';
  /** What counts: the policy of the application with what this directory differs in. */
  readonly policy: ProvisioningPolicy;
  /** In what it differs. */
  readonly differs: Partial<ProvisioningPolicy>;
  readonly oidcTenantId?: string;
  readonly phoneCountry?: string;
  /** Privileged roles that an owner allows an attribute to give. */
  readonly attributeRoles: readonly string[];
  /** People whom an operator converts from manual to provisioned. */
  readonly convert: readonly string[];
  readonly roles: RoleCatalogue;
  /** Whether whoever asks may change the settings of operators, such as those of phone numbers. */
  readonly mayChangePolicy: boolean;
}

interface OwnersSettings {
  readonly autoProvision?: 'on' | 'refuse';
  readonly autoDeprovision?: 'on' | 'refuse';
  readonly attributeRoles?: readonly string[];
  readonly version: number;
}

interface OperatorsSettings {
  readonly policy?: Partial<ProvisioningPolicy>;
  readonly phoneCountry?: string;
  readonly oidcTenantId?: string;
  readonly version: number;
}

const ON_OFF = { enum: ['on', 'refuse'], description: 'one of on, refuse' };
const MOST_CONVERTED = 10_000;

/** The settings of provisioning: what owners set, and what they see and operators set. */
export function provisioningRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    defineRoute({
      id: 'get-provisioning',
      method: 'GET',
      path: PROVISIONING,
      role: 'owner',
      needs: 'scim',
      title: 'How a directory provisions',
      handle: (context, { params }) => readProvisioning(site, context, params.directoryId),
    }),
    defineRoute({
      id: 'change-provisioning',
      method: 'PUT',
      path: PROVISIONING,
      role: 'owner',
      needs: 'scim',
      title: 'Change how a directory provisions',
      body: inputSchema<OwnersSettings>(
        {
          autoProvision: ON_OFF,
          autoDeprovision: ON_OFF,
          attributeRoles: { type: 'array', maxItems: 100, items: { type: 'string', minLength: 1, maxLength: 100 } },
          version: VERSION,
        },
        ['version'],
      ),
      async handle(context, { params: { directoryId }, body: { version, attributeRoles, ...switches } }) {
        const { scope, service } = await provisioningAt(site, context.organizationId, directoryId);
        if (attributeRoles) requireOwner(context);
        const { policy } = await service.settings.get(scope);
        const change = { policy: { ...policy, ...switches }, ...(attributeRoles && { attributeRoles }) };
        await service.settings.change(scope, change, context.actor.id, version);
        return readProvisioning(site, context, directoryId);
      },
    }),
    defineRoute({
      id: 'change-provisioning-policy',
      method: 'PUT',
      path: `${PROVISIONING}/policy`,
      role: 'operator',
      needs: 'scim',
      title: 'Change what operators set about provisioning, phone numbers included',
      body: inputSchema<OperatorsSettings>(
        {
          policy: PROVISIONING_POLICY_SCHEMA,
          phoneCountry: { type: 'string', pattern: '^[A-Z]{2}$', description: 'two capital letters of ISO 3166-1' },
          oidcTenantId: { type: 'string', minLength: 1, maxLength: 100 },
          version: VERSION,
        },
        ['version'],
      ),
      async handle(context, { params: { directoryId }, body: { version, policy, ...rest } }) {
        const { scope, service } = await provisioningAt(site, context.organizationId, directoryId);
        await requireTenant(site, context, rest.oidcTenantId);
        const differs = { ...(await service.settings.get(scope)).policy, ...policy };
        await service.settings.change(scope, { ...rest, policy: differs }, context.actor.id, version);
        return readProvisioning(site, context, directoryId);
      },
    }),
    defineRoute({
      id: 'change-conversion',
      method: 'PUT',
      path: `${PROVISIONING}/conversion`,
      role: 'operator',
      needs: 'scim',
      title: 'Say exactly who is converted from manual to provisioned',
      body: inputSchema<{ readonly userIds?: readonly string[]; readonly version: number }>(
        {
          userIds: { type: 'array', maxItems: MOST_CONVERTED, items: { type: 'string', minLength: 1, maxLength: 200 } },
          version: VERSION,
        },
        ['version'],
      ),
      async handle(context, { params: { directoryId }, body: { version, userIds = [] } }) {
        const { scope, service } = await provisioningAt(site, context.organizationId, directoryId);
        const convert = [...new Set(userIds)];
        await requireUsers(site, context, convert);
        await service.settings.change(scope, { convert }, context.actor.id, version);
        return readProvisioning(site, context, directoryId);
      },
    }),
  ];
}

async function readProvisioning(
  site: AdminSite,
  { organizationId, role }: AdminContext,
  directoryId: string,
): Promise<ProvisioningAnswer> {
  const { directory, scope, service } = await provisioningAt(site, organizationId, directoryId);
  const { policy: differs, ...settings } = await service.settings.get(scope);
  const { mapping, version } = await service.mappings.mode(scope);
  const { policy, roles } = site.rules;
  return {
    ...settings,
    directory: directoryAnswer(site, directory),
    version,
    mode: mapping.mode,
    differs,
    policy: { ...policy, ...differs },
    roles,
    mayChangePolicy: role === 'operator',
  };
}

/** An operator may not allow what only an owner may: that an identity provider makes owners. */
export function requireOwner({ role }: AdminContext): void {
  if (role === 'owner') return;
  const sentence = 'Only an owner of the organization may allow an identity provider to give this role.';
  throw new AdminProblem('forbidden', { sentence });
}

async function requireTenant({ tenants }: AdminSite, { organizationId }: AdminContext, tenantId: string | undefined) {
  if (tenantId === undefined || (await tenants.get({ organizationId, tenantId }))) return;
  const faults = [{ path: 'oidcTenantId', message: 'names no OIDC tenant of this organization' }];
  throw new AdminProblem('invalid_input', { faults });
}

async function requireUsers({ storage }: AdminSite, { organizationId }: AdminContext, userIds: readonly string[]) {
  const faults = [];
  for (const [index, userId] of userIds.entries()) {
    if (await storage.users.get({ organizationId }, userId)) continue;
    faults.push({ path: `userIds[${index}]`, message: 'is nobody of this organization' });
  }
  if (faults.length > 0) throw new AdminProblem('invalid_input', { faults });
}

import { PROVISIONING_POLICY_SCHEMA, type ProvisioningPolicy } from '../provisioning/provisioning-policy.js';
import { parseScimPolicy, SCIM_POLICY_SCHEMA, type ScimPolicy } from '../tenancy/scim-policy.js';
import { AdminProblem } from './admin-problem.js';
import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema, type JsonSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { POLICY_SCHEMA } from './answer-schemas/directory-schemas.js';
import { DIRECTORY_VERSION, type DirectoryAnswer, directoryAnswer } from './directory-answer.js';
import { directoryOf, provisioningAt, unchangedDirectory } from './directory-place.js';
import { VERSION } from './oidc-tenant-input.js';
import { changedPolicy, type PolicyChange, policyChangeSchema } from './policy-points.js';

const DIRECTORY = '/organizations/{organizationId}/directories/{directoryId}';
const MOST_TENANTS = 100;

/** How a directory answers and what follows for people, with what the application has where the directory says nothing. */
export interface DirectoryPolicyAnswer {
  readonly directory: DirectoryAnswer;
  readonly scim: { readonly application: ScimPolicy; readonly differs: Partial<ScimPolicy> };
  /** Absent where the application does not manage people. */
  readonly provisioning?: ProvisioningPolicyAnswer;
}

interface ProvisioningPolicyAnswer {
  readonly version: number;
  readonly application: ProvisioningPolicy;
  readonly differs: Partial<ProvisioningPolicy>;
  readonly oidcTenantId?: string;
  /** Those that it could belong to. */
  readonly oidcTenants: readonly { readonly id: string; readonly name: string }[];
  /** Whether whoever asks may change it. */
  readonly mayChange: boolean;
}

interface DirectoryPolicyInput {
  readonly policy?: PolicyChange<ScimPolicy>;
  readonly resourceTypes?: readonly string[] | null;
  readonly version: string;
}

interface ProvisioningPolicyInput {
  readonly policy?: PolicyChange<ProvisioningPolicy>;
  readonly oidcTenantId?: string | null;
  readonly version: number;
}

const RESOURCE_TYPES: JsonSchema = {
  anyOf: [{ type: 'array', maxItems: 50, items: { type: 'string', minLength: 1, maxLength: 100 } }, { type: 'null' }],
  description: 'a list of resource types by name; none, or null, for all',
};

/** How single directories differ from the application. */
export function directoryPolicyRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    defineRoute({
      id: 'read-directory-policy',
      method: 'GET',
      path: `${DIRECTORY}/policy`,
      role: 'owner',
      needs: 'scim',
      title: 'How a directory answers, and what follows for people',
      answer: POLICY_SCHEMA,
      handle: (context, { params }) => readPolicy(site, context, params.directoryId),
    }),
    defineRoute({
      id: 'change-directory-policy',
      method: 'PUT',
      path: `${DIRECTORY}/policy`,
      role: 'owner',
      needs: 'scim',
      title: 'Change how a directory answers; null is as the application has it',
      answer: POLICY_SCHEMA,
      body: inputSchema<DirectoryPolicyInput>(
        { policy: policyChangeSchema(SCIM_POLICY_SCHEMA), resourceTypes: RESOURCE_TYPES, version: DIRECTORY_VERSION },
        ['version'],
      ),
      async handle(context, { params: { directoryId }, body: { policy = {}, resourceTypes, version } }) {
        const directory = await unchangedDirectory(site, context.organizationId, directoryId, version);
        if (!directory) return undefined;
        await site.directories.update(
          { organizationId: context.organizationId, directoryId },
          {
            policy: changedPolicy(parseScimPolicy(directory.policy), policy),
            ...(resourceTypes !== undefined && { resourceTypes: resourceTypes?.length ? resourceTypes : null }),
          },
        );
        return readPolicy(site, context, directoryId);
      },
    }),
    defineRoute({
      id: 'change-provisioning-policy',
      method: 'PUT',
      path: `${DIRECTORY}/provisioning/policy`,
      role: 'operator',
      needs: 'scim',
      title: 'Change what follows for people; null is as the application has it',
      answer: POLICY_SCHEMA,
      body: inputSchema<ProvisioningPolicyInput>(
        {
          policy: policyChangeSchema(PROVISIONING_POLICY_SCHEMA),
          oidcTenantId: { type: ['string', 'null'], minLength: 1, maxLength: 100 },
          version: VERSION,
        },
        ['version'],
      ),
      async handle(context, { params: { directoryId }, body: { version, policy = {}, oidcTenantId } }) {
        const { scope, service } = await provisioningAt(site, context.organizationId, directoryId);
        await requireTenant(site, context, oidcTenantId ?? undefined);
        const differs = changedPolicy((await service.settings.get(scope)).policy, policy);
        await service.settings.change(
          scope,
          { policy: differs, ...(oidcTenantId !== undefined && { oidcTenantId }) },
          context.actor.id,
          version,
        );
        return readPolicy(site, context, directoryId);
      },
    }),
  ];
}

async function readPolicy(
  site: AdminSite,
  { organizationId, role }: AdminContext,
  directoryId: string,
): Promise<DirectoryPolicyAnswer | undefined> {
  const directory = await directoryOf(site, organizationId, directoryId);
  if (!directory) return undefined;
  const answer = {
    directory: directoryAnswer(site, directory),
    scim: { application: site.scimPolicy, differs: parseScimPolicy(directory.policy) },
  };
  if (!site.provisioning) return answer;
  const scope = { organizationId, directoryId };
  const { policy: differs, oidcTenantId } = await site.provisioning.settings.get(scope);
  const { version } = await site.provisioning.mappings.mode(scope);
  const tenants = (await site.tenants.list({ organizationId })).filter(({ state }) => state !== 'rejected');
  return {
    ...answer,
    provisioning: {
      version,
      application: site.rules.policy,
      differs,
      ...(oidcTenantId !== undefined && { oidcTenantId }),
      oidcTenants: tenants
        .slice(0, MOST_TENANTS)
        .map(({ id, domains }) => ({ id, name: domains.map(({ name }) => name).join(', ') })),
      mayChange: role === 'operator',
    },
  };
}

async function requireTenant({ tenants }: AdminSite, { organizationId }: AdminContext, tenantId: string | undefined) {
  if (tenantId === undefined || (await tenants.get({ organizationId, tenantId }))) return;
  const faults = [{ path: 'oidcTenantId', message: 'names no OIDC tenant of this organization' }];
  throw new AdminProblem('invalid_input', { faults });
}

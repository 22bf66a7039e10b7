import type { ProvisioningPolicy } from '../provisioning/provisioning-policy.js';
import { findRole, type RoleCatalogue } from '../provisioning/role-catalogue.js';
import { AdminProblem } from './admin-problem.js';
import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema, type JsonSchema } from './admin-route.js';
import type { AdminSite, DirectoryKind } from './admin-site.js';
import { PROVISIONING_SCHEMA } from './answer-schemas/directory-schemas.js';
import { type DirectoryAnswer, directoryAnswer } from './directory-answer.js';
import { DIRECTORY, OPERATOR, OWNER, provisioningAt } from './directory-place.js';
import { VERSION } from './oidc-tenant-input.js';

const PROVISIONING = `${DIRECTORY}/provisioning` as const;

/** How a directory provisions. */
export interface ProvisioningAnswer {
  readonly directory: DirectoryAnswer;
  /** Absent where there is one kind of directories alone. */
  readonly kind?: DirectoryKind;
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
  /** How many people an operator converts from manual to provisioned. */
  readonly converts: number;
  readonly roles: RoleCatalogue;
  /** Whether whoever asks may change the settings of operators, such as those of phone numbers. */
  readonly mayChangePolicy: boolean;
}

interface OwnersSettings {
  readonly autoProvision?: 'on' | 'refuse';
  readonly autoDeprovision?: 'on' | 'refuse';
  readonly version: number;
}

interface AttributeRoles {
  readonly roles?: readonly string[];
  readonly version: number;
}

interface PhoneSettings {
  readonly phoneChange?: boolean;
  readonly phoneConfirmation?: boolean;
  readonly pushedPhones?: 'keep-own' | 'replace';
  readonly phoneCountry?: string | null;
  readonly version: number;
}

const ON_OFF: JsonSchema = { enum: ['on', 'refuse'], description: 'one of on, refuse' };
const COUNTRY: JsonSchema = {
  anyOf: [{ type: 'string', pattern: '^[A-Z]{2}$' }, { type: 'null' }],
  description: 'two capital letters of ISO 3166-1',
};

/** The settings of provisioning: what owners set, and what they see and operators set. */
export function provisioningRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    defineRoute({
      id: 'get-provisioning',
      method: 'GET',
      path: PROVISIONING,
      ...OWNER,
      title: 'How a directory provisions',
      answer: PROVISIONING_SCHEMA,
      handle: (context, { params }) => readProvisioning(site, context, params.directoryId),
    }),
    defineRoute({
      id: 'change-provisioning',
      method: 'PUT',
      path: PROVISIONING,
      ...OWNER,
      title: 'Change how a directory provisions',
      answer: PROVISIONING_SCHEMA,
      body: inputSchema<OwnersSettings>({ autoProvision: ON_OFF, autoDeprovision: ON_OFF, version: VERSION }, [
        'version',
      ]),
      async handle(context, { params: { directoryId }, body: { version, ...switches } }) {
        const { scope, service } = await provisioningAt(site, context.organizationId, directoryId);
        const { policy } = await service.settings.get(scope);
        await service.settings.change(scope, { policy: { ...policy, ...switches } }, context.actor.id, version);
        return readProvisioning(site, context, directoryId);
      },
    }),
    defineRoute({
      id: 'change-attribute-roles',
      method: 'PUT',
      path: `${PROVISIONING}/attribute-roles`,
      ...OWNER,
      title: 'Say which privileged roles the role attribute may give; none unless told',
      answer: PROVISIONING_SCHEMA,
      body: inputSchema<AttributeRoles>(
        {
          roles: { type: 'array', maxItems: 100, items: { type: 'string', minLength: 1, maxLength: 100 } },
          version: VERSION,
        },
        ['version'],
      ),
      async handle(context, { params: { directoryId }, body: { version, roles = [] } }) {
        const { scope, service } = await provisioningAt(site, context.organizationId, directoryId);
        if (roles.length > 0) requireOwner(context);
        const change = { attributeRoles: [...new Set(rolesNamed(site, roles))] };
        await service.settings.change(scope, change, context.actor.id, version);
        return readProvisioning(site, context, directoryId);
      },
    }),
    defineRoute({
      id: 'change-phone-settings',
      method: 'PUT',
      path: `${PROVISIONING}/phones`,
      ...OPERATOR,
      title: 'Change what becomes of phone numbers',
      answer: PROVISIONING_SCHEMA,
      body: inputSchema<PhoneSettings>(
        {
          phoneChange: { type: 'boolean' },
          phoneConfirmation: { type: 'boolean' },
          pushedPhones: { enum: ['keep-own', 'replace'], description: 'one of keep-own, replace' },
          phoneCountry: COUNTRY,
          version: VERSION,
        },
        ['version'],
      ),
      async handle(context, { params: { directoryId }, body: { version, phoneCountry, ...phones } }) {
        const { scope, service } = await provisioningAt(site, context.organizationId, directoryId);
        const { policy } = await service.settings.get(scope);
        const change = { policy: { ...policy, ...phones }, ...(phoneCountry !== undefined && { phoneCountry }) };
        await service.settings.change(scope, change, context.actor.id, version);
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
  const { policy: differs, convert, ...settings } = await service.settings.get(scope);
  const { mapping, version } = await service.mappings.mode(scope);
  const { policy, roles } = site.rules;
  const kind = site.directoryKinds.find((each) => each.kind === directory.kind);
  return {
    ...settings,
    directory: directoryAnswer(site, directory),
    ...(kind && site.directoryKinds.length > 1 && { kind }),
    version,
    mode: mapping.mode,
    differs,
    policy: { ...policy, ...differs },
    converts: convert.length,
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

/** Roles of the organization, spelled as the host does. @throws {AdminProblem} for names of none. */
function rolesNamed({ rules: { roles } }: AdminSite, names: readonly string[]): readonly string[] {
  const found = names.map((name) => findRole(roles.organization, name)?.name);
  const faults = found.flatMap((name, index) =>
    name === undefined ? [{ path: `roles[${index}]`, message: 'names a role that does not exist' }] : [],
  );
  if (faults.length > 0) throw new AdminProblem('invalid_input', { faults });
  return found.filter((name) => name !== undefined);
}

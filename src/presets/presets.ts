import type { ProvisioningPolicy } from '../provisioning/provisioning-policy.js';
import type { OidcTenant } from '../tenancy/oidc-tenant.js';
import type { ScimPolicy } from '../tenancy/scim-policy.js';

/** What it takes to behave as one product, as data. All of it can be mixed with anything else. */
export interface Preset {
  readonly router: {
    /** What tells the directory of a request; `ScimRouterOptions.directoryFrom`. */
    readonly directoryFrom: 'path' | 'token' | 'host';
    /** `ScimRouterOptions.kind`, where one application has several kinds of directories. */
    readonly kind?: string;
  };
  readonly directory: {
    /** `NewDirectory.resourceTypes`; absent means all. */
    readonly resourceTypes?: readonly string[];
  };
  /** What a new directory begins with: default teams (`off`), rows by hand, or a team for each group. */
  readonly mappingMode: 'off' | 'manual' | 'auto';
  readonly scim: Partial<ScimPolicy>;
  readonly provisioning: Partial<ProvisioningPolicy>;
  /** What OIDC tenants have in common. */
  readonly oidc: Pick<OidcTenant, 'claimNames'>;
}

export type PresetName =
  | 'all-quiet'
  | 'oneuptime-project'
  | 'oneuptime-status-page'
  | 'torque'
  | 'qualytics'
  | 'secoda';

const ONEUPTIME = {
  scim: { userNameFormat: 'email', memberDisplay: 'userName' },
  provisioning: {
    scimNeedsOidc: false,
    existingPeople: 'link',
    beforeFirstLogin: 'active',
    localLogins: 'allowed',
    deactivation: 'leave-teams',
    deletion: 'leave-teams',
    lockProvisioned: false,
  },
} as const;

/**
 * Five products as policies.
 *
 * @example
 * import { createScimRouter, presets, type Storage } from 'express-sso-scim';
 *
 * declare const storage: Storage;
 *
 * const { router, scim } = presets['all-quiet'];
 * const scimRouter = createScimRouter(storage, { ...router, policy: scim });
 */
export const presets: Readonly<Record<PresetName, Preset>> = {
  'all-quiet': {
    router: { directoryFrom: 'path' },
    directory: {},
    mappingMode: 'manual',
    scim: {},
    provisioning: {
      scimNeedsOidc: true,
      existingPeople: 'convert',
      beforeFirstLogin: 'pending',
      membersBeforeFirstLogin: 'shown',
      localLogins: 'refused',
      membershipAuthority: 'scim',
      lockProvisioned: true,
      phoneConfirmation: true,
      pushedPhones: 'keep-own',
    },
    oidc: {},
  },
  'oneuptime-project': {
    router: { directoryFrom: 'path', kind: 'project' },
    directory: {},
    mappingMode: 'off',
    ...ONEUPTIME,
    oidc: {},
  },
  'oneuptime-status-page': {
    router: { directoryFrom: 'path', kind: 'status-page' },
    directory: { resourceTypes: ['User'] },
    mappingMode: 'off',
    ...ONEUPTIME,
    oidc: {},
  },
  torque: {
    router: { directoryFrom: 'token' },
    directory: { resourceTypes: ['User'] },
    mappingMode: 'off',
    scim: {},
    provisioning: {
      scimNeedsOidc: true,
      beforeFirstLogin: 'pending',
      membersBeforeFirstLogin: 'shown',
      localLogins: 'refused',
      deactivation: 'delete',
      deletion: 'delete',
      justInTime: 'create',
      loginUpdates: 'every',
      claimSpaces: 'sync',
      claimGroups: 'sync',
      membershipAuthority: 'claims',
    },
    oidc: { claimNames: { spaces: 'space_name', spaceRoles: 'space_role', timezone: 'timezone' } },
  },
  qualytics: {
    router: { directoryFrom: 'host' },
    directory: {},
    mappingMode: 'auto',
    scim: {},
    provisioning: { deactivation: 'disable', deletion: 'leave-teams', membershipAuthority: 'scim' },
    oidc: {},
  },
  secoda: {
    router: { directoryFrom: 'token' },
    directory: {},
    mappingMode: 'auto',
    scim: { putUnknownUser: 'create' },
    provisioning: {
      scimNeedsOidc: true,
      beforeFirstLogin: 'invited',
      membersBeforeFirstLogin: 'hidden',
      deactivation: 'disable',
      deletion: 'delete',
      membershipAuthority: 'scim',
      roleAttribute: 'secodaRole',
      unknownRole: 'refuse',
    },
    oidc: {},
  },
};

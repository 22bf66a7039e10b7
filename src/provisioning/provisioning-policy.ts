import { createOptionsValidator } from '../core/configuration.js';

/** When the removal of memberships by groups waits for a person. */
export interface BlastRadius {
  /** People that may lose something within `minutes`, however few there are in all. */
  readonly people: number;
  /** Part of the directory's people that may lose something within `minutes`, from 0 to 1. */
  readonly share: number;
  /** Length of the rolling window. */
  readonly minutes: number;
}

/**
 * What follows for people from what an identity provider says. One policy for all organizations; a directory, and the
 * OIDC tenant it belongs to, may differ. What shapes SCIM messages is `ScimPolicy`. The defaults are the careful choice.
 */
export interface ProvisioningPolicy {
  /** Whether a directory works only where the organization has an active OIDC tenant. */
  readonly scimNeedsOidc: boolean;
  /** New people from a directory: made, or refused. Look-ups, changes and ends of those who are there work in any case. */
  readonly autoProvision: 'on' | 'refuse';
  /** `active: false` and DELETE: carried out, or refused alike. */
  readonly autoDeprovision: 'on' | 'refuse';
  /**
   * A new directory user with the e-mail address of somebody who is there already: `link` makes them one person,
   * `link-proved` only inside the organization's proved domains, `convert` only those that are on the convert list. Else the
   * directory user waits in the conflict inbox, without access.
   */
  readonly existingPeople: 'link' | 'link-proved' | 'convert';
  /** What a new person is until the first sign-in; `invited` sends one invitation. */
  readonly beforeFirstLogin: 'active' | 'pending' | 'invited';
  /** Whether teams show people before their first sign-in. SCIM always does. */
  readonly membersBeforeFirstLogin: 'shown' | 'hidden';
  /** Whether people whom a directory knows may have a password or any other login besides the OIDC tenant. */
  readonly localLogins: 'allowed' | 'refused';
  /**
   * What `active: false` does besides ending access: nothing (`disable`), take away what the directory gave
   * (`leave-teams`), or delete the person (`delete`).
   */
  readonly deactivation: 'disable' | 'leave-teams' | 'delete';
  /** What DELETE does besides ending access, once no directory knows the person any more. */
  readonly deletion: 'leave-teams' | 'delete';
  /** Which of several directory users of one person must be active: one, or each. */
  readonly activeWhen: 'any' | 'all';
  /** A first sign-in of somebody nobody has provisioned: make the person, or refuse. */
  readonly justInTime: 'create' | 'refuse';
  /** Whether profile and spaces follow the claims of the first sign-in only, or of each. */
  readonly loginUpdates: 'first' | 'every';
  /** Whether the claims of spaces and roles give teams. */
  readonly claimSpaces: 'ignore' | 'sync';
  /** Whether the groups of a login give the teams that carry their identifiers. */
  readonly claimGroups: 'ignore' | 'sync';
  /**
   * Who has a word about teams: with `scim`, claims have none about people a directory knows; with `claims`, groups and
   * default teams give none; `union` adds up.
   */
  readonly membershipAuthority: 'scim' | 'claims' | 'union';
  /** The attribute of a SCIM user that names a role in the organization, e.g. `secodaRole`; empty for none. */
  readonly roleAttribute: string;
  /** A role there that the host does not have, or that no owner has allowed: 400, or the current one stays. */
  readonly unknownRole: 'refuse' | 'keep';
  /** Whether what a directory manages is locked against changes by hand. */
  readonly lockProvisioned: boolean;
  /** Whether provisioned people may change their own phone number. */
  readonly phoneChange: boolean;
  /** Whether a phone number counts only after its owner has confirmed it. */
  readonly phoneConfirmation: boolean;
  /** A pushed number against one that people have entered themselves, where they may. */
  readonly pushedPhones: 'keep-own' | 'replace';
  /** When derived removals wait; `off` for never. `active: false` and DELETE never wait. */
  readonly blastRadius: BlastRadius | 'off';
}

export const DEFAULT_PROVISIONING_POLICY: ProvisioningPolicy = {
  scimNeedsOidc: false,
  autoProvision: 'on',
  autoDeprovision: 'on',
  existingPeople: 'link-proved',
  beforeFirstLogin: 'pending',
  membersBeforeFirstLogin: 'shown',
  localLogins: 'refused',
  deactivation: 'disable',
  deletion: 'leave-teams',
  activeWhen: 'all',
  justInTime: 'refuse',
  loginUpdates: 'every',
  claimSpaces: 'ignore',
  claimGroups: 'ignore',
  membershipAuthority: 'scim',
  roleAttribute: '',
  unknownRole: 'refuse',
  lockProvisioned: true,
  phoneChange: false,
  phoneConfirmation: true,
  pushedPhones: 'keep-own',
  blastRadius: { people: 20, share: 0.25, minutes: 60 },
};

const oneOf = (...values: readonly string[]) => ({ enum: values, description: `one of ${values.join(', ')}` });

/** What a policy may say, as JSON Schema. */
export const PROVISIONING_POLICY_SCHEMA: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    scimNeedsOidc: { type: 'boolean' },
    autoProvision: oneOf('on', 'refuse'),
    autoDeprovision: oneOf('on', 'refuse'),
    existingPeople: oneOf('link', 'link-proved', 'convert'),
    beforeFirstLogin: oneOf('active', 'pending', 'invited'),
    membersBeforeFirstLogin: oneOf('shown', 'hidden'),
    localLogins: oneOf('allowed', 'refused'),
    deactivation: oneOf('disable', 'leave-teams', 'delete'),
    deletion: oneOf('leave-teams', 'delete'),
    activeWhen: oneOf('any', 'all'),
    justInTime: oneOf('create', 'refuse'),
    loginUpdates: oneOf('first', 'every'),
    claimSpaces: oneOf('ignore', 'sync'),
    claimGroups: oneOf('ignore', 'sync'),
    membershipAuthority: oneOf('scim', 'claims', 'union'),
    roleAttribute: {
      type: 'string',
      pattern: '^(?:[A-Za-z][A-Za-z0-9_-]{0,99})?$',
      description: 'the name of an attribute, or empty',
    },
    unknownRole: oneOf('refuse', 'keep'),
    lockProvisioned: { type: 'boolean' },
    phoneChange: { type: 'boolean' },
    phoneConfirmation: { type: 'boolean' },
    pushedPhones: oneOf('keep-own', 'replace'),
    blastRadius: {
      anyOf: [
        { const: 'off' },
        {
          type: 'object',
          additionalProperties: false,
          required: ['people', 'share', 'minutes'],
          properties: {
            people: { type: 'integer', minimum: 0, description: 'a whole number of people' },
            share: { type: 'number', minimum: 0, maximum: 1, description: 'a number from 0 to 1' },
            minutes: { type: 'integer', minimum: 1, description: 'a whole number of minutes' },
          },
        },
      ],
    },
  },
};

/** Checks a policy, or a part of one. @throws {ConfigurationError} with every fault. */
export const parseProvisioningPolicy: (policy: unknown) => Partial<ProvisioningPolicy> = createOptionsValidator<
  Partial<ProvisioningPolicy>
>('a provisioning policy', PROVISIONING_POLICY_SCHEMA);

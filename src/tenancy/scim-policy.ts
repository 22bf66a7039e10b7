import { createOptionsValidator } from '../core/configuration.js';

/**
 * How one directory answers where standards, identity providers and products differ. A router has one policy for all
 * its directories; `Directory.policy` says how one directory differs. The defaults suit Entra, Okta, OneLogin and
 * JumpCloud as they come.
 */
export interface ScimPolicy {
  /** Attributes that no schema describes: left out (identity providers send many), or 400 invalidValue. */
  readonly unknownAttributes: 'ignore' | 'refuse';
  /** PATCH paths that no schema describes: 400 invalidPath, or left out like other unknown attributes. */
  readonly unknownPaths: 'refuse' | 'ignore';
  /** A body without `schemas`, or with URNs unknown here: accepted (Entra leaves it out at times), or 400 invalidSyntax. */
  readonly unstatedSchemas: 'accept' | 'refuse';
  /**
   * PATCH add or replace at `emails[type eq "work"].value` where no such element exists: create it from the filter
   * (Entra needs it), or 400 noTarget as RFC 7644 section 3.5.2.3 says. The same for `members[value eq "…"]`.
   */
  readonly absentTargets: 'create' | 'refuse';
  /** Whether filters may hold words without quotes, as older Microsoft collections send them. */
  readonly unquotedFilterValues: boolean;
  /** PATCH remove of `members` that names none: empties the group as RFC 7644 says, or 400 as a guard against mistakes. */
  readonly removeAllMembers: 'allow' | 'refuse';
  /**
   * Members that name nothing in the directory: 400 invalidValue, left out, or kept until somebody of that id comes. Ids are
   * made here, so nobody ever does unless `putUnknownUser` lets the identity provider choose them.
   */
  readonly unknownMembers: 'refuse' | 'skip' | 'keep';
  /** Answer to PATCH of a group. */
  readonly patchGroupResponse: 'resource' | 'no-content';
  /**
   * Answers to writes of a group leave `members` out when it has more than this many, unless `attributes=members` asks
   * for them. GET always shows all.
   */
  readonly membersInWriteAnswers: number;
  /** What `members[].display` shows of a user: `displayName` if there is one, or always `userName`. */
  readonly memberDisplay: 'displayName' | 'userName';
  /**
   * Two groups of one `displayName`: 409 uniqueness (Entra wants it), or accepted. Switched to `unique`, it holds for what is
   * written from then on: whatever is there already counts once the identity provider has written it again in a full sync.
   */
  readonly groupNames: 'unique' | 'any';
  /** Two resources of one type with one `externalId`: 409 uniqueness, or accepted. Switching it: as with `groupNames`. */
  readonly externalIds: 'unique' | 'any';
  /** PUT to an id that does not exist: 404 (RFC 7644 section 3.5.1), or create a user with that id. */
  readonly putUnknownUser: 'refuse' | 'create';
  /** Whether `userName` must be an e-mail address. */
  readonly userNameFormat: 'any' | 'email';
  /** `active` of a new user whose request does not say it. */
  readonly activeByDefault: boolean;
  /** What is kept of a deleted user: nothing but the id and times, or the resource for the host to look at. */
  readonly deletedUsers: 'erase' | 'keep';
}

export const DEFAULT_SCIM_POLICY: ScimPolicy = {
  unknownAttributes: 'ignore',
  unknownPaths: 'refuse',
  unstatedSchemas: 'accept',
  absentTargets: 'create',
  unquotedFilterValues: false,
  removeAllMembers: 'allow',
  unknownMembers: 'refuse',
  patchGroupResponse: 'resource',
  membersInWriteAnswers: 100,
  memberDisplay: 'displayName',
  groupNames: 'unique',
  externalIds: 'any',
  putUnknownUser: 'refuse',
  userNameFormat: 'any',
  activeByDefault: true,
  deletedUsers: 'erase',
};

const oneOf = (...values: readonly string[]) => ({ enum: values, description: `one of ${values.join(', ')}` });

/** What a policy may say, as JSON Schema. */
export const SCIM_POLICY_SCHEMA: Readonly<Record<string, unknown>> = {
  type: 'object',
  additionalProperties: false,
  properties: {
    unknownAttributes: oneOf('ignore', 'refuse'),
    unknownPaths: oneOf('ignore', 'refuse'),
    unstatedSchemas: oneOf('accept', 'refuse'),
    absentTargets: oneOf('create', 'refuse'),
    unquotedFilterValues: { type: 'boolean' },
    removeAllMembers: oneOf('allow', 'refuse'),
    unknownMembers: oneOf('refuse', 'skip', 'keep'),
    patchGroupResponse: oneOf('resource', 'no-content'),
    membersInWriteAnswers: { type: 'integer', minimum: 0, description: 'a whole number' },
    memberDisplay: oneOf('displayName', 'userName'),
    groupNames: oneOf('unique', 'any'),
    externalIds: oneOf('unique', 'any'),
    putUnknownUser: oneOf('refuse', 'create'),
    userNameFormat: oneOf('any', 'email'),
    activeByDefault: { type: 'boolean' },
    deletedUsers: oneOf('erase', 'keep'),
  },
};

/** Checks a policy, or a part of one. @throws {ConfigurationError} with every fault. */
export const parseScimPolicy: (policy: unknown) => Partial<ScimPolicy> = createOptionsValidator<Partial<ScimPolicy>>(
  'the policy of a directory',
  SCIM_POLICY_SCHEMA,
);

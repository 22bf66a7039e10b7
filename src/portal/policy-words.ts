import type { ProvisioningPolicy } from '../provisioning/provisioning-policy.js';
import type { ScimPolicy } from '../tenancy/scim-policy.js';

/** A point of a policy in words: what is asked, and what each value means; without values it is typed in. */
export interface PointWords {
  readonly question: string;
  readonly hint?: string;
  readonly values?: Readonly<Record<string, string>>;
}

const YES_NO = { true: 'Yes', false: 'No' } as const;

/** How a directory answers an identity provider. */
export const SCIM_POINTS: Readonly<Record<keyof ScimPolicy, PointWords>> = {
  unknownAttributes: {
    question: 'Attributes that nobody knows here',
    values: { ignore: 'Leave them out', refuse: 'Refuse the call' },
  },
  unknownPaths: {
    question: 'Changes at places that nobody knows here',
    values: { refuse: 'Refuse the call', ignore: 'Leave them out' },
  },
  unstatedSchemas: {
    question: 'Calls that do not say what they are about',
    hint: 'Entra leaves the schemas out at times.',
    values: { accept: 'Accept them', refuse: 'Refuse them' },
  },
  absentTargets: {
    question: 'A change of one value in a list, such as the work address, where there is none yet',
    hint: 'Entra needs it added.',
    values: { create: 'Add it', refuse: 'Refuse the call' },
  },
  unquotedFilterValues: { question: 'Accept filters without quotation marks', values: YES_NO },
  removeAllMembers: {
    question: 'A removal of members that names nobody',
    values: { allow: 'Empties the group', refuse: 'Refuse it, as a guard against mistakes' },
  },
  unknownMembers: {
    question: 'Members of a group who are not here',
    values: { refuse: 'Refuse the call', skip: 'Leave them out', keep: 'Keep them until they come' },
  },
  patchGroupResponse: {
    question: 'The answer to a change of a group',
    values: { resource: 'The whole group', 'no-content': 'Nothing but “done”' },
  },
  membersInWriteAnswers: {
    question: 'Members that such an answer names at most',
    hint: 'A larger group is answered without them.',
  },
  memberDisplay: {
    question: 'What members are called in answers',
    values: { displayName: 'By their name, if they have one', userName: 'By their user name' },
  },
  groupNames: {
    question: 'Two groups of one name',
    values: { unique: 'Refuse the second', any: 'Accept both' },
  },
  externalIds: {
    question: 'Two people or groups with one external id',
    values: { unique: 'Refuse the second', any: 'Accept both' },
  },
  putUnknownUser: {
    question: 'A whole user for an id that is not here',
    values: { refuse: 'Refuse it', create: 'Add the user with that id' },
  },
  userNameFormat: {
    question: 'User names',
    values: { any: 'Any text', email: 'E-mail addresses only' },
  },
  activeByDefault: { question: 'New users are active where the call does not say it', values: YES_NO },
  deletedUsers: {
    question: 'What is kept of a deleted user',
    values: { erase: 'Nothing but the id and times', keep: 'What was pushed last' },
  },
};

/** What follows for people. */
export const PROVISIONING_POINTS: Readonly<Record<keyof ProvisioningPolicy, PointWords>> = {
  scimNeedsOidc: { question: 'The directory works only with an active OIDC tenant', values: YES_NO },
  autoProvision: { question: 'Add people', values: { on: 'On', refuse: 'Off' } },
  autoDeprovision: { question: 'Deactivate and delete people', values: { on: 'On', refuse: 'Off' } },
  existingPeople: {
    question: 'Somebody is pushed whose address is here already',
    values: {
      link: 'They are one person',
      'link-proved': 'They are one person, inside the proved domains',
      convert: 'They are one person if they are on the list to convert',
    },
  },
  beforeFirstLogin: {
    question: 'New people until their first sign-in',
    values: { active: 'Are active at once', pending: 'Are pending', invited: 'Are invited, once' },
  },
  membersBeforeFirstLogin: {
    question: 'Teams and people who have not signed in yet',
    values: { shown: 'Teams show them', hidden: 'Teams show them after their first sign-in' },
  },
  localLogins: {
    question: 'Provisioned people and passwords',
    values: { allowed: 'They may have one', refused: 'They sign in at the identity provider alone' },
  },
  deactivation: {
    question: 'Somebody is deactivated',
    values: {
      disable: 'Access ends',
      'leave-teams': 'Access ends, and what the directory gave is taken away',
      delete: 'The person is deleted',
    },
  },
  deletion: {
    question: 'Somebody is deleted',
    values: {
      'leave-teams': 'Access ends, and what the directory gave is taken away',
      delete: 'The person is deleted',
    },
  },
  activeWhen: {
    question: 'Somebody is in several directories',
    values: { all: 'Active while all of them say so', any: 'Active while one of them says so' },
  },
  justInTime: {
    question: 'Somebody signs in whom nobody has provisioned',
    values: { refuse: 'Is refused', create: 'Becomes a person here' },
  },
  loginUpdates: {
    question: 'Name and spaces follow the claims of',
    values: { every: 'Each sign-in', first: 'The first sign-in' },
  },
  claimSpaces: {
    question: 'Claims of spaces and roles',
    values: { ignore: 'Mean nothing', sync: 'Give teams' },
  },
  claimGroups: {
    question: 'Groups of a sign-in',
    values: { ignore: 'Mean nothing', sync: 'Give the teams with their identifiers' },
  },
  membershipAuthority: {
    question: 'Who has a word about teams',
    values: { scim: 'The directory, about people it knows', claims: 'The sign-in', union: 'Both' },
  },
  roleAttribute: {
    question: 'The attribute that names a role in the organization',
    hint: 'Such as secodaRole.',
  },
  unknownRole: {
    question: 'A role there that is not known, or not allowed',
    values: { refuse: 'Refuse the call', keep: 'The person keeps the role they have' },
  },
  lockProvisioned: { question: 'What the directory manages is locked here', values: YES_NO },
  phoneChange: { question: 'People may change their own number', values: YES_NO },
  phoneConfirmation: { question: 'They must confirm it', values: YES_NO },
  pushedPhones: {
    question: 'A pushed number against one that they have entered themselves',
    values: { 'keep-own': 'Their own stays', replace: 'The pushed one counts' },
  },
  blastRadius: {
    question: 'Removals by groups that wait for somebody to look at them',
    hint: 'Deactivating and deleting people never waits.',
    values: { off: 'None', beyond: 'Those beyond the limits below' },
  },
};

/** The values of a point, to be chosen from. */
export function valueOptions({
  values = {},
}: PointWords): readonly { readonly value: string; readonly label: string }[] {
  return Object.entries(values).map(([value, label]) => ({ value, label }));
}

/** A value of a point in words. */
export function valueWords({ values = {} }: PointWords, value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    const { people, share, minutes } = value as Readonly<Record<string, number>>;
    return `more than ${people} people and ${Math.round((share ?? 0) * 100)} % within ${minutes} minutes`;
  }
  const text = String(value);
  if (Object.hasOwn(values, text)) return values[text] ?? text;
  return text === '' ? 'none' : text;
}

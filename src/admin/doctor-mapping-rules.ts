import type { TrafficEntry } from '../storage/traffic-store.js';
import { callKind, type DoctorRule, namedIn, says } from './doctor-rule.js';

const sign = (name: string) => (entry: TrafficEntry) => entry.signs.includes(name);
const isWhole = (entry: TrafficEntry) => ['POST /Users', 'PUT /Users'].includes(callKind(entry));

/** What is wrong with what the identity provider sends about people and groups. */
export const MAPPING_RULES: readonly DoctorRule[] = [
  {
    code: 'user-name-guid',
    severity: 'warning',
    over: 'recent',
    applies: sign('user-name-guid'),
    sentence: () => 'The userName of people is a GUID, so that nobody here knows them by name and no login finds them.',
    mend: {
      entra: 'Under Mappings, Provision Users, map userName to userPrincipalName or mail in the place of objectId.',
      okta: 'On the tab Sign On, set Application username format to Email or Okta username.',
      onelogin: 'On the tab Parameters, set scimusername to Email.',
      other: 'Map userName to the e-mail address, or to the name that people sign in with.',
    },
  },
  {
    code: 'user-name-not-email',
    severity: 'error',
    over: 'unmended',
    applies: (entry) => entry.status === 400 && says(entry, /"userName" must be an e-mail/),
    sentence: () => 'The userName of people has to be an e-mail address here, and is none.',
    mend: {
      entra: 'Under Mappings, Provision Users, map userName to mail, or to userPrincipalName where that is an address.',
      okta: 'On the tab Sign On, set Application username format to Email.',
      onelogin: 'On the tab Parameters, set scimusername to Email.',
      other: 'Map userName to the e-mail address.',
    },
  },
  {
    code: 'required-attribute-missing',
    severity: 'error',
    over: 'unmended',
    applies: (entry) => entry.status === 400 && says(entry, /is required and must not be empty/),
    sentence: (newest) => `People or groups arrive without ${namedIn(newest)}, which is required.`,
    mend: {
      entra: 'Under Mappings, map the attribute that the answer names, and give the people concerned a value for it.',
      okta: 'Under Provisioning, To App, Attribute Mappings, map the attribute that the answer names, and give the people concerned a value for it.',
      onelogin: 'Add the attribute that the answer names to the SCIM JSON Template.',
      other: 'Map the attribute that the answer names, and give the people concerned a value for it.',
    },
  },
  {
    code: 'unknown-attribute',
    severity: 'error',
    over: 'unmended',
    applies: ({ status, scimType }) => status === 400 && scimType === 'invalidPath',
    sentence: (newest) =>
      `Something is mapped to ${namedIn(newest)}, which does not exist here; the whole change is refused.`,
    mend: {
      entra: 'Under Mappings, delete the row of the attribute that the answer names.',
      okta: 'Under Provisioning, To App, delete the mapping of the attribute that the answer names.',
      other: 'Delete the mapping of the attribute that the answer names.',
    },
  },
  {
    code: 'matching-attribute',
    severity: 'error',
    over: 'unmended',
    applies: ({ status, scimType }) => status === 400 && scimType === 'invalidFilter',
    sentence: () => 'The identity provider looks people up by something that cannot be searched for here.',
    mend: {
      entra: 'Under Mappings, let userName be the attribute with Match objects using this attribute.',
      okta: 'Set Unique identifier field for users to userName.',
      other: 'Have people matched by userName.',
    },
  },
  {
    code: 'user-conflict',
    severity: 'error',
    over: 'recent',
    fewest: 3,
    applies: (entry) => entry.status === 409 && callKind(entry) === 'POST /Users',
    sentence: () =>
      'The identity provider creates people again and again who are here already, and does not find them.',
    mend: {
      entra:
        'Under Mappings, let userName be the matching attribute, with the same source as before. Then restart provisioning.',
      okta: 'Set Unique identifier field for users to userName, then unassign the people concerned and assign them again.',
      auth0: 'Look people up with externalId before you create them.',
      other: 'Have people matched by userName, and do not change where userName comes from.',
    },
  },
  {
    code: 'group-conflict',
    severity: 'warning',
    over: 'unmended',
    applies: (entry) => entry.status === 409 && callKind(entry).endsWith('/Groups'),
    sentence: () => 'The identity provider pushes a group whose name is taken here by another one.',
    mend: {
      okta: 'Under Push Groups, link the group to the one that is there in the place of creating it.',
      other: 'Link the group to the one that is there, or give one of the two another name.',
    },
  },
  {
    code: 'member-by-name',
    severity: 'error',
    over: 'recent',
    applies: sign('member-by-name'),
    sentence: () =>
      'Groups arrive with names or addresses of members in the place of their ids, so that nobody is found.',
    mend: {
      okta: 'Remove the group from Push Groups and push it again, so that Okta sends the ids it was given here.',
      other: 'Map the value of members to the id that this service gave when the person was created.',
    },
  },
  {
    code: 'member-not-provisioned',
    severity: 'warning',
    over: 'unmended',
    applies: (entry) => entry.status === 400 && says(entry, /^No user or group of this directory has the id/),
    sentence: () => 'Groups arrive with members who are not here yet.',
    mend: {
      entra: 'Assign the people of the group to the application too; groups in groups are not followed.',
      okta: 'Assign the people of the group first, and push the group when they have arrived. Use different groups for assigning and pushing.',
      onelogin: 'Approve what is pending under Provisioning: the group has come before its people.',
      other: 'Provision the people of the group first, and the group afterwards.',
    },
  },
  {
    code: 'nested-group',
    severity: 'hint',
    over: 'recent',
    applies: sign('nested-group'),
    sentence: () => 'Groups have groups as members. Whoever is in a group only through another one gets nothing by it.',
    mend: {
      entra:
        'Make the people direct members of the group that is assigned: Entra does not follow groups in groups either.',
      other: 'Make the people direct members of the groups that you push.',
    },
  },
  {
    code: 'user-gone',
    severity: 'warning',
    over: 'unmended',
    applies: (entry) => entry.status === 404 && /^(?:PATCH|PUT) \/Users$/.test(callKind(entry)),
    sentence: () => 'The identity provider changes people who are not here any more.',
    mend: {
      entra: 'Restart provisioning with Clear state, so that Entra looks everybody up again.',
      okta: 'Unassign the people concerned and assign them again, so that Okta looks them up.',
      other: 'Unassign the people concerned and assign them again, so that they are looked up.',
    },
  },
  {
    code: 'groups-not-offered',
    severity: 'warning',
    over: 'unmended',
    applies: (entry) => entry.status === 404 && says(entry, /does not offer/),
    sentence: () => 'The identity provider pushes something that this directory does not take.',
    mend: {
      entra: 'Under Mappings, switch off Provision Groups.',
      okta: 'Take the groups out of Push Groups.',
      other: 'Switch the push of groups off, or ask us to switch it on.',
    },
  },
  {
    code: 'active-not-mapped',
    severity: 'error',
    over: 'recent',
    fewest: 3,
    applies: (entry, { recent }) => isWhole(entry) && !recent.some(sign('active')),
    sentence: () => 'Nothing that arrives says whether somebody is active, so that nobody ever loses access.',
    mend: {
      entra:
        'Under Mappings, Provision Users, add the row active with Switch([IsSoftDeleted], , "False", "True", "True", "False").',
      okta: 'Under Provisioning, To App, switch on Deactivate Users.',
      onelogin: 'Add "active": "{$user.active}" to the SCIM JSON Template.',
      other: 'Map active to the state of the account.',
    },
  },
  {
    code: 'scim-1',
    severity: 'error',
    over: 'recent',
    applies: sign('scim-1'),
    sentence: () => 'The identity provider speaks SCIM 1.1, and here it is SCIM 2.0.',
    mend: {
      jumpcloud: 'Choose SCIM 2.0 as SCIM Version.',
      onelogin: 'Use an application for SCIM V2, and the template that it comes with.',
      other: 'Choose SCIM 2.0 at the identity provider.',
    },
  },
  {
    code: 'template-unfilled',
    severity: 'error',
    over: 'recent',
    applies: sign('template-unfilled'),
    sentence: () => 'Placeholders of a template arrive in the place of values.',
    mend: {
      onelogin: 'Correct the names in braces in the SCIM JSON Template: OneLogin fills in those that it knows.',
      other: 'Correct the placeholders of the template at the identity provider.',
    },
  },
  {
    code: 'body-unreadable',
    severity: 'error',
    over: 'unmended',
    applies: ({ status, scimType, method }) =>
      status === 400 && scimType === 'invalidSyntax' && ['POST', 'PUT', 'PATCH'].includes(method),
    sentence: () => 'Bodies arrive that are no SCIM.',
    mend: {
      onelogin: 'Correct the SCIM JSON Template: filled in, it has to be JSON.',
      other: 'Look at the answer, which says what is wrong with the body.',
    },
  },
  {
    code: 'password-sent',
    severity: 'hint',
    over: 'recent',
    applies: sign('password'),
    sentence: () => 'Passwords are sent along. They are thrown away unread.',
    mend: {
      okta: 'Leave Sync Password off. A random one comes with every new person nevertheless, and does no harm.',
      other: 'Take the password out of the mapping.',
    },
  },
  {
    code: 'only-look-ups',
    severity: 'hint',
    over: 'recent',
    applies: ({ method, outcome }, { recent }) =>
      method === 'GET' && outcome === 'done' && recent.every((each) => each.method === 'GET'),
    sentence: () => 'The connection works, and nothing has been sent yet.',
    mend: {
      entra:
        'Assign people under Users and groups, and set Provisioning Status to On. The first cycle takes up to 40 minutes.',
      okta: 'Under Provisioning, To App, switch on Create Users, Update User Attributes and Deactivate Users; then assign people.',
      onelogin:
        'On the tab Provisioning, enable provisioning; then give people the application, and approve what is pending.',
      jumpcloud: 'Activate the connection, and choose groups on the tab User Groups.',
      other: 'Assign people to the application, and switch provisioning on.',
    },
  },
];

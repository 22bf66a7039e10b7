import { patchOf, type ScimClient, type ScimExchange } from './scim-connection.js';

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/** What somebody has typed into a form. */
type Fields = Readonly<Record<string, string>>;

/** What can be clicked, by name, and the request that an identity provider makes of it. */
export const PUSHED_CHANGES: Readonly<Record<string, (client: ScimClient, fields: Fields) => Promise<ScimExchange>>> = {
  'add-person': ({ send }, { givenName = '', familyName = '', email = '', title = '' }) =>
    send('POST', '/Users', {
      schemas: [USER],
      externalId: email,
      userName: email,
      name: { givenName, familyName },
      displayName: `${givenName} ${familyName}`.trim(),
      ...(title !== '' && { title }),
      emails: [{ value: email, type: 'work', primary: true }],
      active: true,
    }),
  'change-title': ({ send }, { id = '', title = '' }) =>
    send('PATCH', user(id), patchOf({ op: 'replace', path: 'title', value: title })),
  deactivate: ({ send }, { id = '' }) => send('PATCH', user(id), patchOf({ op: 'replace', value: { active: false } })),
  reactivate: ({ send }, { id = '' }) => send('PATCH', user(id), patchOf({ op: 'replace', value: { active: true } })),
  'delete-person': ({ send }, { id = '' }) => send('DELETE', user(id)),
  'create-group': ({ send }, { name = '' }) =>
    send('POST', '/Groups', { schemas: [GROUP], displayName: name, members: [] }),
  'rename-group': ({ send }, { groupId = '', name = '' }) =>
    send('PATCH', group(groupId), patchOf({ op: 'replace', path: 'displayName', value: name })),
  'delete-group': ({ send }, { groupId = '' }) => send('DELETE', group(groupId)),
  'add-to-group': ({ send }, { id = '', groupId = '' }) =>
    send('PATCH', group(groupId), patchOf({ op: 'add', path: 'members', value: [{ value: id }] })),
  'remove-from-group': ({ send }, { id = '', groupId = '' }) =>
    send('PATCH', group(groupId), patchOf({ op: 'remove', path: `members[value eq ${JSON.stringify(id)}]` })),
};

function user(id: string): string {
  return `/Users/${encodeURIComponent(id)}`;
}

function group(id: string): string {
  return `/Groups/${encodeURIComponent(id)}`;
}

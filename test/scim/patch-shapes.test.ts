import { describe, expect, it } from '@jest/globals';
import {
  ADA,
  type Attributes,
  attributesOf,
  createAda,
  createTeam,
  createTickingClock,
  HOME,
  memberNames,
  sendPatch,
  WORK,
} from '../support/patch-subjects.js';
import { createScimSite, ENTERPRISE, PATCH_OP, USER } from '../support/scim-site.js';

const site = createScimSite({ clock: createTickingClock() });

/** Section 7 of what identity providers really send: shapes that no strict reading of the RFC would take. */
describe('shapes of a PATCH of a user', () => {
  const enterprise = (changes: Attributes) => ({
    [ENTERPRISE]: { department: 'Engines', manager: { value: 'boss' }, ...changes },
  });

  it.each<[string, unknown, Attributes]>([
    ['1 op in any case', [{ op: 'RePlAcE', path: 'title', value: 'Dr' }], { title: 'Dr' }],
    ['2 one object for a multi-valued target', [{ op: 'replace', path: 'emails', value: HOME }], { emails: [HOME] }],
    [
      '2 a list of one for a multi-valued target',
      [{ op: 'replace', path: 'emails', value: [HOME] }],
      { emails: [HOME] },
    ],
    [
      '2 bare text for a multi-valued target',
      [{ op: 'replace', path: 'emails', value: 'a@b' }],
      { emails: [{ value: 'a@b' }] },
    ],
    [
      '2 a list of one for one filtered value',
      [{ op: 'replace', path: 'emails[type eq "home"]', value: [{ value: 'a@b' }] }],
      { emails: [WORK, { type: 'home', value: 'a@b' }] },
    ],
    [
      '3 nested objects without path',
      [{ op: 'replace', value: { name: { givenName: 'A' } } }],
      { name: { givenName: 'A', familyName: 'Lovelace' } },
    ],
    [
      '3 dotted keys without path',
      [{ op: 'replace', value: { 'name.givenName': 'A' } }],
      { name: { givenName: 'A', familyName: 'Lovelace' } },
    ],
    [
      '3 full names as keys without path',
      [{ op: 'replace', value: { [`${ENTERPRISE}:division`]: 'D' } }],
      enterprise({ division: 'D' }),
    ],
    [
      '3 a dotted full name as key without path',
      [{ op: 'replace', value: { [`${ENTERPRISE}:manager.value`]: 'm' } }],
      enterprise({ manager: { value: 'm' } }),
    ],
    [
      '3 an extension as object without path',
      [{ op: 'replace', value: { [ENTERPRISE]: { division: 'D' } } }],
      enterprise({ division: 'D' }),
    ],
    [
      '3 keys in any case without path',
      [{ op: 'replace', value: { TITLE: 'Dr', [ENTERPRISE.toLowerCase()]: { DIVISION: 'D' } } }],
      { title: 'Dr', ...enterprise({ division: 'D' }) },
    ],
    [
      '4 the core URN before a path',
      [{ op: 'replace', path: `${USER}:name.givenName`, value: 'A' }],
      { name: { givenName: 'A', familyName: 'Lovelace' } },
    ],
    [
      '5 text against a boolean in brackets',
      [{ op: 'replace', path: 'emails[primary eq "True"].value', value: 'a@b' }],
      { emails: [{ ...WORK, value: 'a@b' }, HOME] },
    ],
    [
      '5 text against a boolean in brackets, in other case',
      [{ op: 'remove', path: 'emails[primary eq "TRUE"]' }],
      { emails: [HOME] },
    ],
    ['6 text for a boolean', [{ op: 'replace', path: 'active', value: 'False' }], { active: false }],
    [
      '6 text for a boolean inside a value',
      [{ op: 'replace', path: 'emails', value: [{ value: 'a@b', primary: 'True' }] }],
      { emails: [{ value: 'a@b', primary: true }] },
    ],
    [
      '7 bare text for a manager',
      [{ op: 'add', path: `${ENTERPRISE}:manager`, value: 'm' }],
      enterprise({ manager: { value: 'm' } }),
    ],
    [
      '7 bare text for a role',
      [{ op: 'add', path: 'roles', value: 'writer' }],
      { roles: [{ value: 'reader' }, { value: 'writer' }] },
    ],
    [
      '8 JSON inside the value of a role',
      [{ op: 'replace', path: 'roles', value: [{ value: '{"id":"x","value":"25","displayName":"R"}' }] }],
      { roles: [{ value: '25', display: 'R' }] },
    ],
    ['10 remove with a list', [{ op: 'remove', path: 'roles', value: [{ value: 'reader' }] }], { roles: undefined }],
    ['11 remove of a path', [{ op: 'remove', path: 'displayName' }], { displayName: undefined }],
    ['11 replace by empty text', [{ op: 'replace', path: 'displayName', value: '' }], { displayName: undefined }],
    ['11 replace by null', [{ op: 'replace', path: 'displayName', value: null }], { displayName: undefined }],
    [
      '11 replace by an empty value',
      [{ op: 'replace', path: `${ENTERPRISE}:manager`, value: { value: '' } }],
      enterprise({ manager: undefined }),
    ],
    [
      '11 replace by an empty value under the name of a template (OneLogin)',
      [{ op: 'replace', path: `${ENTERPRISE}:manager`, value: { managerId: '' } }],
      enterprise({ manager: undefined }),
    ],
    ['11 replace by an empty list', [{ op: 'replace', path: 'emails', value: [] }], { emails: undefined }],
    [
      '12 replace of an absent filtered value',
      [{ op: 'Replace', path: 'phoneNumbers[type eq "mobile"].value', value: '1' }],
      { phoneNumbers: [{ type: 'mobile', value: '1' }] },
    ],
    [
      '14 more members in an operation',
      [{ name: 'addMember', op: 'add', path: 'title', value: 'Dr', from: 'x' }],
      { title: 'Dr' },
    ],
    [
      '18 several operations in order',
      [
        { op: 'add', path: 'title', value: 'a' },
        { op: 'replace', path: 'title', value: 'b' },
      ],
      { title: 'b' },
    ],
    [
      '19 a filter of two',
      [{ op: 'replace', path: 'emails[type eq "work" and primary eq true].value', value: 'a@b' }],
      { emails: [{ ...WORK, value: 'a@b' }, HOME] },
    ],
  ])('shape %s', async (_shape, Operations, changes) => {
    const { client, path } = await createAda(site);
    const answer = await sendPatch(site, client, path, { schemas: [PATCH_OP], Operations });
    expect({ status: answer.status, attributes: attributesOf(answer.body) }).toEqual({
      status: 200,
      attributes: { ...ADA, ...changes },
    });
  });

  const OPERATIONS = [{ op: 'replace', path: 'title', value: 'Dr' }];

  it.each<[string, object, string | undefined]>([
    ['15 an id beside the operations', { schemas: [PATCH_OP], id: 'x', Operations: OPERATIONS }, undefined],
    ['16 no schemas', { Operations: OPERATIONS }, undefined],
    ['17 operations in lower case', { schemas: [PATCH_OP], operations: OPERATIONS }, undefined],
    [
      '17 OPERATIONS in upper case',
      { SCHEMAS: [PATCH_OP], OPERATIONS: [{ OP: 'add', PATH: 'title', VALUE: 'Dr' }] },
      undefined,
    ],
    ['20 as application/json', { Operations: OPERATIONS }, 'application/json'],
    ['20 as application/json with charset', { Operations: OPERATIONS }, 'application/json; charset=utf-8'],
    ['20 as application/scim+json with charset', { Operations: OPERATIONS }, 'application/scim+json; charset=UTF-8'],
  ])('shape %s', async (_shape, body, type) => {
    const { client, path } = await createAda(site);
    const answer = await sendPatch(site, client, path, body, type);
    expect({ status: answer.status, attributes: attributesOf(answer.body) }).toEqual({
      status: 200,
      attributes: { ...ADA, title: 'Dr' },
    });
  });
});

describe('shapes of a PATCH of a group', () => {
  it.each<[string, (idOf: (name: string) => string, own: string) => object, readonly string[]]>([
    ['7 bare text for a member', (idOf) => ({ op: 'add', path: 'members', value: idOf('bob') }), ['ada', 'bob', 'cy']],
    [
      '9 members with $ref null, display, type and more',
      (idOf) => ({
        op: 'Add',
        path: 'members',
        value: [{ $ref: null, value: idOf('bob'), display: 'B', type: 'User', x: [1] }],
      }),
      ['ada', 'bob', 'cy'],
    ],
    [
      '10 remove with a list',
      (idOf) => ({ op: 'Remove', path: 'members', value: [{ $ref: null, value: idOf('ada') }] }),
      ['cy'],
    ],
    ['11 replace by an empty list', () => ({ op: 'replace', path: 'members', value: [] }), []],
    ['11 replace by null', () => ({ op: 'replace', path: 'members', value: null }), []],
    [
      '13 the own id without path',
      (idOf, own) => ({ op: 'replace', value: { id: own, members: [{ value: idOf('bob') }] } }),
      ['bob'],
    ],
    ['13 the own id as path', (_idOf, own) => ({ op: 'replace', path: 'id', value: own }), ['ada', 'cy']],
    [
      '14 an operation with a name',
      (idOf) => ({ name: 'addMember', op: 'add', path: 'members', value: [{ value: idOf('bob') }] }),
      ['ada', 'bob', 'cy'],
    ],
  ])('shape %s', async (_shape, operation, members) => {
    const { client, group, path, idOf } = await createTeam(site, ['ada', 'cy']);
    const answer = await client.patch(path, [operation(idOf, group.id)]);
    expect({ status: answer.status, id: answer.body.id }).toEqual({ status: 200, id: group.id });
    expect(await memberNames(client, path)).toEqual(members);
  });
});

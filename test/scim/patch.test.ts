import { describe, expect, it } from '@jest/globals';
import type { ScimType } from '../../src/scim/error.js';
import {
  ADA,
  type Attributes,
  attributesOf,
  createAda,
  createTeam,
  createTickingClock,
  HOME,
  memberNames,
  OFFICE,
  type Operation,
  sendPatch,
  WORK,
} from '../support/patch-subjects.js';
import { expectScimError } from '../support/scim-error.js';
import { createGroup, createUser, type Resource, UNKNOWN_ID } from '../support/scim-resources.js';
import { createScimSite, ENTERPRISE, GROUP, PATCH_OP, USER } from '../support/scim-site.js';

const site = createScimSite({ clock: createTickingClock() });

type Policy = Readonly<Record<string, string>>;

/** Expects the operations to turn Ada into Ada with these changes; `undefined` for what is unassigned. */
async function expectChange(operations: readonly Operation[], changes: Attributes, policy?: Policy) {
  const { client, path } = await createAda(site, policy);
  const answer = await client.patch(path, operations);
  expect({ status: answer.status, attributes: attributesOf(answer.body) }).toEqual({
    status: 200,
    attributes: { ...ADA, ...changes },
  });
  expect((await client.get(path)).body).toEqual(answer.body);
  return answer.body as Resource & { readonly schemas: readonly string[] };
}

async function expectRefusal(
  operations: readonly Operation[],
  scimType: ScimType | undefined,
  { policy, status = 400 }: { readonly policy?: Policy; readonly status?: number } = {},
) {
  const { client, path } = await createAda(site, policy);
  const before = await client.get(path);
  const detail = expectScimError(await client.patch(path, operations), status, scimType);
  expect((await client.get(path)).body).toEqual(before.body);
  return detail;
}

describe('a value without path', () => {
  it('157 is refused when it names an attribute twice in different spelling', async () => {
    const client = await createScimSite().client();
    const { body } = await client.post('/Users', { userName: 'eve' });
    const answer = await client.patch(`/Users/${body.id}`, [{ op: 'replace', value: { active: false, Active: true } }]);
    expectScimError(answer, 400, 'invalidSyntax');
    expect((await client.get(`/Users/${body.id}`)).body).toEqual(body);
  });
});

describe('the PATCH message and its answer', () => {
  it('149 answers 200 with the whole resource, as GET shows it', async () => {
    const { client, path } = await createAda(site);
    const patched = await client.patch(path, [{ op: 'replace', path: 'title', value: 'Countess' }]);
    const read = await client.get(path);
    expect({ status: patched.status, type: patched.headers['content-type'] }).toEqual({
      status: 200,
      type: 'application/scim+json',
    });
    expect(patched.body).toEqual(read.body);
    expect({ etag: patched.headers['etag'], location: patched.headers['location'] }).toEqual({
      etag: read.body.meta.version,
      location: read.body.meta.location,
    });
  });

  it('149 answers a group with 204 where the policy says so, and with 200 when attributes are asked for', async () => {
    const { client, path } = await createTeam(site, ['ada'], { patchGroupResponse: 'no-content' });
    const rename = (displayName: string) => [{ op: 'replace', path: 'displayName', value: displayName }];
    const silent = await client.patch(path, rename('Crew'));
    const { body } = await client.get(path);
    expect({ status: silent.status, text: silent.text, etag: silent.headers['etag'] }).toEqual({
      status: 204,
      text: '',
      etag: body.meta.version,
    });
    expect(silent.headers['location']).toBe(body.meta.location);
    const asked = await client.patch(`${path}?attributes=displayName`, rename('Club'));
    expect({ status: asked.status, body: asked.body }).toEqual({
      status: 200,
      body: { schemas: [GROUP], id: body.id, displayName: 'Club' },
    });
  });

  it.each([
    ['no schemas', undefined],
    ['other schemas', [USER]],
    ['schemas that are no list', PATCH_OP],
  ])('150 takes a body with %s, unless the policy is strict', async (_what, schemas) => {
    const Operations = [{ op: 'replace', path: 'title', value: 'Countess' }];
    const lenient = await createAda(site);
    const taken = await sendPatch(site, lenient.client, lenient.path, { schemas, Operations });
    expect({ status: taken.status, title: taken.body.title }).toEqual({ status: 200, title: 'Countess' });
    const strict = await createAda(site, { unstatedSchemas: 'refuse' });
    expectScimError(await sendPatch(site, strict.client, strict.path, { schemas, Operations }), 400, 'invalidSyntax');
    expect((await strict.client.get(strict.path)).body).toEqual(strict.user);
    const stated = await sendPatch(site, strict.client, strict.path, { schemas: [PATCH_OP], Operations });
    expect(stated.status).toBe(200);
  });

  it.each([
    ['151 refuses a body without Operations', { schemas: [PATCH_OP] }],
    ['151 refuses an empty list of Operations', { Operations: [] }],
    ['151 refuses Operations that are an object', { Operations: { op: 'remove', path: 'title' } }],
    ['151 refuses Operations that are text', { Operations: 'remove title' }],
    ['151 refuses Operations that are null', { Operations: null }],
    ['151 refuses a body that is a list', [{ op: 'remove', path: 'title' }]],
    ['151 refuses no body', ''],
    ['152 refuses an operation that is no object', { Operations: ['remove'] }],
    ['152 refuses an operation without op', { Operations: [{ path: 'title', value: 'x' }] }],
    ['152 refuses an unknown op', { Operations: [{ op: 'move', path: 'title', value: 'x' }] }],
    ['152 refuses an op that is no text', { Operations: [{ op: 1, path: 'title', value: 'x' }] }],
  ])('%s (400 invalidSyntax)', async (_title, body) => {
    const { client, path, user } = await createAda(site);
    expectScimError(await sendPatch(site, client, path, body), 400, 'invalidSyntax');
    expect((await client.get(path)).body).toEqual(user);
  });

  it.each([
    ['Add', { title: 'x' }],
    ['REPLACE', { title: 'x' }],
    ['rEmOvE', { displayName: undefined }],
  ])('153 takes op "%s"', async (op, changes) => {
    const path = op === 'rEmOvE' ? 'displayName' : 'title';
    await expectChange([{ op, path, value: op === 'rEmOvE' ? undefined : 'x' }], changes);
  });

  it.each(['/Users', '/Groups'])('185 answers an unknown id of %s with 404', async (endpoint) => {
    const { client } = await createAda(site);
    const answer = await client.patch(`${endpoint}/${UNKNOWN_ID}`, [
      { op: 'replace', path: 'displayName', value: 'x' },
    ]);
    expect(expectScimError(answer, 404)).toContain(UNKNOWN_ID);
  });

  it('186 shows of the result what attributes and excludedAttributes ask for', async () => {
    const { client, path, user } = await createAda(site);
    const operations = [{ op: 'replace', path: 'title', value: 'Countess' }];
    const narrow = await client.patch(`${path}?attributes=title,name.givenName`, operations);
    expect({ status: narrow.status, body: narrow.body }).toEqual({
      status: 200,
      body: { schemas: [USER, ENTERPRISE], id: user.id, title: 'Countess', name: { givenName: 'Ada' } },
    });
    const broad = await client.patch(`${path}?excludedAttributes=emails,${ENTERPRISE},name`, operations);
    expect({ status: broad.status, attributes: attributesOf(broad.body) }).toEqual({
      status: 200,
      attributes: { ...ADA, title: 'Countess', emails: undefined, name: undefined, [ENTERPRISE]: undefined },
    });
  });

  it('186 wipes nothing that excludedAttributes hides', async () => {
    const { client, path } = await createTeam(site, ['ada', 'bob']);
    const answer = await client.patch(`${path}?excludedAttributes=members`, [
      { op: 'replace', path: 'displayName', value: 'Crew' },
    ]);
    expect({ status: answer.status, members: answer.body.members }).toEqual({ status: 200, members: undefined });
    expect(await memberNames(client, path)).toEqual(['ada', 'bob']);
  });
});

describe('what an operation does', () => {
  const NEW = { value: 'a@new.example', type: 'other' };

  it.each<[string, readonly Operation[], Attributes]>([
    ['154 add sets an absent attribute', [{ op: 'add', path: 'title', value: 'Dr' }], { title: 'Dr' }],
    ['154 add replaces a present attribute', [{ op: 'add', path: 'displayName', value: 'A' }], { displayName: 'A' }],
    [
      '154 add sets an absent sub-attribute',
      [{ op: 'add', path: 'name.middleName', value: 'King' }],
      { name: { givenName: 'Ada', familyName: 'Lovelace', middleName: 'King' } },
    ],
    [
      '155 add appends to a multi-valued attribute',
      [{ op: 'add', path: 'emails', value: [NEW] }],
      { emails: [WORK, HOME, NEW] },
    ],
    [
      '155 add of an equal value adds what is new about it, not a second one',
      [{ op: 'add', path: 'emails', value: [{ ...HOME, display: 'Home' }, NEW, NEW] }],
      { emails: [WORK, { ...HOME, display: 'Home' }, NEW] },
    ],
    [
      '155 an equal value without `value` is known whatever the order of its parts',
      [{ op: 'add', path: 'addresses', value: [{ country: 'GB', primary: true, locality: 'London', type: 'work' }] }],
      { addresses: [{ ...OFFICE, primary: true }] },
    ],
    [
      '157 add without path merges',
      [{ op: 'add', value: { title: 'Dr', name: { middleName: 'King' }, emails: [NEW] } }],
      {
        title: 'Dr',
        name: { givenName: 'Ada', familyName: 'Lovelace', middleName: 'King' },
        emails: [WORK, HOME, NEW],
      },
    ],
    ['159 replace sets an attribute', [{ op: 'replace', path: 'displayName', value: 'A' }], { displayName: 'A' }],
    [
      '159 replace sets a sub-attribute and keeps the others',
      [{ op: 'replace', path: 'name.familyName', value: 'Byron' }],
      { name: { givenName: 'Ada', familyName: 'Byron' } },
    ],
    [
      '159 replace of a complex attribute keeps sub-attributes it does not name',
      [{ op: 'replace', path: 'name', value: { familyName: 'Byron', honorificPrefix: 'Lady' } }],
      { name: { givenName: 'Ada', familyName: 'Byron', honorificPrefix: 'Lady' } },
    ],
    [
      '159 replace of a complex attribute clears only the sub-attributes it names as empty',
      [{ op: 'replace', path: 'name', value: { givenName: '' } }],
      { name: { familyName: 'Lovelace' } },
    ],
    [
      '159 replace of a complex attribute by nothing that is known changes nothing',
      [
        { op: 'replace', path: 'name', value: { shoeSize: 38 } },
        { op: 'replace', path: 'name', value: {} },
      ],
      {},
    ],
    ['160 replace of an absent attribute adds it', [{ op: 'replace', path: 'title', value: 'Dr' }], { title: 'Dr' }],
    [
      '160 replace of an absent multi-valued attribute adds it',
      [{ op: 'replace', path: 'phoneNumbers', value: [{ value: '1' }] }],
      { phoneNumbers: [{ value: '1' }] },
    ],
    [
      '161 replace of a multi-valued attribute replaces all values',
      [{ op: 'replace', path: 'emails', value: [NEW] }],
      { emails: [NEW] },
    ],
    [
      '162 replace of a filtered value replaces that one as a whole, and what the filter says of it stays true',
      [{ op: 'replace', path: 'emails[type eq "work"]', value: { value: 'a@new.example' } }],
      { emails: [{ type: 'work', value: 'a@new.example' }, HOME] },
    ],
    [
      '162 add to a filtered value merges',
      [{ op: 'add', path: 'emails[type eq "work"]', value: { display: 'Office' } }],
      { emails: [{ ...WORK, display: 'Office' }, HOME] },
    ],
    [
      '162 replace of a sub-attribute of filtered values changes just these',
      [{ op: 'replace', path: 'emails[type eq "work" or type eq "other"].value', value: 'a@new.example' }],
      { emails: [{ ...WORK, value: 'a@new.example' }, HOME] },
    ],
    [
      '162 replace of a sub-attribute without filter changes it in all values',
      [{ op: 'replace', path: 'emails.display', value: 'Ada' }],
      {
        emails: [
          { ...WORK, display: 'Ada' },
          { ...HOME, display: 'Ada' },
        ],
      },
    ],
    [
      '162 values that become equal become one',
      [{ op: 'replace', path: 'emails[type eq "home"]', value: { value: WORK.value, type: 'work', display: 'Both' } }],
      { emails: [{ ...WORK, display: 'Both' }] },
    ],
    [
      '162 of values that become equal the one that was edited has the last word',
      [
        { op: 'add', path: 'emails', value: [{ value: 'b@work.example', type: 'work', primary: false }] },
        { op: 'replace', path: 'emails[primary eq true].value', value: 'b@work.example' },
      ],
      { emails: [{ value: 'b@work.example', type: 'work', primary: true }, HOME] },
    ],
    [
      '162 add of nothing to a filtered value leaves it alone',
      [
        { op: 'add', path: 'emails[type eq "work"]', value: {} },
        { op: 'add', path: 'emails[type eq "home"]', value: { shoeSize: 38 } },
      ],
      {},
    ],
    ['164 remove unassigns an attribute', [{ op: 'remove', path: 'displayName' }], { displayName: undefined }],
    [
      '164 remove unassigns a sub-attribute',
      [{ op: 'remove', path: 'name.givenName' }],
      { name: { familyName: 'Lovelace' } },
    ],
    ['164 remove unassigns a complex attribute', [{ op: 'remove', path: 'name' }], { name: undefined }],
    ['164 remove unassigns a multi-valued attribute', [{ op: 'remove', path: 'emails' }], { emails: undefined }],
    ['164 remove takes filtered values away', [{ op: 'remove', path: 'emails[type eq "work"]' }], { emails: [HOME] }],
    [
      '164 the last filtered value takes the attribute along',
      [{ op: 'remove', path: 'addresses[country eq "GB"]' }],
      { addresses: undefined },
    ],
    [
      '164 remove takes a sub-attribute of filtered values away',
      [{ op: 'remove', path: 'emails[type eq "work"].primary' }],
      { emails: [{ value: WORK.value, type: 'work' }, HOME] },
    ],
    [
      '164 an e-mail without value is none',
      [{ op: 'remove', path: 'emails[type eq "work"].value' }],
      { emails: [HOME] },
    ],
    [
      '164 remove with a list takes just the listed values away, known by value and type',
      [
        {
          op: 'remove',
          path: 'emails',
          value: [
            { value: HOME.value, display: 'x', primary: false },
            { value: WORK.value, type: 'home' },
          ],
        },
      ],
      { emails: [WORK] },
    ],
    [
      '164 remove with a list of parts takes away what has them',
      [{ op: 'remove', path: 'addresses', value: [{ country: 'GB' }] }],
      { addresses: undefined },
    ],
    [
      '164 remove with a list that names nothing takes nothing away',
      [
        { op: 'remove', path: 'emails', value: [] },
        { op: 'remove', path: 'emails', value: [{ shoeSize: 38 }] },
      ],
      {},
    ],
    [
      '172 operations apply in order, each to what the one before left',
      [
        { op: 'add', path: 'title', value: 'one' },
        { op: 'replace', path: 'title', value: 'two' },
        { op: 'remove', path: 'emails' },
        { op: 'add', path: 'emails', value: [NEW] },
        { op: 'replace', path: 'emails[type eq "other"].display', value: 'New' },
        { op: 'remove', path: 'title' },
        { op: 'add', path: 'title', value: 'three' },
      ],
      { title: 'three', emails: [{ ...NEW, display: 'New' }] },
    ],
    [
      '174 a new primary demotes the old one: appended',
      [{ op: 'add', path: 'emails', value: [{ ...NEW, primary: true }] }],
      { emails: [{ ...WORK, primary: false }, HOME, { ...NEW, primary: true }] },
    ],
    [
      '174 a new primary demotes the old one: by its sub-attribute',
      [{ op: 'replace', path: 'emails[type eq "home"].primary', value: 'True' }],
      {
        emails: [
          { ...WORK, primary: false },
          { ...HOME, primary: true },
        ],
      },
    ],
    [
      '174 a new primary demotes the old one: in a whole filtered value',
      [{ op: 'replace', path: 'emails[type eq "home"]', value: { ...HOME, primary: true } }],
      {
        emails: [
          { ...WORK, primary: false },
          { ...HOME, primary: true },
        ],
      },
    ],
    [
      '174 of several that a filter makes primary it is the first',
      [
        { op: 'add', path: 'emails', value: [{ value: 'b@home.example', type: 'home' }] },
        { op: 'replace', path: 'emails[type eq "home"].primary', value: true },
      ],
      {
        emails: [
          { ...WORK, primary: false },
          { ...HOME, primary: true },
          { value: 'b@home.example', type: 'home' },
        ],
      },
    ],
    [
      '174 no longer primary is no fault',
      [{ op: 'replace', path: 'emails.primary', value: false }],
      {
        emails: [
          { ...WORK, primary: false },
          { ...HOME, primary: false },
        ],
      },
    ],
  ])('%s', async (_title, operations, changes) => {
    await expectChange(operations, changes);
  });

  it.each<[string, Operation]>([
    ['156 add of the same text', { op: 'add', path: 'displayName', value: 'Ada' }],
    ['156 add of an equal value to a multi-valued attribute', { op: 'add', path: 'emails', value: [HOME] }],
    ['156 add of an equal value by a filter', { op: 'add', path: 'emails[type eq "home"].value', value: HOME.value }],
    ['156 add of equal values without path', { op: 'add', value: { active: 'True', roles: 'reader' } }],
    ['156 replace by the same value', { op: 'replace', path: 'emails', value: [WORK, HOME] }],
    ['167 remove of an absent attribute', { op: 'remove', path: 'title' }],
    ['167 remove of an absent sub-attribute', { op: 'remove', path: 'name.middleName' }],
    ['167 remove of an absent multi-valued attribute', { op: 'remove', path: 'phoneNumbers' }],
    ['167 remove by a filter without match', { op: 'remove', path: 'emails[type eq "other"]' }],
    [
      '167 remove of a sub-attribute by a filter without match',
      { op: 'remove', path: 'emails[type eq "other"].value' },
    ],
    ['167 remove of an extension attribute that is absent', { op: 'remove', path: `${ENTERPRISE}:division` }],
    ['168 naming schemas without path', { op: 'replace', value: { schemas: [USER] } }],
    [
      '163 clearing what a filter does not find',
      { op: 'replace', path: 'addresses[type eq "home"].locality', value: '' },
    ],
  ])('%s changes neither version nor lastModified', async (_title, operation) => {
    const { client, path, user } = await createAda(site);
    const answer = await client.patch(path, [operation]);
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: user });
  });

  it.each([['add'], ['replace']])('163 %s where the filter matches nothing makes what the filter says', async (op) => {
    await expectChange([{ op, path: 'emails[type eq "other" and primary eq "True"].value', value: 'a@new.example' }], {
      emails: [{ ...WORK, primary: false }, HOME, { type: 'other', primary: true, value: 'a@new.example' }],
    });
    await expectChange([{ op, path: 'phoneNumbers[type eq "mobile"]', value: { value: '1' } }], {
      phoneNumbers: [{ type: 'mobile', value: '1' }],
    });
  });

  it('163 a sub-attribute without filter makes the value it belongs to, under any policy', async () => {
    const operations = [{ op: 'replace', path: 'phoneNumbers.value', value: '1' }];
    await expectChange(operations, { phoneNumbers: [{ value: '1' }] }, { absentTargets: 'refuse' });
  });

  it.each<[string, string, unknown, Policy | undefined]>([
    ['nothing matches and the policy is strict', 'emails[type eq "other"].value', 'x@y', { absentTargets: 'refuse' }],
    ['nothing matches and the filter does not say what to make', 'emails[type sw "oth"].value', 'x@y', undefined],
    ['what would be made is not what the filter says', 'emails[type eq "other"].type', 'work', undefined],
    ['a value has changed since', 'emails[value eq "old@work.example"].value', 'new@work.example', undefined],
  ])('163 answers replace with 400 noTarget when %s', async (_what, path, value, policy) => {
    await expectRefusal([{ op: 'replace', path, value }], 'noTarget', policy ? { policy } : {});
  });

  it('166 a required attribute may be removed where a later operation sets it again', async () => {
    await expectChange(
      [
        { op: 'remove', path: 'userName' },
        { op: 'add', path: 'userName', value: 'lovelace' },
      ],
      { userName: 'lovelace' },
    );
  });

  it('168 takes an id equal to its own, as Okta sends it with a rename', async () => {
    const { client, path, group } = await createTeam(site, ['ada']);
    const answer = await client.patch(path, [{ op: 'replace', value: { id: group.id, displayName: 'Crew' } }]);
    expect({ status: answer.status, id: answer.body.id, displayName: answer.body.displayName }).toEqual({
      status: 200,
      id: group.id,
      displayName: 'Crew',
    });
  });

  it.each<[string, readonly Operation[], ScimType]>([
    ['158 add without value', [{ op: 'add', path: 'title' }], 'invalidValue'],
    ['158 replace without value', [{ op: 'replace', path: 'title' }], 'invalidValue'],
    ['158 add without value and path', [{ op: 'add' }], 'invalidValue'],
    ['158 a value without path that is no object', [{ op: 'replace', value: 'Dr' }], 'invalidValue'],
    ['158 a value of the wrong type', [{ op: 'replace', path: 'title', value: 7 }], 'invalidValue'],
    ['158 a list for a single value', [{ op: 'replace', path: 'title', value: ['a', 'b'] }], 'invalidValue'],
    [
      '158 a list for one filtered value',
      [{ op: 'replace', path: 'emails[type eq "work"]', value: ['a', 'b'] }],
      'invalidValue',
    ],
    ['165 remove without path', [{ op: 'remove' }], 'noTarget'],
    ['165 remove with an empty path', [{ op: 'remove', path: '', value: { title: 'x' } }], 'noTarget'],
    ['166 remove of userName', [{ op: 'remove', path: 'userName' }], 'mutability'],
    ['166 userName sent empty', [{ op: 'replace', path: 'userName', value: '' }], 'mutability'],
    ['166 userName sent as null', [{ op: 'replace', value: { userName: null } }], 'mutability'],
    ['166 remove of id', [{ op: 'remove', path: 'id' }], 'mutability'],
    ['166 remove of meta', [{ op: 'remove', path: 'meta' }], 'mutability'],
    ['166 remove of groups', [{ op: 'remove', path: 'groups' }], 'mutability'],
    ['168 replace of id by another', [{ op: 'replace', path: 'id', value: UNKNOWN_ID }], 'mutability'],
    ['168 another id without path', [{ op: 'replace', value: { id: UNKNOWN_ID, title: 'x' } }], 'mutability'],
    ['168 add to groups', [{ op: 'add', path: 'groups', value: [{ value: UNKNOWN_ID }] }], 'mutability'],
    [
      '168 replace of meta.created',
      [{ op: 'replace', path: 'meta.created', value: '2020-01-01T00:00:00Z' }],
      'mutability',
    ],
    [
      '168 replace of a read-only sub-attribute',
      [{ op: 'replace', path: `${ENTERPRISE}:manager.displayName`, value: 'B' }],
      'mutability',
    ],
    ['169 an unknown attribute', [{ op: 'add', path: 'shoeSize', value: 38 }], 'invalidPath'],
    ['169 an unknown attribute to remove', [{ op: 'remove', path: 'shoeSize' }], 'invalidPath'],
    ['169 an unknown sub-attribute', [{ op: 'add', path: 'name.shoeSize', value: 'x' }], 'invalidPath'],
    ['169 an unknown schema', [{ op: 'add', path: 'urn:example:2.0:User:title', value: 'x' }], 'invalidPath'],
    ['169 an unknown attribute in brackets', [{ op: 'remove', path: 'emails[shoe eq "x"]' }], 'invalidPath'],
    [
      '169 an unknown sub-attribute behind brackets',
      [{ op: 'remove', path: 'emails[type eq "work"].shoe' }],
      'invalidPath',
    ],
    ['169 brackets on a single value', [{ op: 'remove', path: 'userName[value eq "x"]' }], 'invalidPath'],
    ['169 brackets that do not close', [{ op: 'remove', path: 'emails[type eq "work"' }], 'invalidPath'],
    ['169 brackets of an unknown operator', [{ op: 'remove', path: 'emails[type is "work"]' }], 'invalidPath'],
    ['169 text behind a path', [{ op: 'remove', path: 'title please' }], 'invalidPath'],
    ['169 a path that is no text', [{ op: 'remove', path: ['title'] }], 'invalidPath'],
    [
      '169 a path of ten thousand characters',
      [{ op: 'remove', path: `emails[type eq "${'x'.repeat(10_000)}"]` }],
      'invalidPath',
    ],
    [
      '169 a key with brackets that do not close',
      [{ op: 'replace', value: { 'emails[type eq "work"': 'x' } }],
      'invalidPath',
    ],
  ])('%s is refused', async (_title, operations, scimType) => {
    await expectRefusal(operations, scimType);
  });

  it('169 leaves unknown attributes out where the policy says so, but never a path it cannot read', async () => {
    const policy = { unknownPaths: 'ignore' };
    await expectChange([{ op: 'add', path: 'shoeSize', value: 38 }], {}, policy);
    await expectRefusal([{ op: 'remove', path: "emails[type eq 'work']" }], 'invalidPath', { policy });
  });

  it('169 refuses unknown keys of a value without path only where the policy is strict', async () => {
    const operations = [{ op: 'replace', value: { title: 'Dr', shoeSize: 38, 'no path at all!': 1 } }];
    await expectChange(operations, { title: 'Dr' });
    await expectRefusal(operations, 'invalidValue', { policy: { unknownAttributes: 'refuse' } });
  });

  it.each<[string, Operation, Attributes]>([
    [
      'a path with the core URN',
      { op: 'replace', path: `${USER}:name.givenName`, value: 'A' },
      { name: { givenName: 'A', familyName: 'Lovelace' } },
    ],
    [
      'a path with the core URN and brackets',
      { op: 'remove', path: `${USER}:emails[type eq "home"]` },
      { emails: [WORK] },
    ],
    [
      'a path with an extension URN',
      { op: 'replace', path: `${ENTERPRISE}:department`, value: 'Sums' },
      { [ENTERPRISE]: { department: 'Sums', manager: { value: 'boss' } } },
    ],
    [
      'a URN in other case',
      { op: 'add', path: `${ENTERPRISE.toUpperCase()}:DIVISION`, value: 'D' },
      { [ENTERPRISE]: { department: 'Engines', manager: { value: 'boss' }, division: 'D' } },
    ],
    [
      'an extension as path',
      { op: 'replace', path: ENTERPRISE, value: { department: 'Sums' } },
      { [ENTERPRISE]: { department: 'Sums', manager: { value: 'boss' } } },
    ],
    [
      'an extension as object',
      { op: 'add', value: { [ENTERPRISE]: { division: 'D', department: null } } },
      { [ENTERPRISE]: { manager: { value: 'boss' }, division: 'D' } },
    ],
    [
      'a core URN as object',
      { op: 'add', value: { [USER]: { title: 'Dr', nickName: 'A' } } },
      { title: 'Dr', nickName: 'A' },
    ],
  ])('170 takes %s', async (_what, operation, changes) => {
    await expectChange([operation], changes);
  });

  it('170 the URN of an extension leaves schemas with its last attribute and enters with its first', async () => {
    const { client, path } = await createAda(site);
    const schemasAfter = async (operations: readonly Operation[]) =>
      (await client.patch(path, operations)).body.schemas;
    const department = `${ENTERPRISE}:department`;
    expect(await schemasAfter([{ op: 'remove', path: department }])).toEqual([USER, ENTERPRISE]);
    expect(await schemasAfter([{ op: 'remove', path: `${ENTERPRISE}:manager` }])).toEqual([USER]);
    expect(await schemasAfter([{ op: 'add', path: department, value: 'Sums' }])).toEqual([USER, ENTERPRISE]);
    expect(await schemasAfter([{ op: 'remove', path: ENTERPRISE }])).toEqual([USER]);
    expect((await client.get(path)).body[ENTERPRISE]).toBeUndefined();
  });

  it('171 takes dotted names and URNs as keys of a value without path (Entra)', async () => {
    await expectChange(
      [
        {
          op: 'replace',
          value: {
            DISPLAYNAME: 'B',
            'name.givenName': 'K',
            'name.familyName': 'U',
            'emails[type eq "work"].value': 'b@work.example',
            [`${ENTERPRISE}:employeeNumber`]: 'A',
            [`${USER}:title`]: 'Dr',
          },
        },
      ],
      {
        displayName: 'B',
        name: { givenName: 'K', familyName: 'U' },
        emails: [{ ...WORK, value: 'b@work.example' }, HOME],
        title: 'Dr',
        [ENTERPRISE]: { department: 'Engines', manager: { value: 'boss' }, employeeNumber: 'A' },
      },
    );
  });

  it('173 applies nothing when the third of four fails', async () => {
    const detail = await expectRefusal(
      [
        { op: 'replace', path: 'title', value: 'Dr' },
        { op: 'remove', path: 'emails' },
        { op: 'replace', path: 'active', value: 'perhaps' },
        { op: 'replace', path: 'nickName', value: 'A' },
      ],
      'invalidValue',
    );
    expect(detail).toContain('active');
  });

  it('173 changes neither attributes nor members of a group when a member is unknown', async () => {
    const { client, path, group, idOf } = await createTeam(site, ['ada']);
    const answer = await client.patch(path, [
      { op: 'replace', path: 'displayName', value: 'Crew' },
      { op: 'add', path: 'members', value: [{ value: idOf('bob') }] },
      { op: 'add', path: 'members', value: [{ value: UNKNOWN_ID }] },
    ]);
    expect(expectScimError(answer, 400, 'invalidValue')).toContain(UNKNOWN_ID);
    expect((await client.get(path)).body).toEqual(group);
  });

  it('173 changes no members of a group when its new name is taken', async () => {
    const { client, path, group, idOf } = await createTeam(site, ['ada']);
    await createGroup(client, 'Crew');
    const answer = await client.patch(path, [
      { op: 'add', path: 'members', value: [{ value: idOf('bob') }] },
      { op: 'replace', path: 'displayName', value: 'crew' },
    ]);
    expectScimError(answer, 409, 'uniqueness');
    expect((await client.get(path)).body).toEqual(group);
  });

  it('175 refuses a userName that somebody else has, in any case', async () => {
    const { client, path, user } = await createAda(site);
    await createUser(client, 'bob');
    const rename = (value: string) => client.patch(path, [{ op: 'replace', path: 'userName', value }]);
    expect(expectScimError(await rename('BOB'), 409, 'uniqueness')).toContain('userName');
    expect((await client.get(path)).body).toEqual(user);
    const own = await rename('ADA@example.com');
    expect({ status: own.status, userName: own.body.userName }).toEqual({ status: 200, userName: 'ADA@example.com' });
  });

  it.each<[string, Operation, unknown]>([
    ['bare text', { path: `${ENTERPRISE}:manager`, value: 'm2' }, { value: 'm2' }],
    ['an object', { path: `${ENTERPRISE}:manager`, value: { value: 'm2' } }, { value: 'm2' }],
    [
      'a list of one',
      { path: `${ENTERPRISE}:manager`, value: [{ $ref: '../Users/m2', value: 'm2' }] },
      { value: 'm2', $ref: '../Users/m2' },
    ],
    ['its sub-attribute', { path: `${ENTERPRISE}:manager.value`, value: 'm2' }, { value: 'm2' }],
    ['an object in the extension', { value: { [ENTERPRISE]: { manager: 'm2' } } }, { value: 'm2' }],
    ['empty text', { path: `${ENTERPRISE}:manager`, value: '' }, undefined],
    ['an object with an empty value', { path: `${ENTERPRISE}:manager`, value: { value: '' } }, undefined],
    ['an empty list', { path: `${ENTERPRISE}:manager`, value: [] }, undefined],
    ['an empty sub-attribute', { path: `${ENTERPRISE}:manager.value`, value: '' }, undefined],
    ['null', { path: `${ENTERPRISE}:manager`, value: null }, undefined],
  ])('177 takes a manager as %s', async (_what, operation, manager) => {
    await expectChange([{ op: 'replace', ...operation }], { [ENTERPRISE]: { department: 'Engines', manager } });
  });

  it('177 does not let the reference of one manager stay with the next', async () => {
    const manager = `${ENTERPRISE}:manager`;
    const hire = { op: 'add', path: manager, value: { value: 'm2', $ref: '../Users/m2' } };
    for (const next of [
      { op: 'replace', path: manager, value: { value: 'm3' } },
      { op: 'replace', path: `${manager}.value`, value: 'm3' },
    ]) {
      await expectChange([hire, next], { [ENTERPRISE]: { department: 'Engines', manager: { value: 'm3' } } });
    }
  });

  it('177 forgets the reference with the manager', async () => {
    const manager = `${ENTERPRISE}:manager`;
    const hire = { op: 'add', path: manager, value: { value: 'm2', $ref: '../Users/m2' } };
    await expectChange([hire, { op: 'replace', path: `${manager}.value`, value: null }], {
      [ENTERPRISE]: { department: 'Engines' },
    });
    await expectChange([hire, { op: 'replace', path: manager, value: { value: '' } }], {
      [ENTERPRISE]: { department: 'Engines' },
    });
  });

  const ROLE = JSON.stringify({ id: 'f1', value: '25', displayName: 'Role1234' });

  it.each<[string, readonly Operation[], unknown]>([
    [
      'JSON in the value of a listed role',
      [{ op: 'Add', path: 'roles', value: [{ value: ROLE }] }],
      [{ value: 'reader' }, { value: '25', display: 'Role1234' }],
    ],
    [
      'JSON at a filtered path that matches nothing',
      [{ op: 'Add', path: 'roles[primary eq "True"].value', value: ROLE }],
      [{ value: 'reader' }, { primary: true, value: '25', display: 'Role1234' }],
    ],
    [
      'text at a filtered path, which replaces the role that is there',
      [
        { op: 'Add', path: 'roles[primary eq "True"].value', value: 'writer' },
        { op: 'Add', path: 'roles[primary eq "True"].value', value: 'owner' },
      ],
      [{ value: 'reader' }, { primary: true, value: 'owner' }],
    ],
    [
      'text that begins like JSON and is none',
      [{ op: 'replace', path: 'roles', value: '{broken' }],
      [{ value: '{broken' }],
    ],
  ])('178 takes roles as %s (Entra)', async (_what, operations, roles) => {
    await expectChange(operations, { roles });
  });

  it.each<[string, Operation]>([
    ['null', { path: 'displayName', value: null }],
    ['empty text', { path: 'displayName', value: '' }],
    ['null without path', { value: { displayName: null } }],
  ])('179 reads %s as unassigned', async (_what, operation) => {
    await expectChange([{ op: 'replace', ...operation }], { displayName: undefined });
  });

  it.each<[string, string, unknown, unknown]>([
    ['a list', 'emails', [], undefined],
    ['a list of nothing', 'emails', [{ value: '' }, null], undefined],
    ['a complex attribute', 'name', null, undefined],
    ['a complex attribute by a list', 'name', [], undefined],
    ['a filtered value', 'emails[type eq "work"]', { value: '' }, [HOME]],
    ['the value of a filtered value', 'emails[type eq "work"].value', null, [HOME]],
  ])('179 unassigns %s', async (_what, path, value, left) => {
    await expectChange([{ op: 'replace', path, value }], { [path.replace(/\[.*/, '')]: left });
  });

  it('187 takes a password, keeps and shows nothing of it, and has not changed the user', async () => {
    const { client, path, user } = await createAda(site);
    const secret = 'correct horse battery staple';
    for (const operation of [
      { op: 'replace', path: 'password', value: secret },
      { op: 'replace', value: { password: secret } },
      { op: 'remove', path: 'password' },
    ]) {
      const answer = await client.patch(`${path}?attributes=password`, [operation]);
      expect({ status: answer.status, body: answer.body }).toEqual({
        status: 200,
        body: { schemas: [USER, ENTERPRISE], id: user.id },
      });
    }
    expect((await client.get(path)).body).toEqual(user);
    const scope = { organizationId: client.directory.organizationId, directoryId: client.directory.id };
    const stored = await site.storage.directoryUsers.get(scope, user.id);
    expect(stored?.attributes).toEqual(ADA);
    const wrong = await client.patch(path, [{ op: 'replace', path: 'password', value: { secret } }]);
    expect(expectScimError(wrong, 400, 'invalidValue')).not.toContain(secret);
  });

  it.each([
    [
      'a key',
      '{"op":"add","value":{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"title":"Dr"}}',
    ],
    ['a key inside', '{"op":"add","value":{"title":"Dr","name":{"__proto__":{"admin":true},"constructor":"x"}}}'],
    ['a key of an operation', '{"op":"add","path":"title","value":"Dr","__proto__":{"admin":true}}'],
  ])('188 takes no harm from __proto__ and constructor as %s', async (_what, operation) => {
    const { client, path } = await createAda(site);
    const answer = await sendPatch(site, client, path, `{"Operations":[${operation}]}`);
    expect({ status: answer.status, attributes: attributesOf(answer.body) }).toEqual({
      status: 200,
      attributes: { ...ADA, title: 'Dr' },
    });
    expect('admin' in {}).toBe(false);
  });

  it.each([
    '__proto__',
    'constructor',
    '__proto__.admin',
    'name.__proto__',
    'name.constructor',
    'toString',
    'emails[__proto__ eq "x"]',
  ])('188 refuses the path %s', async (path) => {
    await expectRefusal([{ op: 'add', path, value: 'x' }], 'invalidPath');
    expect('admin' in {}).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import express from 'express';
import {
  type AttributeDefinition,
  createDirectories,
  createScimRouter,
  type ScimPolicy,
  type ScimRouterOptions,
} from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import request from 'supertest';
import { expectScimError } from '../support/scim-error.js';
import { createUser } from '../support/scim-resources.js';
import { createScimSite, ENTERPRISE, PATCH_OP, type ScimClient } from '../support/scim-site.js';

const HR = 'urn:example:scim:schemas:1.0:Hr';
const required = [{ name: 'grade', type: 'string', required: true }] as const;

/** What a host may come to demand after people have been pushed. */
const STRICTER: readonly (readonly [string, Partial<ScimRouterOptions>, Partial<ScimPolicy>])[] = [
  ['an attribute required', { users: { attributes: required } }, {}],
  [
    'e-mail addresses required',
    { users: { attributes: [{ name: 'emails', type: 'complex', multiValued: true, required: true }] } },
    {},
  ],
  ['an extension required', { users: { extensions: [{ schema: hr([]), required: true }] } }, {}],
  ['a part of an extension required', { users: { extensions: [{ schema: hr(required) }] } }, {}],
  [
    'a part of each element required',
    { users: { attributes: [complex('phoneNumbers', true, [{ name: 'value', type: 'string' }, ...required])] } },
    {},
  ],
  [
    'a part of one complex value required',
    { users: { attributes: [complex('name', false, [{ name: 'givenName', type: 'string' }, ...required])] } },
    {},
  ],
  ['an e-mail address as userName', {}, { userNameFormat: 'email' }],
  ['externalId unique', {}, { externalIds: 'unique' }],
];

function hr(attributes: typeof required | readonly []) {
  return { id: HR, name: 'Hr', attributes: [{ name: 'note', type: 'string' } as const, ...attributes] };
}

function complex(
  name: string,
  multiValued: boolean,
  subAttributes: readonly AttributeDefinition[],
): AttributeDefinition {
  return { name, type: 'complex', multiValued, subAttributes };
}

const PUSHED = {
  externalId: 'twin',
  title: 'Countess',
  name: { givenName: 'Ada' },
  phoneNumbers: [{ value: '1' }],
  [HR]: { note: 'x' },
};
const DEACTIVATE = [{ op: 'replace', path: 'active', value: false }];

/** Two people pushed under mild rules, and a router with stricter ones over the same storage. */
async function afterwards(options: Partial<ScimRouterOptions>, policy: Partial<ScimPolicy>, ended: string[] = []) {
  const storage = createMemoryStorage();
  const hasHr = JSON.stringify(options).includes(HR);
  const site = createScimSite({ users: hasHr ? { extensions: [{ schema: hr([]) }] } : {} }, storage);
  const client = await site.client();
  const isDemanded = options.users?.extensions?.some((extension) => extension.required);
  const pushed = isDemanded ? { ...PUSHED, [HR]: undefined } : PUSHED;
  const first = await createUser(client, 'ada', pushed);
  const second = await createUser(client, 'bob', pushed);
  const { organizationId, id: directoryId } = client.directory;
  await createDirectories({ storage }).update({ organizationId, directoryId }, { policy });
  const endAccess = ({ userId }: { readonly userId: string }) => {
    ended.push(userId);
  };
  const app = express().use('/', createScimRouter(storage, { ...options, endAccess }));
  return { first, second, strict: throughRouter(app, client), ended };
}

function throughRouter(app: express.Express, { directory, token }: ScimClient) {
  const send = (method: 'get' | 'put' | 'patch' | 'post' | 'delete', path: string) =>
    request(app)[method](`/${directory.id}${path}`).set('Authorization', `Bearer ${token}`);
  return {
    get: (path: string) => send('get', path),
    delete: (path: string) => send('delete', path),
    put: (path: string, body: object) => send('put', path).send(body),
    post: (path: string, body: object) => send('post', path).send(body),
    patch: (path: string, Operations: readonly object[]) =>
      send('patch', path).send({ schemas: [PATCH_OP], Operations }),
  };
}

describe('rules that have become stricter since somebody was pushed', () => {
  it.each(STRICTER)(
    '176 promise 7: %s keeps nobody from being deactivated by PATCH',
    async (_rule, options, policy) => {
      const { first, second, strict, ended } = await afterwards(options, policy);
      for (const { id } of [first, second]) {
        const answer = await strict.patch(`/Users/${id}`, DEACTIVATE);
        expect({ status: answer.status, active: answer.body.active }).toEqual({ status: 200, active: false });
        const again = await strict.patch(`/Users/${id}`, DEACTIVATE);
        expect(again.body).toEqual(answer.body);
      }
      expect(ended).toEqual([first.id, second.id]);
    },
  );

  it.each(STRICTER)(
    '176 promise 7: %s keeps nobody from being deactivated by PUT of what GET shows (Okta)',
    async (_rule, options, policy) => {
      const { first, second, strict, ended } = await afterwards(options, policy);
      for (const { id } of [first, second]) {
        const shown = (await strict.get(`/Users/${id}`)).body;
        const answer = await strict.put(`/Users/${id}`, { ...shown, active: false });
        expect({ status: answer.status, active: answer.body.active }).toEqual({ status: 200, active: false });
      }
      expect(ended).toEqual([first.id, second.id]);
    },
  );

  it.each(STRICTER.slice(0, -1))(
    '140 %s holds for a POST, and for a PUT of who stays',
    async (_rule, options, policy) => {
      const { first, strict } = await afterwards(options, policy);
      const shown = (await strict.get(`/Users/${first.id}`)).body;
      expectScimError(await strict.post('/Users', { ...shown, userName: 'eve' }), 400, 'invalidValue');
      expectScimError(await strict.put(`/Users/${first.id}`, shown), 400, 'invalidValue');
    },
  );

  it.each(STRICTER.slice(0, -1))('166 %s is no matter of a PATCH of something else', async (_rule, options, policy) => {
    const { first, strict } = await afterwards(options, policy);
    const answer = await strict.patch(`/Users/${first.id}`, [{ op: 'replace', path: 'title', value: 'Lady' }]);
    expect({ status: answer.status, title: answer.body.title }).toEqual({ status: 200, title: 'Lady' });
  });

  it('166 what is there now cannot be taken away', async () => {
    const { first, strict } = await afterwards({ users: { attributes: required } }, {});
    const path = `/Users/${first.id}`;
    expect((await strict.patch(path, [{ op: 'add', path: 'grade', value: 'A' }])).body.grade).toBe('A');
    expectScimError(await strict.patch(path, [{ op: 'remove', path: 'grade' }]), 400, 'mutability');
    expectScimError(await strict.put(path, { userName: 'ada', active: false }), 400, 'invalidValue');
  });

  it('140 an extension or an element that is new has to be complete', async () => {
    const extension = await afterwards({ users: { extensions: [{ schema: hr(required) }] } }, {});
    const taken = [
      { op: 'remove', path: HR },
      { op: 'add', path: `${HR}:note`, value: 'y' },
    ];
    expect((await extension.strict.patch(`/Users/${extension.first.id}`, taken.slice(0, 1))).status).toBe(200);
    expectScimError(await extension.strict.patch(`/Users/${extension.first.id}`, taken.slice(1)), 400, 'mutability');
    const parts = [{ name: 'value', type: 'string' }, ...required] as const;
    const element = await afterwards({ users: { attributes: [complex('phoneNumbers', true, parts)] } }, {});
    const add = [{ op: 'add', path: 'phoneNumbers', value: [{ value: '2' }] }];
    expectScimError(await element.strict.patch(`/Users/${element.first.id}`, add), 400, 'invalidValue');
  });

  it('175 who is let in again claims what has become unique', async () => {
    const { first, second, strict } = await afterwards({}, { externalIds: 'unique' });
    const itself = [{ op: 'replace', path: 'externalId', value: 'twin' }];
    expect((await strict.patch(`/Users/${first.id}`, itself)).status).toBe(200);
    expect((await strict.patch(`/Users/${second.id}`, DEACTIVATE)).status).toBe(200);
    const activate = [{ op: 'replace', path: 'active', value: true }];
    expectScimError(await strict.patch(`/Users/${second.id}`, activate), 409, 'uniqueness');
    const taken = [{ op: 'replace', path: 'userName', value: 'ada' }];
    expectScimError(await strict.patch(`/Users/${second.id}`, taken), 409, 'uniqueness');
  });

  it('176 promise 7: a resource of the largest size can be deactivated', async () => {
    const client = await createScimSite().client();
    const filled = { userName: 'ada', active: true, title: '', [ENTERPRISE]: { department: 'x' } };
    const length = JSON.stringify({ ...filled, active: undefined }).length;
    const { id } = await createUser(client, 'ada', { ...filled, title: 'x'.repeat(262_144 - length) });
    const answer = await client.patch(`/Users/${id}`, DEACTIVATE);
    expect({ status: answer.status, active: answer.body.active }).toEqual({ status: 200, active: false });
  });
});

import { beforeAll, describe, expect, it } from '@jest/globals';
import { Validator } from '@seriousme/openapi-schema-validator';
import type { AdminRole } from 'express-sso-scim';
import request, { type Response } from 'supertest';
import { defineRoute } from '../../src/admin/admin-route.js';
import { createRouteTable } from '../../src/admin/route-table.js';
import { FORM_OUTCOMES, PORTAL_PAGES } from '../../src/portal/portal.js';
import { createAnswerCheck } from '../support/admin-answers.js';
import {
  ACME,
  type AdminTestSite,
  createAdminTestSite,
  encoded,
  hiddenFields,
  MOUNT,
  ORIGIN,
  REQUEST,
} from '../support/admin-site.js';

/** A route as the OpenAPI document tells of it. */
interface ToldRoute {
  readonly id: string;
  readonly method: 'get' | 'post' | 'put' | 'delete';
  readonly template: string;
  readonly path: string;
  readonly role: AdminRole;
  readonly feature?: 'oidc' | 'scim';
  readonly hasBody: boolean;
}

const ROLES: readonly AdminRole[] = ['member', 'administrator', 'owner', 'operator'];
const OWN = { Origin: ORIGIN, 'Sec-Fetch-Site': 'same-origin' };

let site: AdminTestSite;
let routes: readonly ToldRoute[];
let document: { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };

interface Operation {
  readonly operationId: string;
  readonly 'x-role': AdminRole;
  readonly 'x-feature'?: 'oidc' | 'scim';
  readonly requestBody?: object;
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

beforeAll(async () => {
  site = createAdminTestSite({
    users: [{ id: 'ada', email: 'ada@acme.example' }],
    teams: [{ id: 'red', name: 'Red' }],
  });
  const tenantId = await site.activeTenant();
  const { body } = await site.as('owner').get(`${ACME}/oidc-tenants/${tenantId}`).expect(200);
  const directory = await site.directory();
  const groupId = await directory.group('Engineers', [await directory.user('bob')]);
  const real: Readonly<Record<string, string>> = {
    organizationId: 'acme',
    tenantId,
    secretId: body.tenant.clientSecrets[0].id,
    domain: 'acme.example',
    directoryId: directory.id,
    tokenId: directory.tokenId,
    groupId,
    userId: 'ada',
    teamId: 'red',
    preset: 'secoda',
    provider: 'entra',
    requestId: 'a-call',
  };
  const call = {
    id: 'a-call',
    at: '2027-01-04T07:00:00.000Z',
    milliseconds: 1,
    method: 'GET',
    path: '/Users',
    status: 200,
  };
  const entries = [{ ...call, outcome: 'done', signs: [] } as const];
  await site.storage.traffic?.append(
    { organizationId: 'acme', directoryId: directory.id },
    { entries, counts: [] },
    10,
  );
  document = (await site.as('member').get('/openapi.json').expect(200)).body;
  routes = Object.entries(document.paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      id: operation.operationId,
      method: method as ToldRoute['method'],
      template,
      path: template.replace(/\{(\w+)\}/g, (_, name: string) => real[name] ?? 'unknown'),
      role: operation['x-role'],
      ...(operation['x-feature'] && { feature: operation['x-feature'] }),
      hasBody: operation.requestBody !== undefined,
    })),
  );
});

/** Asks with the rights of somebody and answers code and status, with what the storage was asked. */
async function ask(route: ToldRoute, access: object | undefined, more: AskMore = {}) {
  const { headers = OWN, type = 'application/json', body = '{}', prefix = '/api' } = more;
  site.calls();
  const call = request(site.app)[route.method](`${MOUNT}${prefix}${route.path}`).set(headers);
  if (access) call.set('X-Access', JSON.stringify(access));
  if (route.method !== 'get') call.set('Content-Type', type).send(body);
  const { status, body: answer, text } = await call;
  return { status, error: answer.error, text, calls: site.calls() };
}

interface AskMore {
  readonly headers?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly body?: string;
  readonly prefix?: string;
}

function access(role: AdminRole, more: object = {}): object {
  return { organizationId: 'acme', actor: { id: role, name: role }, role, features: ['oidc', 'scim'], ...more };
}

const label = ({ method, template }: ToldRoute) => `${method} ${template}`;

describe('every route of the API', () => {
  it('AQ-2 AQ-3 QL-4 SE-2: refuses nobody in particular and each lower role, and asks the storage nothing', async () => {
    expect(routes.length).toBeGreaterThan(35);
    for (const route of routes) {
      expect([label(route), await ask(route, undefined)]).toMatchObject([label(route), { status: 401, calls: [] }]);
      for (const role of ROLES.slice(0, ROLES.indexOf(route.role))) {
        const answer = await ask(route, access(role));
        expect([label(route), role, answer]).toMatchObject([
          label(route),
          role,
          { status: 403, error: 'forbidden', calls: [] },
        ]);
      }
    }
  });

  it('refuses whoever belongs to another organization as if there were nothing', async () => {
    const theirs = routes.filter(({ template, role }) => template.includes('{organizationId}') && role !== 'operator');
    expect(theirs.length).toBeGreaterThan(30);
    for (const route of theirs) {
      const answer = await ask(route, access('owner', { organizationId: 'other' }));
      expect([label(route), answer]).toMatchObject([label(route), { status: 404, error: 'not_found', calls: [] }]);
    }
  });

  it('finds nothing of another organization under the address of the own one', async () => {
    const inside = routes.filter(
      ({ template, method }) => method === 'get' && /\{(?:tenant|directory|user)Id\}/.test(template),
    );
    expect(inside.length).toBeGreaterThan(6);
    for (const route of inside) {
      const moved = { ...route, path: route.path.replace(ACME, '/organizations/other') };
      const role = route.role === 'operator' ? 'operator' : 'owner';
      const answer = await ask(moved, access(role, { organizationId: 'other' }));
      expect([label(route), answer.status]).toEqual([label(route), 404]);
    }
  });

  it('AQ-1 OU-35 SE-1: refuses what the plan does not include', async () => {
    const gated = routes.filter(({ feature }) => feature !== undefined);
    expect(new Set(gated.map(({ feature }) => feature))).toEqual(new Set(['oidc', 'scim']));
    for (const route of gated.filter(({ role }) => role !== 'operator')) {
      const features = ['oidc', 'scim'].filter((each) => each !== route.feature);
      const answer = await ask(route, access('owner', { features }));
      expect([label(route), answer]).toMatchObject([
        label(route),
        { status: 403, error: 'feature_missing', calls: [] },
      ]);
    }
  });

  it('refuses a change from another website, without origin, in another type or shape, and changes nothing', async () => {
    const changes = routes.filter(({ method }) => method !== 'get');
    expect(changes.length).toBeGreaterThan(20);
    const wrong: readonly (readonly [AskMore, number])[] = [
      [{ headers: { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' } }, 403],
      [{ headers: { Origin: ORIGIN, 'Sec-Fetch-Site': 'same-site' } }, 403],
      [{ headers: {} }, 403],
      [{ type: 'text/plain' }, 415],
      [{ type: 'application/x-www-form-urlencoded', body: 'a=b' }, 415],
      [{ body: '[]' }, 400],
      [{ body: '{"a":1,"a":2}' }, 400],
      [{ body: '{"noSuchField":1}' }, 400],
      [{ body: '{' }, 400],
    ];
    for (const route of changes) {
      for (const [more, status] of wrong) {
        const answer = await ask(route, access('operator'), more);
        expect([label(route), more, answer]).toMatchObject([label(route), more, { status, calls: [] }]);
      }
    }
  });

  it('refuses the form of a page without its token, with that of somebody else, and from elsewhere', async () => {
    const { text } = await site.as('owner').page(`${ACME}/oidc-tenants`).expect(200);
    const foreign = hiddenFields(text, `${MOUNT}${ACME}/oidc-tenants`);
    const type = 'application/x-www-form-urlencoded';
    for (const told of routes.filter(({ method }) => method !== 'get')) {
      const method = told.method.toUpperCase();
      const route = { ...told, method: 'post', path: `${told.path}?method=${method}` } as const;
      for (const fields of [REQUEST, { ...REQUEST, ...foreign }, { ...REQUEST, _token: 'v1.one.x.y.z', _key: 'k' }]) {
        const answer = await ask(route, access('operator'), { type, body: encoded(fields), prefix: '' });
        expect([label(told), [403, 404].includes(answer.status)]).toEqual([label(told), true]);
        expect([label(told), answer.calls]).toEqual([label(told), []]);
      }
      const cross = await ask(route, access('operator'), { type, body: encoded(foreign), prefix: '', headers: {} });
      expect([403, 404]).toContain(cross.status);
      expect(cross.calls).toEqual([]);
    }
  });

  it('a test above would notice a call that gets through', async () => {
    const list = routes.find(({ template, method }) => template.endsWith('/oidc-tenants') && method === 'get');
    const answer = list && (await ask(list, access('owner')));
    expect(answer).toMatchObject({ status: 200 });
    expect(answer?.calls).toContain('oidcTenants.list');
    const submit = routes.find(({ template, method }) => template.endsWith('/oidc-tenants') && method === 'post');
    const made =
      submit && (await ask(submit, access('owner'), { body: JSON.stringify({ ...REQUEST, domains: 'acme.org' }) }));
    expect(made?.calls.filter(isWrite)).toContain('oidcTenants.insert');
  });
});

describe('the OpenAPI document', () => {
  it('X-10: says of every answer what it is, and of every route that reads what it now answers', async () => {
    const schemas = Object.values(document.paths).flatMap((operations) =>
      Object.values(operations).flatMap(({ operationId, responses }) =>
        Object.entries(responses).flatMap(([status, { content }]) =>
          Object.values(content).map(({ schema }) => [operationId, status, Object.keys(schema).length > 0]),
        ),
      ),
    );
    expect(schemas.length).toBeGreaterThan(2 * 50);
    expect(schemas.filter(([, , isTold]) => isTold !== true)).toEqual([]);
    for (const { method, path, role, id } of routes.filter((route) => route.method === 'get')) {
      // The client holds each answer against the document.
      const { status } = await site.as(role === 'operator' ? 'operator' : 'owner').get(path);
      expect([method, id, status]).toEqual([method, id, 200]);
    }
  });

  it('X-10: a test above would notice an answer that it does not tell of', () => {
    const check = createAnswerCheck(document);
    const answer = (body: object) => ({ status: 200, type: 'application/json', body }) as Response;
    const path = `${ACME}/guides`;
    expect(() => check('get', path, answer({ items: [] }))).not.toThrow();
    expect(() => check('get', path, answer({ items: [], more: 1 }))).toThrow('additional properties');
    expect(() => check('get', path, answer({}))).toThrow("required property 'items'");
    expect(() => check('get', path, { ...answer({}), status: 404 } as Response)).toThrow('problem');
  });

  it('X-10: is valid OpenAPI 3.1 and holds every operation', async () => {
    const validator = new Validator();
    const result = await validator.validate(structuredClone(document));
    expect(result).toMatchObject({ valid: true });
    expect(validator.version).toBe('3.1');
    expect(routes.map(label)).toEqual(
      expect.arrayContaining([
        'get /organizations/{organizationId}/people',
        'post /organizations/{organizationId}/oidc-tenants',
      ]),
    );
  });
});

describe('the portal', () => {
  it('has pages and forms for routes that there are, and a form for each change', () => {
    const ids = new Set(routes.map(({ id }) => id));
    const named = [
      ...PORTAL_PAGES.keys(),
      ...[...FORM_OUTCOMES].flatMap(([id, { page, confirm = page }]) => [id, page, confirm]),
    ];
    expect(named.filter((id) => !ids.has(id))).toEqual([]);
    const shown = [...FORM_OUTCOMES].filter(([, { next }]) => next === undefined).map(([id]) => id);
    expect(shown.filter((id) => !PORTAL_PAGES.has(id))).toEqual([]);
    const changes = routes.filter(({ method }) => method !== 'get').map(({ id }) => id);
    expect(changes.filter((id) => !FORM_OUTCOMES.has(id))).toEqual([]);
    const reads = routes.filter(({ method }) => method === 'get').map(({ id }) => id);
    // The settings of provisioning show it; the others are files.
    const without = ['get-directory', 'export-people', 'export-activity'];
    expect(reads.filter((id) => !PORTAL_PAGES.has(id))).toEqual(without);
  });
});

describe('the table of routes', () => {
  const route = {
    id: 'one',
    method: 'GET',
    path: '/one/{id}',
    role: 'owner',
    title: 'One',
    answer: {},
    handle: async () => ({}),
  } as const;

  it('is not made with a route that declares no role, or the name or address of another', () => {
    const { role: _, ...without } = route;
    // @ts-expect-error the compiler asks for a role as well
    expect(() => createRouteTable([defineRoute(without)])).toThrow('the route one declares no role');
    // @ts-expect-error there is no such role
    expect(() => createRouteTable([defineRoute({ ...route, role: 'boss' })])).toThrow('declares no role');
    expect(() => createRouteTable([defineRoute(route), defineRoute({ ...route, path: '/two' })])).toThrow(
      'two routes one',
    );
    const twin = { ...route, id: 'two', path: '/one/{other}' } as const;
    expect(() => createRouteTable([defineRoute(route), defineRoute(twin)])).toThrow('two routes at GET');
  });
});

function isWrite(call: string): boolean {
  return /transaction|\.(?:insert|update|put|change|apply|append|enqueue|consumeOnce|revoke|touch|create|set|remove|link|release|note)/.test(
    call,
  );
}

import express, { type Express } from 'express';
import {
  type AdminAccess,
  type AdminRole,
  type AdminRouterOptions,
  composeStorage,
  createAdminRouter,
  createMaintenance,
  type Maintenance,
  type Organization,
  type Storage,
  type Team,
  type User,
} from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import request, { type Test } from 'supertest';
import { createTestKeyRing } from './tenant-site.js';

export const ORIGIN = 'https://app.example';
export const MOUNT = '/settings/sso';
export const ACME = '/organizations/acme';

/** Somebody who asks. */
export interface AdminClient {
  get(path: string): Test;
  post(path: string, body?: object): Test;
  put(path: string, body?: object): Test;
  delete(path: string, body?: object): Test;
  /** A page. */
  page(path: string): Test;
  /** Sends the form of a page that goes to this address, with these fields and the hidden ones of the form. */
  submit(page: string, action: string, fields?: Readonly<Record<string, string | readonly string[]>>): Promise<Test>;
}

export interface AdminSiteSeeds {
  readonly organizations?: readonly Organization[];
  readonly users?: readonly User[];
  readonly teams?: readonly Team[];
  readonly options?: Partial<AdminRouterOptions>;
  readonly before?: (app: Express) => void;
}

/** An application with the administration of `acme` and `other`, and name servers in the hands of the test. */
export interface AdminTestSite {
  readonly app: Express;
  readonly storage: Storage;
  readonly txt: Map<string, readonly string[] | Error>;
  readonly maintenance: Maintenance;
  wait(milliseconds: number): void;
  as(role: AdminRole, more?: Partial<AdminAccess>): AdminClient;
  nobody(): AdminClient;
}

export function createAdminTestSite(seeds: AdminSiteSeeds = {}): AdminTestSite {
  const { organizations = [], users = [], teams = [], options = {}, before } = seeds;
  const of = <T extends object>(items: readonly T[]) => items.map((item) => ({ ...item, organizationId: 'acme' }));
  const base = createMemoryStorage({ users: of(users), teams: of(teams) });
  const known = new Map(
    [{ id: 'acme', name: 'Acme' }, { id: 'other', name: 'Other' }, ...organizations].map((each) => [each.id, each]),
  );
  const storage = composeStorage(base, { organizations: { get: async (id) => known.get(id) } });
  const time = { now: Date.parse('2027-01-04T08:00:00.000Z') };
  const clock = { now: () => time.now };
  const txt = new Map<string, readonly string[] | Error>();
  const lookupTxt = async (name: string) => {
    const values = txt.get(name) ?? [];
    if (values instanceof Error) throw values;
    return values;
  };
  const keyRing = createTestKeyRing();
  const app = express();
  before?.(app);
  app.use(
    MOUNT,
    createAdminRouter(storage, {
      baseUrl: `${ORIGIN}${MOUNT}`,
      scimBaseUrl: `${ORIGIN}/scim/v2`,
      signInBaseUrl: ORIGIN,
      keyRing,
      lookupTxt,
      clock,
      authorize: ({ headers }) => {
        const access = headers['x-access'];
        return typeof access === 'string' ? (JSON.parse(access) as AdminAccess) : undefined;
      },
      ...options,
    }),
  );
  const maintenance = createMaintenance({ storage, keyRing, clock, lookupTxt, onEvent: async () => undefined });
  return {
    app,
    storage,
    txt,
    maintenance,
    wait: (milliseconds) => {
      time.now += milliseconds;
    },
    as: (role, more = {}) => {
      const access: AdminAccess = {
        organizationId: 'acme',
        actor: { id: role, name: `The ${role}` },
        role,
        features: ['oidc', 'scim'],
        ...more,
      };
      return clientOf(app, { 'X-Access': JSON.stringify(access) });
    },
    nobody: () => clientOf(app, {}),
  };
}

function clientOf(app: Express, who: Readonly<Record<string, string>>): AdminClient {
  const from = { Origin: ORIGIN, 'Sec-Fetch-Site': 'same-origin' };
  const change =
    (method: 'post' | 'put' | 'delete') =>
    (path: string, body: object = {}) =>
      request(app)[method](`${MOUNT}/api${path}`).set(who).set(from).send(body);
  const page = (path: string) => request(app).get(`${MOUNT}${path}`).set(who).set('Accept', 'text/html');
  return {
    get: (path) => request(app).get(`${MOUNT}/api${path}`).set(who),
    post: change('post'),
    put: change('put'),
    delete: change('delete'),
    page,
    async submit(path, action, fields = {}) {
      const { text } = await page(path).expect(200);
      return request(app)
        .post(`${MOUNT}${action}`)
        .set(who)
        .set(from)
        .type('form')
        .send(encoded({ ...hiddenFields(text, `${MOUNT}${action}`), ...fields }));
    },
  };
}

/** What a form sends without anybody doing anything. */
export function hiddenFields(page: string, action: string): Readonly<Record<string, string>> {
  const forms = [...page.matchAll(/<form method="post" action="([^"]*)"[\s\S]*?<\/form>/g)];
  const form = forms.find(([, address = '']) => address === action.replaceAll('&', '&#38;'));
  if (!form)
    throw new Error(`the page has no form for ${action}, only ${forms.map(([, address]) => address).join(', ')}`);
  const hidden = form[0].matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
  return Object.fromEntries([...hidden].map(([, name = '', value = '']) => [name, unescaped(value)]));
}

export function encoded(fields: Readonly<Record<string, string | readonly string[]>>): string {
  const pairs = Object.entries(fields).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, each]),
  );
  return new URLSearchParams(pairs).toString();
}

function unescaped(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
}

import express, { type Express } from 'express';
import type { ScimRouterOptions } from 'express-sso-scim';
import {
  type AdminAccess,
  type AdminRole,
  type AdminRouterOptions,
  createAdminRouter,
  createMaintenance,
  createScimRouter,
  type KeyRing,
  type Maintenance,
  type Organization,
  type PresetName,
  presets,
  type Storage,
  StorageUnavailableError,
  type Team,
  type User,
} from 'express-sso-scim';
import request, { type Response, type Test } from 'supertest';
import { adminRoutes } from '../../src/admin/admin-routes.js';
import { openApi } from '../../src/admin/open-api.js';
import { adminSite } from '../../src/http/admin/admin-site-setup.js';
import { observeStorage } from '../../src/testing/observed-storage.js';
import { createAnswerCheck } from './admin-answers.js';
import { createChosenStorage } from './chosen-storage.js';
import { newUser } from './provisioned-site.js';
import { GROUP, PATCH_OP } from './scim-site.js';
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
  submit(page: string, action: string, fields?: FormFields): Promise<Response>;
  /** Sends a form as it is, encoded. */
  form(action: string, body: string): Test;
}

type FormFields = Readonly<Record<string, string | readonly string[]>>;

export interface AdminSiteSeeds {
  readonly acme?: Partial<Organization>;
  readonly users?: readonly User[];
  readonly teams?: readonly Team[];
  /** How people are provisioned; in manual mode, with linking by address, unless told. */
  readonly preset?: PresetName;
  readonly policy?: object;
  readonly options?: Partial<AdminRouterOptions>;
  /** Of the SCIM router. */
  readonly router?: ScimRouterOptions;
  /** Where it pretends to be, unless told at `ORIGIN`. */
  readonly origin?: string;
  readonly before?: (app: Express) => void;
}

/** An application with the administration of `acme` and `other`, and name servers in the hands of the test. */
export interface AdminTestSite {
  readonly app: Express;
  readonly storage: Storage;
  readonly keyRing: KeyRing;
  /** The calls of the storage since the last look. */
  calls(): readonly string[];
  readonly txt: Map<string, readonly string[] | Error>;
  readonly maintenance: Maintenance;
  wait(milliseconds: number): void;
  as(role: AdminRole, more?: Partial<AdminAccess>): AdminClient;
  nobody(): AdminClient;
  /** The call of the storage that fails from now on. */
  readonly broken: { call?: string };
  /** What happens once, right behind the next call of this name. */
  readonly meanwhile: { call?: string; happens?: () => Promise<unknown> };
  /** An OIDC tenant of acme that signs people in, by its id. */
  activeTenant(form?: object): Promise<string>;
  /** A directory of acme with a token, which an identity provider pushes with. */
  directory(name?: string): Promise<PushedDirectory>;
}

/** A directory as its identity provider sees it. */
interface PushedDirectory {
  readonly id: string;
  readonly tokenId: string;
  readonly token: string;
  /** `/organizations/acme/directories/<id>` */
  readonly path: string;
  push(path: string, body: object): Promise<Response>;
  /** Pushes a user and answers the SCIM id. */
  user(name: string, more?: object): Promise<string>;
  group(name: string, memberIds?: readonly string[]): Promise<string>;
  replaceMembers(groupId: string, memberIds: readonly string[]): Promise<Response>;
}

/** What the document of the API needs to know of its router. */
const ROUTER = { authorize: () => undefined, baseUrl: ORIGIN, scimBaseUrl: ORIGIN } as const;

/** A request as an owner types it. */
export const REQUEST = {
  domains: 'acme.example',
  authority: 'https://idp.acme.example',
  clientId: 'app',
  clientSecret: 'the secret of acme',
} as const;

export function createAdminTestSite(seeds: AdminSiteSeeds = {}): AdminTestSite {
  const {
    acme = {},
    users = [],
    teams = [],
    options = {},
    before,
    preset = 'all-quiet',
    policy,
    origin = ORIGIN,
    router = {},
  } = seeds;
  const of = <T extends object>(items: readonly T[]) => items.map((item) => ({ ...item, organizationId: 'acme' }));
  const organizations = [
    { id: 'acme', name: 'Acme', ...acme },
    { id: 'other', name: 'Other' },
  ];
  const seen: string[] = [];
  const broken: { call?: string } = {};
  const meanwhile: AdminTestSite['meanwhile'] = {};
  const storage = observeStorage(
    createChosenStorage({ organizations, users: of(users), teams: of(teams) }),
    async (call, proceed) => {
      seen.push(call.name);
      if (call.name === broken.call) throw new StorageUnavailableError('the database is away', { retryAfter: 7 });
      const answer = await proceed();
      if (call.name !== meanwhile.call) return answer;
      delete meanwhile.call;
      await meanwhile.happens?.();
      return answer;
    },
  );
  const time = { now: Date.parse('2027-01-04T08:00:00.000Z') };
  const clock = { now: () => time.now };
  const txt = new Map<string, readonly string[] | Error>();
  const lookupTxt = async (name: string) => {
    const values = txt.get(name) ?? [];
    if (values instanceof Error) throw values;
    return values;
  };
  const keyRing = createTestKeyRing();
  const { mappingMode, provisioning } = presets[preset];
  const rules = {
    mappingMode,
    policy: { ...provisioning, scimNeedsOidc: false, existingPeople: 'link', ...policy },
  } as const;
  const told = openApi(adminRoutes(adminSite(storage, { ...ROUTER, keyRing, ...options })), origin);
  const check = createAnswerCheck(told);
  const app = express();
  app.use(
    '/scim/v2',
    createScimRouter(storage, { baseUrl: `${origin}/scim/v2`, clock, provisioning: rules, ...router }),
  );
  before?.(app);
  app.use(
    MOUNT,
    createAdminRouter(storage, {
      baseUrl: `${origin}${MOUNT}`,
      scimBaseUrl: `${origin}/scim/v2`,
      signInBaseUrl: origin,
      keyRing,
      lookupTxt,
      clock,
      provisioning: rules,
      authorize: ({ headers }) => {
        const access = headers['x-access'];
        return typeof access === 'string' ? (JSON.parse(decodeURIComponent(access)) as AdminAccess) : undefined;
      },
      ...options,
    }),
  );
  const maintenance = createMaintenance({ storage, keyRing, clock, lookupTxt, onEvent: async () => undefined });

  function as(role: AdminRole, more: Partial<AdminAccess> = {}): AdminClient {
    const access: AdminAccess = {
      organizationId: 'acme',
      actor: { id: role, name: `The ${role}` },
      role,
      features: ['oidc', 'scim'],
      ...more,
    };
    return clientOf(app, { origin, check }, { 'X-Access': encodeURIComponent(JSON.stringify(access)) });
  }

  return {
    app,
    storage,
    keyRing,
    calls: () => seen.splice(0),
    txt,
    maintenance,
    wait: (milliseconds) => {
      time.now += milliseconds;
    },
    as,
    nobody: () => clientOf(app, { origin, check }, {}),
    broken,
    meanwhile,

    async activeTenant(form = {}) {
      const { body } = await as('owner')
        .post(`${ACME}/oidc-tenants`, { ...REQUEST, ...form })
        .expect(201);
      const { id, domains } = body.tenant;
      for (const { record } of domains) txt.set(record.name, [record.value]);
      const path = `${ACME}/oidc-tenants/${id}`;
      const proved = await as('owner').post(`${path}/check-domains`).expect(200);
      await as('operator').post(`${path}/approve`, { version: proved.body.tenant.version }).expect(200);
      return id;
    },

    async directory(name = 'Entra ID') {
      const owner = as('owner');
      const { body } = await owner.post(`${ACME}/directories`, { name }).expect(201);
      const path = `${ACME}/directories/${body.id}`;
      const made = await owner.post(`${path}/tokens`, { name: 'first' }).expect(201);
      const { token, record } = made.body;
      const call = (method: 'post' | 'patch', to: string, sent: object) =>
        request(app)
          [method](`/scim/v2/${body.id}${to}`)
          .set('Authorization', `Bearer ${token}`)
          .set('Content-Type', 'application/scim+json')
          .send(JSON.stringify(sent));
      const push = async (to: string, sent: object) => call('post', to, sent);
      return {
        id: body.id,
        tokenId: record.id,
        token,
        path,
        push,
        user: async (user, more) => (await push('/Users', newUser(user, more))).body.id,
        async group(displayName, memberIds = []) {
          const members = memberIds.map((value) => ({ value }));
          return (await push('/Groups', { schemas: [GROUP], displayName, members })).body.id;
        },
        async replaceMembers(groupId, memberIds) {
          const value = memberIds.map((each) => ({ value: each }));
          const Operations = [{ op: 'replace', path: 'members', value }];
          return call('patch', `/Groups/${groupId}`, { schemas: [PATCH_OP], Operations });
        },
      };
    },
  };
}

interface ClientSite {
  readonly origin: string;
  /** Looks whether an answer is what the OpenAPI document says. */
  readonly check: ReturnType<typeof createAnswerCheck>;
}

function clientOf(app: Express, { origin, check }: ClientSite, who: Readonly<Record<string, string>>): AdminClient {
  const from = { Origin: origin, 'Sec-Fetch-Site': 'same-origin' };
  const change =
    (method: 'post' | 'put' | 'delete') =>
    (path: string, body: object = {}) =>
      request(app)
        [method](`${MOUNT}/api${path}`)
        .set(who)
        .set(from)
        .send(body)
        .expect((answer) => check(method, path, answer));
  const page = (path: string) => request(app).get(`${MOUNT}${path}`).set(who).set('Accept', 'text/html');
  const form = (action: string, body: string) =>
    request(app).post(`${MOUNT}${action}`).set(who).set(from).type('form').send(body);
  return {
    get: (path) =>
      request(app)
        .get(`${MOUNT}/api${path}`)
        .set(who)
        .expect((answer) => check('get', path, answer)),
    post: change('post'),
    put: change('put'),
    delete: change('delete'),
    page,
    async submit(path, action, fields = {}) {
      const { text } = await page(path).expect(200);
      return form(action, encoded({ ...hiddenFields(text, `${MOUNT}${action}`), ...fields }));
    },
    form,
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

/** What a browser sends of a form that nobody has touched. */
export function formFields(page: string, action: string): Readonly<Record<string, string>> {
  const forms = [...page.matchAll(/<form method="post" action="([^"]*)"[\s\S]*?<\/form>/g)];
  const form = forms.find(([, address = '']) => address === action.replaceAll('&', '&#38;'))?.[0] ?? '';
  const fields: Record<string, string> = {};
  const attribute = (tag: string, name: string) => new RegExp(`\\s${name}="([^"]*)"`).exec(tag)?.[1];
  for (const [tag] of form.matchAll(/<input[^>]*>/g)) {
    const isOff = attribute(tag, 'type') === 'checkbox' && !tag.includes(' checked');
    if (!isOff) fields[attribute(tag, 'name') ?? ''] = unescaped(attribute(tag, 'value') ?? '');
  }
  for (const [, tag = '', options = ''] of form.matchAll(/<select([^>]*)>([\s\S]*?)<\/select>/g)) {
    const all = [...options.matchAll(/<option([^>]*)>/g)].map(([option]) => option);
    const chosen = all.find((option) => option.includes(' selected')) ?? all[0] ?? '';
    fields[attribute(tag, 'name') ?? ''] = unescaped(attribute(chosen, 'value') ?? '');
  }
  for (const [, tag = '', text = ''] of form.matchAll(/<textarea([^>]*)>\n?([\s\S]*?)<\/textarea>/g)) {
    fields[attribute(tag, 'name') ?? ''] = unescaped(text);
  }
  return fields;
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

import express, { type Express } from 'express';
import {
  createDirectories,
  createDirectoryTokens,
  createScimRouter,
  type Directory,
  type ScimRouterOptions,
  type Storage,
} from 'express-sso-scim';
import request, { type Test } from 'supertest';
import { systemClock } from '../../src/core/clock.js';
import { createChosenStorage } from './chosen-storage.js';

/** Where the sites of tests pretend to be. */
export const PUBLIC_URL = 'https://scim.test/scim/v2';

export const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
export const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** A client of one directory: every call carries its token. */
export interface ScimClient {
  readonly directory: Directory;
  readonly token: string;
  /** `https://scim.test/scim/v2/<directory>` */
  readonly baseUrl: string;
  get(path: string): Test;
  post(path: string, body: unknown): Test;
  put(path: string, body: unknown): Test;
  patch(path: string, operations: readonly unknown[]): Test;
  delete(path: string): Test;
}

export interface ScimSite {
  readonly app: Express;
  readonly storage: Storage;
  /** Adds a directory with a token of its own. */
  client(
    settings?: Partial<Pick<Directory, 'organizationId' | 'id' | 'policy' | 'resourceTypes' | 'kind'>>,
  ): Promise<ScimClient>;
}

/** An application with a SCIM router at `/scim/v2`: unless told, on memory or what the environment chooses. */
export function createScimSite(options: ScimRouterOptions = {}, storage: Storage = createChosenStorage()): ScimSite {
  const app = express();
  app.use('/scim/v2', createScimRouter(storage, { baseUrl: PUBLIC_URL, ...options }));
  const clock = options.clock ?? systemClock;
  const directories = createDirectories({ storage, clock });
  const tokens = createDirectoryTokens({ storage, clock });
  let made = 0;

  return {
    app,
    storage,
    async client(settings = {}) {
      made += 1;
      const name = `directory ${made}`;
      const directory = await directories.create({ organizationId: `organization-${made}`, name, ...settings });
      const { token } = await tokens.issue({ directory, name: 'test' });
      return clientOf(app, directory, token);
    },
  };
}

/** A client of a directory that an application may or may not serve. */
export function clientOf(app: Express, directory: Directory, token: string): ScimClient {
  const send = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string) =>
    request(app)[method](`/scim/v2/${directory.id}${path}`).set('Authorization', `Bearer ${token}`);
  const json = (test: Test, body: unknown) =>
    test.set('Content-Type', 'application/scim+json').send(typeof body === 'string' ? body : JSON.stringify(body));
  return {
    directory,
    token,
    baseUrl: `${PUBLIC_URL}/${directory.id}`,
    get: (path) => send('get', path),
    post: (path, body) => json(send('post', path), body),
    put: (path, body) => json(send('put', path), body),
    patch: (path, Operations) => json(send('patch', path), { schemas: [PATCH_OP], Operations }),
    delete: (path) => send('delete', path),
  };
}

import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import { type AdminProblem, asProblem } from '../../admin/admin-problem.js';
import { adminRoutes } from '../../admin/admin-routes.js';
import { createRouteTable } from '../../admin/route-table.js';
import { systemClock } from '../../core/clock.js';
import { ConfigurationError } from '../../core/configuration.js';
import { createDebugLogger } from '../../core/logger.js';
import type { Storage } from '../../storage/storage.js';
import { createAdminApi } from './admin-api.js';
import { createAdminPages } from './admin-pages.js';
import { type AdminRouterOptions, parseAdminRouterOptions } from './admin-router-options.js';
import { adminSite } from './admin-site-setup.js';
import { createFormTokens } from './form-token.js';
import { createOnce } from './once.js';
import { pathSegments } from './path-segments.js';
import { sendAsset } from './portal-assets.js';

/**
 * Creates the self-service administration of single sign-on and provisioning as an Express router: a JSON API below `/api`,
 * described by `/api/openapi.json`, and pages over the same operations. Mount it after your session; who may do what is
 * what `authorize` answers.
 *
 * @param storage where tenants, directories and people are kept
 * @throws {ConfigurationError} listing every option that cannot be used
 * @example
 * ```ts
 * import express from 'express';
 * import { createAdminRouter, createKeyRing, type Storage } from 'express-sso-scim';
 *
 * declare const storage: Storage;
 * const app = express();
 * app.use(
 *   '/settings/sso',
 *   createAdminRouter(storage, {
 *     baseUrl: 'https://app.example/settings/sso',
 *     scimBaseUrl: 'https://app.example/scim/v2',
 *     keyRing: createKeyRing({ writeWith: '2026', keys: { '2026': process.env['SSO_KEY'] ?? '' } }),
 *     authorize: async () => ({
 *       organizationId: 'acme',
 *       actor: { id: 'ada', name: 'Ada' },
 *       role: 'owner',
 *       features: ['oidc', 'scim'],
 *     }),
 *   }),
 * );
 * ```
 */
export function createAdminRouter(storage: Storage, options: AdminRouterOptions): RequestHandler {
  if (typeof storage !== 'object' || storage === null) {
    throw new ConfigurationError('createAdminRouter', [{ path: 'storage', message: 'must be a storage adapter' }]);
  }
  const settings = parseAdminRouterOptions(options);
  const { clock = systemClock, logger = createDebugLogger('admin'), keyRing } = settings;
  const table = createRouteTable(adminRoutes(adminSite(storage, settings)));
  const once = createOnce(storage, clock);
  const api = createAdminApi({ table, settings, once });
  const tokens = createFormTokens(keyRing, clock);
  const pages = createAdminPages({ table, settings, once, storage, tokens, note });

  async function answer(request: Request, response: Response, requestId: string): Promise<void> {
    const segments = pathSegments(request.url);
    if (segments[0] === 'assets') return sendAsset(request, response, segments.slice(1));
    return segments[0] === 'api'
      ? api.answer(request, response, segments.slice(1), requestId)
      : pages.answer(request, response, segments, requestId);
  }

  function refuse(request: Request, response: Response, requestId: string, thrown: unknown): void {
    const problem = asProblem(thrown);
    note(problem, requestId);
    if (response.headersSent) return void response.destroy();
    if (isApi(request)) api.refuse(response, problem, requestId);
    else pages.refuse(response, problem, requestId);
  }

  function note(problem: AdminProblem, requestId: string): void {
    const { code, status, cause } = problem;
    if (status >= 500) logger.error({ requestId, code, err: cause }, 'a request to the administration failed');
    else logger.info({ requestId, code }, 'a request to the administration was refused');
  }

  return (request, response) => {
    const requestId = randomUUID();
    answer(request, response, requestId).catch((thrown: unknown) => refuse(request, response, requestId, thrown));
  };
}

function isApi({ url }: Request): boolean {
  return /^\/api(?:[/?]|$)/.test(url);
}

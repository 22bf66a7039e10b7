import type { Request, Response } from 'express';
import { AdminProblem } from '../../admin/admin-problem.js';
import type { CsvExport } from '../../admin/csv-export.js';
import { openApi } from '../../admin/open-api.js';
import type { RouteTable } from '../../admin/route-table.js';
import { readJsonBody } from './admin-body.js';
import { admit } from './admin-gate.js';
import type { AdminRouterOptions } from './admin-router-options.js';
import { refuseOtherSites } from './cross-site-check.js';
import { writeCsv } from './csv-writer.js';
import { formValues, valueFrom } from './form-values.js';
import type { Once } from './once.js';
import { queryText } from './path-segments.js';

/** The JSON half of the administration. */
interface AdminApi {
  answer(request: Request, response: Response, segments: readonly string[], requestId: string): Promise<void>;
  refuse(response: Response, problem: AdminProblem, requestId: string): void;
}

interface AdminApiParts {
  readonly table: RouteTable;
  readonly settings: AdminRouterOptions;
  readonly once: Once;
}

export function createAdminApi({ table, settings, once }: AdminApiParts): AdminApi {
  const { authorize, baseUrl } = settings;
  const document = { role: 'member' } as const;

  return {
    async answer(request, response, segments, requestId) {
      const method = request.method === 'HEAD' ? 'GET' : request.method;
      if (method === 'GET' && segments.join('/') === 'openapi.json') {
        await admit(request, authorize, { route: document, params: {} }, requestId);
        return writeJson(response, 200, openApi(table.routes, `${baseUrl}/api`));
      }
      const found = table.find(method, segments);
      if ('allowed' in found) throw noRoute(response, found.allowed);
      const { route, params } = found;
      const context = await admit(request, authorize, found, requestId);
      if (method !== 'GET') refuseOtherSites(request, baseUrl);
      const body = method === 'GET' ? {} : await readJsonBody(request);
      const query = route.query.parse(valueFrom(formValues(queryText(request.url)), route.query.schema));
      const input = { params, query, body: route.body ? route.body.parse(body) : nothing(body) };
      const key = request.get('idempotency-key');
      if (method !== 'GET' && key !== undefined) await once(context, route.id, key);
      const data = await route.handle(context, input);
      if (data === undefined) throw new AdminProblem('not_found');
      if (route.answer === 'csv') return writeCsv(request, response, data as CsvExport);
      writeJson(response, route.status ?? 200, data);
    },

    refuse(response, problem, requestId) {
      const { code, message, mender, faults, current, status, retryAfter } = problem;
      if (retryAfter !== undefined) response.set('Retry-After', String(Math.ceil(retryAfter)));
      writeJson(response, status, {
        error: code,
        message,
        mender,
        requestId,
        ...(faults.length > 0 && { faults }),
        ...(current !== undefined && { current }),
      });
    },
  };
}

/** What a route without a body is sent. @throws {AdminProblem} */
export function nothing(body: object): object {
  const faults = Object.keys(body).map((path) => ({ path, message: 'is nothing that can be said here' }));
  if (faults.length > 0) throw new AdminProblem('invalid_input', { faults });
  return body;
}

/** @returns what to throw at an address without a route, or without this method. */
export function noRoute(response: Response, allowed: readonly string[]): AdminProblem {
  if (allowed.length === 0) return new AdminProblem('not_found');
  response.set('Allow', allowed.join(', '));
  return new AdminProblem('method_unknown');
}

function writeJson(response: Response, status: number, data: unknown): void {
  response
    .status(status)
    .set({
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'Referrer-Policy': 'same-origin',
      'X-Content-Type-Options': 'nosniff',
    })
    .json(data);
}

import type { Request, Response } from 'express';
import { AdminProblem } from '../../admin/admin-problem.js';
import { type Asset, SCRIPT_ASSET, STYLESHEET_ASSET } from '../../portal/assets.js';

const ASSETS: ReadonlyMap<string, Asset> = new Map([STYLESHEET_ASSET, SCRIPT_ASSET].map((each) => [each.name, each]));

/** Sends a file of the portal, to be kept for a year: another one has another name. */
export function sendAsset(request: Request, response: Response, [name = '']: readonly string[]): void {
  const asset = ASSETS.get(name);
  if (!asset || (request.method !== 'GET' && request.method !== 'HEAD')) throw new AdminProblem('not_found');
  response
    .status(200)
    .set({
      'Content-Type': asset.type,
      'Cache-Control': 'public, max-age=31536000, immutable',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Resource-Policy': 'same-origin',
    })
    .send(asset.text);
}

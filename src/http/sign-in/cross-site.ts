import type { Request } from 'express';
import { SignInRefusal } from './sign-in-refusal.js';

/**
 * Refuses a request that another website made the browser send. Browsers say in `Sec-Fetch-Site`, older ones in `Origin`,
 * where a POST comes from; one that says neither is refused.
 *
 * @throws {SignInRefusal} `cross_site`
 */
export function refuseCrossSite({ headers }: Request, baseUrls: readonly string[]): void {
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  const isOwnOrigin = origin !== undefined && baseUrls.some((url) => new URL(url).origin === origin);
  const isOwn = site === undefined ? isOwnOrigin : site === 'same-origin' && (origin === undefined || isOwnOrigin);
  if (!isOwn) throw new SignInRefusal('cross_site');
}

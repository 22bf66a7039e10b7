import type { Request } from 'express';
import { requestHost } from '../request-host.js';

/** Whether cookies of this address can be kept from plain http. */
export function isSecureUrl(url: string): boolean {
  return url.startsWith('https:');
}

/**
 * Chooses among the public addresses that the application is known by. The host a request was sent to is only compared:
 * one that is not in the list, forged or not, gets the first.
 */
export function chooseBaseUrl(baseUrls: readonly string[], request: Request): string {
  const [first = ''] = baseUrls;
  if (baseUrls.length === 1) return first;
  const host = requestHost(request);
  return baseUrls.find((url) => new URL(url).host === host) ?? first;
}

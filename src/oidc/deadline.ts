import { OidcError } from './oidc-error.js';

/**
 * Ends the waiting for work when the time is over. Requests under way end by their own limits.
 *
 * @throws {OidcError} `provider_timeout`
 */
export async function withDeadline<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new OidcError('provider_timeout', { stage: 'login' })), milliseconds);
  });
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
  }
}

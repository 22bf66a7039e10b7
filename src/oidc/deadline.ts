import { OidcError } from './oidc-error.js';

/**
 * Ends the requests of a sign-in, and the waiting for those it shares with others, when the time is over.
 *
 * @throws {OidcError} `provider_timeout`
 */
export async function withDeadline<T>(milliseconds: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const deadline = new AbortController();
  const over = new Promise<never>((_resolve, reject) => {
    deadline.signal.addEventListener('abort', () => reject(new OidcError('provider_timeout', { stage: 'login' })));
  });
  const timer = setTimeout(() => deadline.abort(), milliseconds);
  try {
    return await Promise.race([work(deadline.signal), over]);
  } finally {
    clearTimeout(timer);
  }
}

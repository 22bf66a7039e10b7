import type { Request } from 'express';

/**
 * The host name a request was sent to, with its port. A forwarded one counts only where the host application has
 * declared its proxy trusted (Express's `trust proxy`). It is only ever compared with an exact list.
 */
export function requestHost(request: Request): string {
  const sent = (request.headers.host ?? '').toLowerCase();
  const name = (request.hostname ?? '').toLowerCase();
  return sent.startsWith(`${name}:`) ? sent : name;
}

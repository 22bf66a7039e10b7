import type { Request } from 'express';

/**
 * The host name a request was sent to, with its port. A forwarded one counts only where the host application has
 * declared its proxy trusted (Express's `trust proxy`). It is only ever compared with an exact list.
 */
export function requestHost(request: Request): string {
  const forwarded = request.get('x-forwarded-host');
  const host =
    forwarded !== undefined && isFromTrustedProxy(request) ? forwarded.split(',', 1)[0] : request.headers.host;
  return (host ?? '').trim().toLowerCase();
}

/** As Express decides it for `request.hostname`, which leaves out the port. */
function isFromTrustedProxy({ app, socket }: Request): boolean {
  const trusts: unknown = app.get('trust proxy fn');
  return typeof trusts === 'function' && trusts(socket.remoteAddress, 0) === true;
}

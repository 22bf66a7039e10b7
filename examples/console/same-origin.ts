import type { RequestHandler } from 'express';

/**
 * Refuses a form that a page of another website has sent, and names of this machine that another website has made up.
 * The routers of the library look for themselves.
 */
export const requireSameOrigin: RequestHandler = ({ method, headers: { origin, host = '' } }, response, next) => {
  const isOwnHost = /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(host);
  const isOwnForm = method === 'GET' || method === 'HEAD' || origin === `http://${host}`;
  if (isOwnHost && isOwnForm) return next();
  response.status(403).send('This was sent by another website.');
};

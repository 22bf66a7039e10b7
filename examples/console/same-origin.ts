import type { RequestHandler } from 'express';

/** Refuses a form that a page of another website has sent. The routers of the library look for themselves. */
export const requireSameOrigin: RequestHandler = ({ method, headers }, response, next) => {
  if (method === 'GET' || method === 'HEAD') return next();
  const { origin, host } = headers;
  if (origin === `http://${host}`) return next();
  response.status(403).send('This form was sent by another website.');
};

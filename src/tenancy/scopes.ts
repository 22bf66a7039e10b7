import type { DirectoryPrincipal } from './principal.js';

/** What a scope looks like: `users`, `groups` or any endpoint in lower case, with `:read` where it may not write. */
export const SCOPE_PATTERN: RegExp = /^[a-z][a-z0-9-]{0,63}(?::read)?$/;

/**
 * Whether a principal may read or write an endpoint, `Users` or `users` alike. A scope that allows writing allows reading.
 * Ask it for every operation of a bulk request; discovery endpoints need no scope.
 */
export function allows(principal: DirectoryPrincipal, endpoint: string, access: 'read' | 'write'): boolean {
  const { scopes } = principal;
  if (scopes === undefined) return true;
  const name = endpoint.toLowerCase();
  return scopes.includes(name) || (access === 'read' && scopes.includes(`${name}:read`));
}

import { isAdminRole } from './admin-access.js';
import type { AdminRoute } from './admin-route.js';

/** A route with the parameters that an address gave it. */
export interface FoundRoute {
  readonly route: AdminRoute;
  readonly params: Readonly<Record<string, string>>;
}

/** All routes, found by address or by name. */
export interface RouteTable {
  readonly routes: readonly AdminRoute[];
  byId(id: string): AdminRoute | undefined;
  /** `allowed` are the methods of the address, none where there is no such address. */
  find(method: string, segments: readonly string[]): FoundRoute | { readonly allowed: readonly string[] };
}

/**
 * Puts routes into a table.
 * @throws {TypeError} for a route without a role, two of one name, or two at one address.
 */
export function createRouteTable(routes: readonly AdminRoute[]): RouteTable {
  const byId = new Map<string, AdminRoute>();
  const addresses = new Set<string>();
  for (const route of routes) {
    if (!isAdminRole(route.role)) throw new TypeError(`the route ${route.id} declares no role`);
    const address = `${route.method} ${route.path.replace(/\{\w+\}/g, '{}')}`;
    if (byId.has(route.id)) throw new TypeError(`there are two routes ${route.id}`);
    if (addresses.has(address)) throw new TypeError(`there are two routes at ${address}`);
    byId.set(route.id, route);
    addresses.add(address);
  }
  const patterns = routes.map((route) => ({ route, pattern: route.path.split('/').slice(1) }));
  return {
    routes,
    byId: (id) => byId.get(id),
    find(method, segments) {
      const there = patterns.flatMap(({ route, pattern }) => {
        const params = matched(pattern, segments);
        return params ? [{ route, params, literals: literalsOf(pattern) }] : [];
      });
      // `/tokens/new` is meant before `/tokens/{tokenId}`.
      const best = Math.max(...there.map(({ literals }) => literals));
      const closest = there.filter(({ literals }) => literals === best);
      const found = closest.find(({ route }) => route.method === method);
      return found ?? { allowed: closest.map(({ route }) => route.method) };
    },
  };
}

/** The address of a route. */
export function pathOf(route: Pick<AdminRoute, 'path'>, params: Readonly<Record<string, string>>): string {
  return route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

function matched(
  pattern: readonly string[],
  segments: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: Record<string, string> = Object.create(null);
  for (const [index, part] of pattern.entries()) {
    const segment = segments[index] ?? '';
    if (part.startsWith('{')) params[part.slice(1, -1)] = segment;
    else if (part !== segment) return undefined;
  }
  return params;
}

function literalsOf(pattern: readonly string[]): number {
  return pattern.filter((part) => !part.startsWith('{')).length;
}

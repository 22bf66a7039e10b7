import { randomUUID } from 'node:crypto';
import express from 'express';
import SCIMMYRouters, { SCIMMY } from 'scimmy-routers';
import { openOrigin, type Resource } from './origin.js';
import { DIRECTORY_ID, MOUNT, readSettings, serve } from './serve.js';

// scimmy-routers as its documentation sets it up, with handlers that look up instead of searching.

/** What a handler is told of a request. */
interface ResourceRequest {
  readonly id?: string;
  readonly filter?: readonly Readonly<Record<string, unknown>>[];
  readonly constraints?: { startIndex?: number; count?: number; totalResults?: number };
}

type User = Resource & { readonly userName: string };
type Group = Resource & { readonly displayName: string };

const settings = readSettings();
const users = new Map<string, User>();
const order: User[] = [];
const byUserName = new Map<string, User>();
const groups = new Map<string, Group>();

const origin = openOrigin('peer', settings);
for await (const user of origin.users()) keepUser(user as User);
for await (const group of origin.groups()) groups.set(group.id, group as Group);

SCIMMY.Resources.declare(SCIMMY.Resources.User.extend(SCIMMY.Schemas.EnterpriseUser, false), 'User')
  .ingress((request: ResourceRequest, instance: Pick<User, 'userName'>) => {
    const before = request.id === undefined ? undefined : known(users, request.id);
    const user = { ...instance, id: before?.id ?? randomUUID(), meta: before?.meta ?? newMeta() };
    if (before) users.set(user.id, user);
    else keepUser(user);
    return user;
  })
  .egress((request: ResourceRequest) => {
    if (request.id !== undefined) return known(users, request.id);
    const { filter, constraints } = request;
    const name = filter && userNameOf(filter);
    if (name !== undefined) return [byUserName.get(name)].filter((user) => user !== undefined);
    if (constraints) constraints.totalResults = order.length;
    const start = (constraints?.startIndex ?? 1) - 1;
    return order.slice(start, start + (constraints?.count ?? 100));
  });

SCIMMY.Resources.declare(SCIMMY.Resources.Group, 'Group')
  .ingress((request: ResourceRequest, instance: Pick<Group, 'displayName'>) => {
    const { id, meta } = known(groups, request.id ?? '');
    const group = { ...instance, id, meta };
    groups.set(id, group);
    return group;
  })
  .egress((request: ResourceRequest) => known(groups, request.id ?? ''));

const app = express();
app.set('etag', false);
app.disable('x-powered-by');
app.use((request, _response, next) => {
  // Express 5 parses the query again whenever it is read; the router writes numbers into it and needs to find them.
  Object.defineProperty(request, 'query', { value: request.query });
  next();
});
app.use(
  `${MOUNT}/${DIRECTORY_ID}`,
  new SCIMMYRouters({
    type: 'bearer',
    handler: (request) => {
      if (request.headers.authorization === `Bearer ${settings.origin?.token}`) return 'bench';
      throw new Error('Unknown token');
    },
  }),
);

serve(app, {});

function keepUser(user: User): void {
  users.set(user.id, user);
  order.push(user);
  byUserName.set(user.userName.toLowerCase(), user);
}

function known<T extends Resource>(resources: ReadonlyMap<string, T>, id: string): T {
  const resource = resources.get(id);
  if (!resource) throw new SCIMMY.Types.Error(404, '', `Resource ${id} not found`);
  return resource;
}

/** The value of `userName eq "…"`, in the form that filters come in. */
function userNameOf([expression]: readonly Readonly<Record<string, unknown>>[]): string | undefined {
  const comparison = expression?.['userName'];
  return Array.isArray(comparison) ? String(comparison[1]).toLowerCase() : undefined;
}

function newMeta(): Resource['meta'] {
  const now = new Date().toISOString();
  return { resourceType: 'User', created: now, lastModified: now, location: '', version: '' };
}

import { randomUUID } from 'node:crypto';
import {
  applyOperations,
  createBareApp,
  createTokenCheck,
  FILTER,
  laterThan,
  locationOf,
  MOST_MEMBERS_SHOWN,
  memberIdsOf,
  type PatchOperation,
  refuse,
  type ShownGroup,
  type ShownMember,
  send,
  sendList,
  shownGroup,
  shownMember,
  userVersion,
} from './bare-answers.js';
import { createHeldClock } from './held-clock.js';
import { openOrigin, type Resource, type ResourceMeta } from './origin.js';
import { MOUNT, readSettings, serve } from './serve.js';

// Resources are objects in Maps. What this costs, Express and the network cost.

/** A user with what changes its version: its own changes, and a fingerprint of its groups. */
interface User {
  readonly resource: Record<string, unknown> & { readonly id: string; readonly meta: ResourceMeta };
  version: number;
}

interface Group {
  readonly resource: Resource;
  readonly members: Map<string, ShownMember>;
  /** Its place in the order of creation. */
  readonly place: number;
  version: number;
}

const settings = readSettings();
const clock = createHeldClock(settings.instant);
const users = new Map<string, User>();
const order: User['resource'][] = [];
const byUserName = new Map<string, User['resource']>();
const byEmail = new Map<string, User['resource']>();
const groups = new Map<string, Group>();
const isAllowed = createTokenCheck(settings.origin?.token ?? '');

const origin = openOrigin('bare', settings);
for await (const resource of origin.users()) keep({ resource, version: 1 });
for await (const { members, ...resource } of origin.groups()) {
  const version = Number(resource.meta.version.slice(3, -1));
  const listed = members as readonly ShownMember[];
  const byId = new Map(listed.map((member) => [member.value, member]));
  groups.set(resource.id, { resource, members: byId, place: groups.size, version });
}

const app = createBareApp();

app.get(`${MOUNT}/:directory/Users/:id`, (request, response) => {
  const user = isAllowed(request) && users.get(request.params.id);
  if (user) send(response, 200, user.resource);
  else refuse(response);
});

app.get(`${MOUNT}/:directory/Users`, (request, response) => {
  if (!isAllowed(request)) {
    refuse(response);
    return;
  }
  const { filter, cursor, startIndex, count: asked } = request.query;
  const count = Number(asked ?? 100);
  if (filter !== undefined) {
    const [, attribute, value = ''] = FILTER.exec(String(filter)) ?? [];
    const found = (attribute === 'userName' ? byUserName : byEmail).get(value.toLowerCase());
    sendList(response, found ? 1 : 0, found ? [found] : [], { startIndex: 1 });
  } else if (cursor === undefined) {
    const start = Number(startIndex ?? 1);
    sendList(response, order.length, order.slice(start - 1, start - 1 + count), { startIndex: start });
  } else {
    const start = cursor === '' ? 0 : Number(Buffer.from(String(cursor), 'base64url').toString());
    const end = start + count;
    const next = end < order.length ? { nextCursor: Buffer.from(String(end)).toString('base64url') } : {};
    sendList(response, order.length, order.slice(start, end), next);
  }
});

app.post(`${MOUNT}/:directory/Users`, (request, response) => {
  const { schemas, ...attributes } = request.body;
  if (!isAllowed(request) || byUserName.has(String(attributes.userName).toLowerCase())) {
    refuse(response);
    return;
  }
  const id = randomUUID();
  const created = new Date(clock.now()).toISOString();
  const location = locationOf('User', id);
  const meta = { resourceType: 'User', created, lastModified: created, location, version: 'W/"1"' };
  const resource = { schemas, id, ...attributes, meta };
  keep({ resource, version: 1 });
  send(response, 201, resource);
});

app.patch(`${MOUNT}/:directory/Users/:id`, (request, response) => {
  const user = isAllowed(request) && users.get(request.params.id);
  if (!user) {
    refuse(response);
    return;
  }
  applyOperations(user.resource, request.body.Operations as readonly PatchOperation[]);
  user.version += 1;
  user.resource.meta.lastModified = laterThan(user.resource.meta.lastModified, clock.now());
  user.resource.meta.version = userVersion(user.version, groupsOf(user));
  send(response, 200, user.resource);
});

app.patch(`${MOUNT}/:directory/Groups/:id`, (request, response) => {
  const group = isAllowed(request) && groups.get(request.params.id);
  if (!group) {
    refuse(response);
    return;
  }
  for (const operation of request.body.Operations as readonly PatchOperation[]) {
    const change = operation.op === 'add' ? join : leave;
    for (const id of memberIdsOf(operation)) change(group, id);
  }
  const { meta } = group.resource;
  group.version += 1;
  meta.lastModified = laterThan(meta.lastModified, clock.now());
  meta.version = `W/"${group.version}"`;
  if (group.members.size > MOST_MEMBERS_SHOWN) send(response, 200, group.resource);
  else send(response, 200, withMembers(group));
});

app.get(`${MOUNT}/:directory/Groups/:id`, (request, response) => {
  const group = isAllowed(request) && groups.get(request.params.id);
  if (!group) refuse(response);
  else send(response, 200, request.query['excludedAttributes'] === 'members' ? group.resource : withMembers(group));
});

serve(app, { letGo: () => clock.letGo() });

function keep(user: User): void {
  const { resource } = user;
  users.set(resource.id, user);
  order.push(resource);
  byUserName.set(String(resource['userName']).toLowerCase(), resource);
  for (const { value } of resource['emails'] as readonly { readonly value: string }[]) {
    byEmail.set(value.toLowerCase(), resource);
  }
}

function join(group: Group, id: string): void {
  const user = users.get(id);
  if (!user || group.members.has(id)) return;
  group.members.set(id, shownMember(id, user.resource['displayName']));
  const shown = shownGroup(group.resource.id, String(group.resource['displayName']));
  showGroups(user, [...groupsOf(user), shown]);
}

function leave(group: Group, id: string): void {
  const user = users.get(id);
  if (!user || !group.members.delete(id)) return;
  showGroups(
    user,
    groupsOf(user).filter(({ value }) => value !== group.resource.id),
  );
}

function groupsOf({ resource }: User): readonly ShownGroup[] {
  return (resource['groups'] as readonly ShownGroup[] | undefined) ?? [];
}

function showGroups(user: User, shown: readonly ShownGroup[]): void {
  const place = ({ value }: ShownGroup) => groups.get(value)?.place ?? 0;
  // Kept as a key without value when there is none, so that it stays in its place before `meta`.
  user.resource['groups'] = shown.length > 0 ? [...shown].sort((a, b) => place(a) - place(b)) : undefined;
  user.resource.meta.version = userVersion(user.version, groupsOf(user));
}

function withMembers({ resource, members }: Group): Resource {
  const { meta, ...rest } = resource;
  return { ...rest, members: [...members.values()], meta } as Resource;
}

import { createHash, randomUUID } from 'node:crypto';
import express, { type Request, type Response } from 'express';
import { createHeldClock } from './held-clock.js';
import { openOrigin, type Resource, type ResourceMeta } from './origin.js';
import { BASE_URL, DIRECTORY_ID, MOUNT, readSettings, serve } from './serve.js';

// The same answers, written by hand: no schema, no check, no tenant. What this costs, Express and the network cost.

/** A user with what changes its version: its own changes, and a fingerprint of its groups. */
interface User {
  readonly resource: Record<string, unknown> & { readonly id: string; readonly meta: ResourceMeta };
  version: number;
}

interface Group {
  readonly resource: Resource;
  readonly members: Map<string, object>;
  /** Its place in the order of creation. */
  readonly place: number;
  version: number;
}

/** A group as its members show it. */
interface ShownGroup {
  readonly value: string;
  readonly display: string;
}

interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const FILTER = /^(userName|emails\.value) eq "([^"]*)"$/;
const MEMBER_PATH = /^members\[value eq "([^"]*)"\]$/;
const MOST_MEMBERS_SHOWN = 100;

const settings = readSettings();
const clock = createHeldClock(settings.instant);
const users = new Map<string, User>();
const order: User['resource'][] = [];
const byUserName = new Map<string, User['resource']>();
const byEmail = new Map<string, User['resource']>();
const groups = new Map<string, Group>();
const tokens = new Map([[sha256(settings.origin?.token ?? ''), DIRECTORY_ID]]);

const origin = openOrigin('bare', settings);
for await (const resource of origin.users()) keep({ resource, version: 1 });
for await (const { members, ...resource } of origin.groups()) {
  const version = Number(resource.meta.version.slice(3, -1));
  const listed = members as readonly { readonly value: string }[];
  const byId = new Map(listed.map((member) => [member.value, member]));
  groups.set(resource.id, { resource, members: byId, place: groups.size, version });
}

const app = express();
app.set('etag', false);
app.disable('x-powered-by');
app.use(express.json({ type: ['application/scim+json', 'application/json'] }));

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
  const location = `${BASE_URL}/${DIRECTORY_ID}/Users/${id}`;
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
  for (const { path, value } of request.body.Operations as readonly PatchOperation[]) {
    const [name = '', inner] = path.split('.');
    user.resource[name] = inner === undefined ? value : { ...(user.resource[name] as object), [inner]: value };
  }
  user.version += 1;
  user.resource.meta.lastModified = laterThan(user.resource.meta.lastModified);
  user.resource.meta.version = versionOf(user);
  send(response, 200, user.resource);
});

app.patch(`${MOUNT}/:directory/Groups/:id`, (request, response) => {
  const group = isAllowed(request) && groups.get(request.params.id);
  if (!group) {
    refuse(response);
    return;
  }
  for (const { op, path, value } of request.body.Operations as readonly PatchOperation[]) {
    if (op === 'add') for (const member of value as readonly { readonly value: string }[]) join(group, member.value);
    else leave(group, MEMBER_PATH.exec(path)?.[1] ?? '');
  }
  const { meta } = group.resource;
  group.version += 1;
  meta.lastModified = laterThan(meta.lastModified);
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

function isAllowed(request: Request<{ directory: string }>): boolean {
  const token = request.headers.authorization?.slice('Bearer '.length) ?? '';
  return tokens.get(sha256(token)) === request.params.directory;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function send(response: Response, status: number, resource: Resource): void {
  const { version, location } = resource.meta;
  write(response, status, JSON.stringify(resource), { ETag: version, Location: location });
}

function sendList(response: Response, total: number, resources: readonly Resource[], paging: object): void {
  const list = {
    schemas: [LIST],
    totalResults: total,
    itemsPerPage: resources.length,
    ...paging,
    Resources: resources,
  };
  write(response, 200, JSON.stringify(list), {});
}

function write(response: Response, status: number, text: string, headers: Record<string, string>): void {
  const length = Buffer.byteLength(text);
  response.writeHead(status, { 'Content-Type': 'application/scim+json', 'Content-Length': length, ...headers });
  response.end(text);
}

function refuse(response: Response): void {
  response.writeHead(404, { 'Content-Length': 0 });
  response.end();
}

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
  const { displayName } = user.resource;
  group.members.set(id, {
    value: id,
    $ref: `${BASE_URL}/${DIRECTORY_ID}/Users/${id}`,
    display: displayName,
    type: 'User',
  });
  const { id: groupId, meta, displayName: groupName } = group.resource;
  const shown = { value: groupId, $ref: meta.location, display: String(groupName), type: 'direct' };
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
  user.resource.meta.version = versionOf(user);
}

/** The version that ours gives a user: a conditional GET must notice a change of groups (FNV-1a, group by group). */
function versionOf(user: User): string {
  const shown = groupsOf(user);
  if (shown.length === 0) return `W/"${user.version}"`;
  let mark = 0;
  for (const { value, display } of shown) {
    let hash = 0x811c9dc5;
    const text = `${value} ${display}`;
    for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    mark = Math.imul(mark ^ hash, 0x01000193);
  }
  return `W/"${user.version}-${(mark >>> 0).toString(36)}"`;
}

function withMembers({ resource, members }: Group): Resource {
  const { meta, ...rest } = resource;
  return { ...rest, members: [...members.values()], meta } as Resource;
}

function laterThan(previous: string): string {
  return new Date(Math.max(clock.now(), Date.parse(previous) + 1)).toISOString();
}

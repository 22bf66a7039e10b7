import { createHash } from 'node:crypto';
import express, { type Express, type Request, type Response } from 'express';
import type { Resource } from './origin.js';
import { BASE_URL, DIRECTORY_ID } from './serve.js';

// What the bare servers have in common: the same answers as ours, written by hand. No schema, no check, no tenant.

/** A group as its members show it. */
export interface ShownGroup {
  readonly value: string;
  readonly $ref: string;
  readonly display: string;
  readonly type: 'direct';
}

/** A member as its groups show it. */
export interface ShownMember {
  readonly value: string;
  readonly $ref: string;
  readonly display: unknown;
  readonly type: 'User';
}

export interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly value: unknown;
}

export const FILTER: RegExp = /^(userName|emails\.value) eq "([^"]*)"$/;
/** A group with more members is shown without them after a write. */
export const MOST_MEMBERS_SHOWN = 100;

const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
const MEMBER_PATH = /^members\[value eq "([^"]*)"\]$/;

export function createBareApp(): Express {
  const app = express();
  app.set('etag', false);
  app.disable('x-powered-by');
  app.use(express.json({ type: ['application/scim+json', 'application/json'] }));
  return app;
}

/** Makes what finds out whether a request may reach the directory that it names. */
export function createTokenCheck(token: string): (request: Request<{ directory: string }>) => boolean {
  const tokens = new Map([[sha256(token), DIRECTORY_ID]]);
  return (request) => {
    const given = request.headers.authorization?.slice('Bearer '.length) ?? '';
    return tokens.get(sha256(given)) === request.params.directory;
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

export function send(response: Response, status: number, resource: Resource): void {
  const { version, location } = resource.meta;
  write(response, status, JSON.stringify(resource), { ETag: version, Location: location });
}

export function sendList(response: Response, total: number, resources: readonly Resource[], paging: object): void {
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

export function refuse(response: Response): void {
  response.writeHead(404, { 'Content-Length': 0 });
  response.end();
}

/** Replaces attributes, or the parts of complex ones. */
export function applyOperations(resource: Record<string, unknown>, operations: readonly PatchOperation[]): void {
  for (const { path, value } of operations) {
    const [name = '', inner] = path.split('.');
    resource[name] = inner === undefined ? value : { ...(resource[name] as object), [inner]: value };
  }
}

/** Whom an operation on `members` adds or removes. */
export function memberIdsOf({ op, path, value }: PatchOperation): readonly string[] {
  if (op === 'add') return (value as readonly { readonly value: string }[]).map((member) => member.value);
  return [MEMBER_PATH.exec(path)?.[1] ?? ''];
}

export function shownGroup(id: string, displayName: string): ShownGroup {
  return { value: id, $ref: locationOf('Group', id), display: displayName, type: 'direct' };
}

export function shownMember(id: string, displayName: unknown): ShownMember {
  return { value: id, $ref: locationOf('User', id), display: displayName, type: 'User' };
}

export function locationOf(type: 'User' | 'Group', id: string): string {
  return `${BASE_URL}/${DIRECTORY_ID}/${type}s/${id}`;
}

/** The version that ours gives a user: a conditional GET must notice a change of groups (FNV-1a, group by group). */
export function userVersion(version: number, groups: readonly ShownGroup[]): string {
  if (groups.length === 0) return `W/"${version}"`;
  let mark = 0;
  for (const { value, display } of groups) {
    let hash = 0x811c9dc5;
    const text = `${value} ${display}`;
    for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    mark = Math.imul(mark ^ hash, 0x01000193);
  }
  return `W/"${version}-${(mark >>> 0).toString(36)}"`;
}

export function laterThan(previous: string, now: number): string {
  return new Date(Math.max(now, Date.parse(previous) + 1)).toISOString();
}

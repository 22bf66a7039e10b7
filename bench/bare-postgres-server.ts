import { randomUUID } from 'node:crypto';
import type { JsonObject } from 'express-sso-scim';
import pg from 'pg';
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
  send,
  sendList,
  shownGroup,
  shownMember,
  userVersion,
} from './bare-answers.js';
import { newUserValues, searchDocument, shardOf } from './bare-rows.js';
import { bareStatements } from './bare-statements.js';
import { createHeldClock } from './held-clock.js';
import type { Resource } from './origin.js';
import { ENTERPRISE_SCHEMA, USER_SCHEMA } from './population.js';
import { MOUNT, readSettings, serve } from './serve.js';

// The rows of ours in PostgreSQL, read and written by SQL of its own.

interface Row {
  readonly id: string;
  readonly version: string;
  readonly created: string;
  readonly last_modified: string;
  readonly attributes: string;
}

interface UserRow extends Row {
  readonly groups: readonly (readonly [id: string, displayName: string])[] | null;
}

const { instant, database } = readSettings();
if (!database) throw new TypeError('this server needs tables');
const clock = createHeldClock(instant);
const isAllowed = createTokenCheck(database.token);
const statements = bareStatements(database.schema);
const pool = new pg.Pool({ connectionString: database.connectionString });

const app = createBareApp();

app.get(`${MOUNT}/:directory/Users/:id`, async (request, response) => {
  const row = isAllowed(request) && (await userRow(request.params.id));
  if (row) send(response, 200, userOf(row));
  else refuse(response);
});

app.get(`${MOUNT}/:directory/Users`, async (request, response) => {
  if (!isAllowed(request)) {
    refuse(response);
    return;
  }
  const { filter, startIndex, count: asked } = request.query;
  if (filter !== undefined) {
    const [, , value = ''] = FILTER.exec(String(filter)) ?? [];
    const { rows } = await pool.query<UserRow>(statements.userByName, [value.toLowerCase()]);
    sendList(
      response,
      rows.length,
      rows.map((row) => userOf(row)),
      { startIndex: 1 },
    );
    return;
  }
  const start = Number(startIndex ?? 1);
  const page = [start - 1, Number(asked ?? 100)];
  const { rows } = await pool.query<UserRow & { readonly total: string }>(statements.listUsers, page);
  sendList(
    response,
    Number(rows[0]?.total ?? 0),
    rows.map((row) => userOf(row)),
    { startIndex: start },
  );
});

app.post(`${MOUNT}/:directory/Users`, async (request, response) => {
  if (!isAllowed(request)) {
    refuse(response);
    return;
  }
  const { schemas, ...attributes } = request.body as JsonObject;
  const id = randomUUID();
  const created = new Date(clock.now()).toISOString();
  await pool.query(statements.insertUser, [...newUserValues(id, created, attributes)]);
  const meta = metaOf('User', { id, created, last_modified: created }, 'W/"1"');
  send(response, 201, { schemas, id, ...attributes, meta });
});

app.patch(`${MOUNT}/:directory/Users/:id`, async (request, response) => {
  const operations = request.body.Operations as readonly PatchOperation[];
  for (let row = isAllowed(request) && (await userRow(request.params.id)); row; row = await userRow(row.id)) {
    const { id, version } = row;
    const attributes = JSON.parse(row.attributes) as Record<string, unknown>;
    applyOperations(attributes, operations);
    const at = laterThan(row.last_modified, clock.now());
    const text = JSON.stringify(attributes);
    const values = [id, version, at, text, searchDocument(id, attributes as JsonObject)];
    const { rowCount } = await pool.query(statements.updateUser, values);
    // Somebody else was faster: once more from what they wrote.
    if (rowCount === 0) continue;
    const changed = { ...row, version: String(Number(version) + 1), last_modified: at };
    send(response, 200, userOf(changed, attributes as JsonObject));
    return;
  }
  refuse(response);
});

app.patch(`${MOUNT}/:directory/Groups/:id`, async (request, response) => {
  const [operation] = request.body.Operations as readonly PatchOperation[];
  if (!isAllowed(request) || !operation) {
    refuse(response);
    return;
  }
  const ids = memberIdsOf(operation);
  const statement = operation.op === 'add' ? statements.addMembers : statements.removeMembers;
  const at = new Date(clock.now()).toISOString();
  const values = [request.params.id, ids, shardOf(ids[0] ?? ''), at];
  const { rows } = await pool.query<Row & { readonly members: string }>(statement, values);
  const [row] = rows;
  if (!row) refuse(response);
  else send(response, 200, await groupOf(row, Number(row.members)));
});

serve(app, { letGo: () => clock.letGo() });

async function userRow(id: string): Promise<UserRow | undefined> {
  return (await pool.query<UserRow>(statements.userById, [id])).rows[0];
}

function userOf(row: UserRow, attributes = JSON.parse(row.attributes) as JsonObject): Resource {
  const groups = (row.groups ?? []).map(([id, displayName]) => shownGroup(id, displayName));
  const meta = metaOf('User', row, userVersion(Number(row.version), groups));
  const schemas = [USER_SCHEMA, ENTERPRISE_SCHEMA];
  if (groups.length === 0) return { schemas, id: row.id, ...attributes, meta };
  return { schemas, id: row.id, ...attributes, groups, meta };
}

async function groupOf(row: Row, memberCount: number): Promise<Resource> {
  const schemas = ['urn:ietf:params:scim:schemas:core:2.0:Group'];
  const attributes = JSON.parse(row.attributes) as JsonObject;
  const meta = metaOf('Group', row, `W/"${row.version}"`);
  if (memberCount > MOST_MEMBERS_SHOWN) return { schemas, id: row.id, ...attributes, meta };
  const { rows } = await pool.query<{ id: string; display_name: string }>(statements.members, [row.id]);
  const members = rows.map((member) => shownMember(member.id, member.display_name));
  return { schemas, id: row.id, ...attributes, members, meta };
}

function metaOf(
  resourceType: 'User' | 'Group',
  { id, created, last_modified: lastModified }: Pick<Row, 'id' | 'created' | 'last_modified'>,
  version: string,
): Resource['meta'] {
  return { resourceType, created, lastModified, location: locationOf(resourceType, id), version };
}

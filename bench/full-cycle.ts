import { foldCase } from 'express-sso-scim';
import pg from 'pg';
import { newUserValues, shardOf } from './bare-rows.js';
import { bareStatements } from './bare-statements.js';
import { writeRequest } from './cases.js';
import { compareRows, RESOURCE_VIEWS } from './compare-rows.js';
import type { HalfPlan } from './half.js';
import { createHeldClock } from './held-clock.js';
import { createHttpClient, type HttpClient } from './http-client.js';
import { median } from './median.js';
import { type CycleScale, ENTERPRISE_SCHEMA, NOBODY, USER_SCHEMA, userAttributes } from './population.js';
import { type CycleResult, cycleResult, type Seconds } from './report.js';
import type { ServerGroup } from './server-process.js';
import { copyTables, dropTables, emptyTables, fillTables, settle } from './tables.js';

const ROUNDS = 3;
const SCHEMAS = { ours: 'bench_cycle', byHand: 'bench_cycle_by_hand' } as const;
const GROUP_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Group';

/**
 * Pushes users and groups with their members into an empty directory over HTTP, and the same rows into tables by
 * hand-written inserts without HTTP, with as many connections to the database; turn by turn.
 */
export async function measureCycle(
  pool: pg.Pool,
  servers: ServerGroup,
  { cycle, instant, measuring: { connections } }: HalfPlan,
  connectionString: string,
): Promise<CycleResult> {
  console.log('  measuring: a first full cycle');
  const empty = { clock: createHeldClock(instant), scale: NOBODY };
  const ours = await fillTables(pool, { connectionString, schema: SCHEMAS.ours }, empty);
  await copyTables(pool, ours, SCHEMAS.byHand);
  const server = await servers.start('ours-server', { instant, scale: NOBODY, database: ours });
  const client = await createHttpClient(server.port, connections);
  const rounds: Record<keyof typeof SCHEMAS, Seconds[]> = { ours: [], byHand: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const schema of Object.values(SCHEMAS)) await emptyTables(pool, schema);
    await settle(pool);
    const idOf = async () => idsByName(pool, SCHEMAS.ours);
    rounds.ours.push(await push(client, ours.token, cycle, connections, idOf));
    rounds.byHand.push(await insert(connectionString, cycle, instant, connections, await idOf()));
    await compareRows(pool, { ours: SCHEMAS.ours, 'by hand': SCHEMAS.byHand }, RESOURCE_VIEWS);
    console.log(`  round ${round + 1} of ${ROUNDS}: the same rows`);
  }
  client.close();
  await dropTables(pool, Object.values(SCHEMAS));
  return cycleResult(cycle, medianOf(rounds.ours), medianOf(rounds.byHand));
}

function medianOf(rounds: readonly Seconds[]): Seconds {
  return { users: median(rounds.map(({ users }) => users)), groups: median(rounds.map(({ groups }) => groups)) };
}

/** Sends all users first, as identity providers do it. */
async function push(
  client: HttpClient,
  token: string,
  cycle: CycleScale,
  connections: number,
  readIds: () => Promise<Ids>,
): Promise<Seconds> {
  let made = 0;
  const nextUser = () => {
    const message = { schemas: [USER_SCHEMA, ENTERPRISE_SCHEMA], ...userAttributes(made) };
    made += 1;
    return writeRequest('POST', '/Users', message, { token });
  };
  const users = await timed(() => client.sendMany(cycle.users, connections, 201, nextUser));
  const ids = await readIds();
  made = 0;
  const nextGroup = () => {
    const { attributes, members } = groupOf(made, cycle, ids);
    made += 1;
    const message = { schemas: [GROUP_SCHEMA], ...attributes, members: members.map((value) => ({ value })) };
    return writeRequest('POST', '/Groups', message, { token });
  };
  return { users, groups: await timed(() => client.sendMany(cycle.groups, connections, 201, nextGroup)) };
}

/** The same with the same ids by SQL; `connections` inserts are under way at a time. */
async function insert(
  connectionString: string,
  cycle: CycleScale,
  instant: number,
  connections: number,
  ids: Ids,
): Promise<Seconds> {
  const statements = bareStatements(SCHEMAS.byHand);
  const created = new Date(instant).toISOString();
  // As many connections to the database as the server has.
  const pool = new pg.Pool({ connectionString });
  await Promise.all(Array.from({ length: connections }, () => pool.query('select 1')));
  const users = await timed(() =>
    inLanes(cycle.users, connections, async (index) => {
      const attributes = userAttributes(index);
      const id = ids.get(foldCase(String(attributes['userName']))) ?? '';
      await pool.query(statements.insertUser, [...newUserValues(id, created, attributes)]);
    }),
  );
  const groups = await timed(() =>
    inLanes(cycle.groups, connections, async (index) => {
      const { attributes, members } = groupOf(index, cycle, ids);
      const { displayName, externalId } = attributes;
      const name = foldCase(displayName);
      const id = ids.get(name) ?? '';
      const search = { '.displayName': [{ t: name, x: displayName }], '.externalId': [{ t: externalId }] };
      const key = `displayName:${name}`;
      await pool.query(statements.insertGroup, [
        id,
        created,
        JSON.stringify(attributes),
        JSON.stringify({ ...search, id: [{ t: id }] }),
        JSON.stringify([key]),
        displayName,
        name,
        externalId,
        key,
        shardOf(id),
        members,
      ]);
    }),
  );
  await pool.end();
  return { users, groups };
}

/** The ids that were given out, by folded user or display name. */
type Ids = ReadonlyMap<string, string>;

async function idsByName(pool: pg.Pool, schema: string): Promise<Ids> {
  const { rows } = await pool.query<{ id: string; name: string }>(
    `select id, coalesce(user_name_key, display_name_key) as name from "${schema}".sso_resources`,
  );
  return new Map(rows.map(({ id, name }) => [name, id]));
}

/** A group and its members: as many users in a row, beginning again from the first when there are no more. */
function groupOf(index: number, { users, membersInGroup }: CycleScale, ids: Ids) {
  const members = Array.from({ length: membersInGroup }, (_, offset) => {
    const userName = userAttributes((index * membersInGroup + offset) % users)['userName'];
    return ids.get(foldCase(String(userName))) ?? '';
  });
  return { attributes: { displayName: `Team ${index}`, externalId: `team-${index}` }, members };
}

async function inLanes(count: number, lanes: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < count) {
      next += 1;
      await work(next - 1);
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

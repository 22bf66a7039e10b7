import pg from 'pg';
import type { BenchCase, StorageName } from './cases.js';
import { type Contestant, meetServer } from './contestant.js';
import { type Figures, type MeasuringPlan, measureSides, ratioOf } from './measure-case.js';
import { startOwnPostgres } from './own-postgres.js';
import { addressOf, PAGE_VIEWS, type PagePaths, type PageView, readPaths } from './page-addresses.js';
import type { PagePlaces } from './page-organization.js';
import { type PageResult, pageResults } from './page-report.js';
import { createRandom, type Scale } from './population.js';
import type { HalfResult } from './report.js';
import { createServerGroup } from './server-process.js';
import { createTables, dropTables } from './tables.js';

const SCHEMA = 'bench_pages';
/** Pages of a hundred that are turned over, at most, on the way to the middle of a list. */
const MOST_TURNED = 20;
/** So many views are measured before anything counts. */
const WARM_UP_VIEWS = 4;

/** What is measured of pages. */
export interface PagePlan {
  readonly measuring: MeasuringPlan;
  readonly scale: Scale;
  readonly instant: number;
  isWanted(name: string): boolean;
}

/** What a view is called on a storage. */
export function pageNames(storage: StorageName): readonly string[] {
  return PAGE_VIEWS.map(({ name }) => nameOn(storage, name));
}

function nameOn(storage: StorageName, name: string): string {
  return storage === 'memory' ? name : `${storage}: ${name}`;
}

/** Measures every page in a large organization through the same in a small one beside it. */
export async function measurePages(storage: StorageName, plan: PagePlan): Promise<HalfResult> {
  const views = PAGE_VIEWS.filter(({ name }) => plan.isWanted(nameOn(storage, name)));
  if (storage === 'memory') return measureOn(storage, plan, views);
  const postgres = await startOwnPostgres();
  const { connectionString } = postgres;
  const pool = new pg.Pool({ connectionString });
  pool.on('error', () => undefined);
  try {
    await createTables(pool, connectionString, SCHEMA);
    return await measureOn(storage, plan, views, { connectionString, schema: SCHEMA, token: '' });
  } finally {
    await dropTables(pool, [SCHEMA]);
    await pool.end();
    await postgres.stop();
  }
}

async function measureOn(
  storage: StorageName,
  { measuring, scale, instant }: PagePlan,
  views: readonly PageView[],
  database?: { readonly connectionString: string; readonly schema: string; readonly token: string },
): Promise<HalfResult> {
  const servers = createServerGroup();
  try {
    const start = performance.now();
    const server = await servers.start('pages-server', { instant, scale, ...(database && { database }) });
    console.log(`  two organizations filled in ${((performance.now() - start) / 1000).toFixed(0)} s`);
    const contestant = await meetServer('ours', server, measuring.connections);
    const [small, large] = (await server.command('places')) as readonly [PagePlaces, PagePlaces];
    const { body } = await contestant.client.send(request('/api/openapi.json', 'operator'));
    const paths = readPaths(body);
    const random = createRandom(3);
    const measured = async (view: PageView): Promise<PageResult> => {
      const cases = {
        small: await pageCase(view, paths, small, contestant),
        large: await pageCase(view, paths, large, contestant),
      };
      const side = <N extends string>(name: N, { benchCase }: PageCase) => ({ name, contestant, benchCase });
      const figures: ReadonlyMap<string, Figures> = await measureSides(
        [side('small', cases.small), side('large', cases.large), side('small again', cases.small)],
        measuring,
        random,
      );
      const of = (name: string) =>
        figures.get(name) ?? { perSecond: Number.NaN, cpuMicroseconds: Number.NaN, slices: [] };
      return {
        name: nameOn(storage, view.name),
        milliseconds: { small: 1000 / of('small').perSecond, large: 1000 / of('large').perSecond },
        ratio: ratioOf(of('small'), of('large')),
        control: ratioOf(of('small'), of('small again')),
        bytes: Math.max(cases.small.bytes, cases.large.bytes),
      };
    };
    // The server is cold, which the first figures would show.
    for (const view of views.slice(0, WARM_UP_VIEWS)) await measured(view);
    const results: PageResult[] = [];
    for (const view of views) {
      console.log(`  measuring: ${nameOn(storage, view.name)}`);
      results.push(await measured(view));
    }
    contestant.client.close();
    return pageResults(results);
  } finally {
    servers.stop();
  }
}

interface PageCase {
  readonly benchCase: BenchCase;
  readonly bytes: number;
}

async function pageCase(
  view: PageView,
  paths: PagePaths,
  places: PagePlaces,
  { client }: Contestant,
): Promise<PageCase> {
  let address = addressOf(view, paths, places);
  if (view.isMiddle) {
    const after = await middleOf(address, view, client);
    address += `${address.includes('?') ? '&' : '?'}after=${encodeURIComponent(after)}`;
  }
  const bytes = request(address, view.role);
  const { status, body } = await client.send(bytes);
  if (status !== 200) throw new Error(`${address} was answered ${status}: ${body.slice(0, 500)}`);
  const benchCase: BenchCase = {
    name: view.name,
    targets: { bare: 1 },
    status: 200,
    peer: 'none',
    requests: () => () => bytes,
  };
  return { benchCase, bytes: Buffer.byteLength(body) };
}

/** The position in the middle of a list, or as far in it as is worth going; of a list of one page, its beginning. */
async function middleOf(address: string, { role }: PageView, client: Contestant['client']): Promise<string> {
  const positions: string[] = [''];
  // In a small organization pages of a hundred would be all there is.
  const limit = address.includes('small') ? 5 : 100;
  while (positions.length <= MOST_TURNED) {
    const after = encodeURIComponent(positions.at(-1) ?? '');
    const query = `${address.includes('?') ? '&' : '?'}limit=${limit}${after === '' ? '' : `&after=${after}`}`;
    const { status, body } = await client.send(request(`/api${address}${query}`, role));
    if (status !== 200) throw new Error(`${address}${query} was answered ${status}: ${body.slice(0, 500)}`);
    const { next } = JSON.parse(body) as { readonly next?: string };
    if (next === undefined) break;
    positions.push(next);
  }
  return positions[Math.ceil((positions.length - 1) / 2)] ?? '';
}

function request(path: string, role: PageView['role']): Buffer {
  return Buffer.from(
    `GET /settings${path} HTTP/1.1\r\nHost: app.example.com\r\nX-Role: ${role}\r\nAccept: text/html\r\n\r\n`,
  );
}

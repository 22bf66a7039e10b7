import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { env, getuid } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const INSTALLED = '/usr/lib/postgresql';

/** The folder of the binaries of PostgreSQL: what `POSTGRES_BIN` says, or of the newest version that is installed. */
const BINARIES: string | undefined = [env['POSTGRES_BIN'] ?? newestInstalled()].find(
  (folder) => folder !== undefined && existsSync(join(folder, 'postgres')),
);

/**
 * Whether there is a PostgreSQL server: `DATABASE_URL` names one, or its binaries are there. Without one, the tests use
 * the embedded PostgreSQL, and those that need several processes or connections are skipped. The project's own checks
 * make sure that a server is there.
 */
export const HAS_POSTGRES_SERVER: boolean = env['DATABASE_URL'] !== undefined || BINARIES !== undefined;

if (!HAS_POSTGRES_SERVER) {
  console.warn(
    `PostgreSQL is neither in ${env['POSTGRES_BIN'] ?? INSTALLED} nor named by DATABASE_URL: tests run on the embedded ` +
      'one (PGlite). Those that need several processes, or connections at the same time, are skipped.',
  );
}

/** What a server gives up durability for speed by. */
const HASTY = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

/** A PostgreSQL database for tests and benchmarks. */
export interface PostgresServer {
  readonly connectionString: string;
  /** Whether it ends with the tests, and all that is in it. */
  readonly isOurs: boolean;
  stop(): Promise<void>;
  /** Ends it without waiting, for a process that is about to end itself. */
  abandon(): void;
}

/**
 * The server that `DATABASE_URL` names, else one of our own: from the installed binaries, in a temporary folder, on a
 * free port of the loopback interface. It gives up durability for speed, unless it is told other settings.
 */
export async function startPostgres(serverSettings: readonly string[] = HASTY): Promise<PostgresServer> {
  const given = env['DATABASE_URL'];
  if (given) return { connectionString: given, isOurs: false, stop: async () => undefined, abandon: () => undefined };
  if (BINARIES === undefined) throw new Error(`no PostgreSQL in ${INSTALLED}: install it, or set DATABASE_URL`);
  const binaries = BINARIES;
  const folder = mkdtempSync(join(tmpdir(), 'express-sso-scim-postgres-'));
  const identity = serverIdentity();
  if (identity.uid !== undefined) chownSync(folder, identity.uid, identity.gid ?? identity.uid);
  const data = join(folder, 'data');
  const settings = { ...identity, cwd: folder, env: { ...env, LC_ALL: 'C.UTF-8' } };
  await run(
    join(binaries, 'initdb'),
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync'],
    settings,
  );
  const port = await freePort();
  const options = [...serverSettings, 'max_connections=60'];
  const server = spawn(
    join(binaries, 'postgres'),
    ['-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', folder, ...options.flatMap((option) => ['-c', option])],
    { ...settings, stdio: 'ignore' },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const connectionString = `postgres://postgres@127.0.0.1:${port}/postgres`;
  await waitUntilReady(connectionString);
  return {
    connectionString,
    isOurs: true,
    async stop() {
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
    abandon() {
      server.kill('SIGQUIT');
      // It still has its files open for a moment.
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}

/** A schema name that no other test file has. */
export function newSchemaName(): string {
  return `test_${randomBytes(6).toString('hex')}`;
}

function newestInstalled(): string | undefined {
  const versions = existsSync(INSTALLED) ? readdirSync(INSTALLED) : [];
  const [newest] = versions.sort((a, b) => Number(b) - Number(a));
  return newest === undefined ? undefined : join(INSTALLED, newest, 'bin');
}

/** PostgreSQL refuses to run as root. */
function serverIdentity(): { readonly uid?: number; readonly gid?: number } {
  if (getuid?.() !== 0) return {};
  const { uid, gid } = accountOf('postgres');
  return { uid, gid };
}

function accountOf(name: string): { readonly uid: number; readonly gid: number } {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined) throw new Error(`${userInfo().username} needs an account ${name}`);
  return { uid: Number(uid), gid: Number(gid) };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

async function waitUntilReady(connectionString: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const client = new pg.Client({ connectionString });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (attempt === 600) throw error;
      await setTimeout(50);
    }
  }
}

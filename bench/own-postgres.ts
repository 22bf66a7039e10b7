import { type PostgresServer, startPostgres } from '../test/support/postgres.js';

/** As durable as PostgreSQL is by itself; the rest so that it neither reads from a disk nor tidies up while measured. */
const SERVER_SETTINGS: readonly string[] = [
  'fsync=on',
  'synchronous_commit=on',
  'full_page_writes=on',
  'shared_buffers=1GB',
  'max_wal_size=16GB',
  'checkpoint_timeout=1h',
];

/** A PostgreSQL that ends with this process, also where somebody ends that early. */
export async function startOwnPostgres(): Promise<PostgresServer> {
  const postgres = await startPostgres(SERVER_SETTINGS);
  process.once('exit', postgres.abandon);
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const) {
    process.once(signal, () => process.exit(code));
  }
  return {
    ...postgres,
    async stop() {
      process.off('exit', postgres.abandon);
      await postgres.stop();
    },
  };
}

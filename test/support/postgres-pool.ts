import pg from 'pg';

/** A pool of connections that may be lost at any time: what was asked of them fails, and nothing else. */
export function openPool(settings: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(settings);
  // Of a connection that is lost the driver tells twice: by the statement that fails, and by an event that nobody needs.
  const ignore = (): void => {};
  return pool.on('error', ignore).on('connect', (client) => void client.on('error', ignore));
}

import { once } from 'node:events';
import { env } from 'node:process';
import { Worker } from 'node:worker_threads';

/** Called by jest before all tests; `EMBEDDED_POSTGRES_PORT` tells them where the embedded PostgreSQL listens. */
export default async function serveEmbeddedPostgres() {
  const worker = new Worker(new URL('./embedded-postgres.js', import.meta.url));
  const [port] = await once(worker, 'message');
  env['EMBEDDED_POSTGRES_PORT'] = String(port);
  // It ends with the run.
  worker.unref();
}

// PostgreSQL in WebAssembly, for machines without a server: one instance serves all test files of a run. It is a thread
// of the process that starts the tests, and loaded when the first session begins. It knows one session at a time; a
// session is a connection to a port of the loopback interface, with a line of JSON for each statement and its answer.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { parentPort } from 'node:worker_threads';

let loading;
let turn = Promise.resolve();

async function load() {
  const { PGlite } = await import('@electric-sql/pglite');
  return PGlite.create();
}

async function serveSession(socket, database) {
  const answer = (value) => {
    const line = JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each));
    if (socket.writable) socket.write(`${line}\n`);
  };
  answer({ isReady: true });
  let rest = '';
  socket.setEncoding('utf8');
  for await (const text of socket) {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { sql, parameters } = JSON.parse(line);
      try {
        const results = parameters.length > 0 ? [await database.query(sql, parameters)] : await database.exec(sql);
        const { rows, affectedRows } = results.at(-1) ?? {};
        answer({ rows, affectedRows });
      } catch (error) {
        answer({ failure: { message: error.message, code: error.code } });
      }
    }
  }
}

const server = createServer((socket) => {
  socket.setNoDelay().on('error', () => socket.destroy());
  turn = turn.then(async () => {
    if (socket.destroyed) return;
    loading ??= load();
    const database = await loading;
    await serveSession(socket, database).catch(() => socket.destroy());
    // Whatever the session has left behind: a transaction, settings, locks.
    await database.exec('rollback');
    await database.exec('discard all');
  });
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
parentPort.postMessage(server.address().port);

import { createServer, type ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';

/** A server on loopback that behaves badly by path. */
export interface LoopbackServer {
  readonly origin: string;
  readonly port: number;
  /** Requests that arrived, by path. */
  readonly paths: readonly string[];
  /** Bytes of bodies that were written so far. */
  sent(): number;
  close(): Promise<void>;
}

/** Starts a {@link LoopbackServer}; with a certificate it speaks https. */
export async function createLoopbackServer(certificate?: {
  readonly key: string;
  readonly cert: string;
}): Promise<LoopbackServer> {
  let sent = 0;
  const paths: string[] = [];
  const sockets = new Set<Socket>();
  const CHUNK = Buffer.alloc(65_536, ' ');

  function pour(response: ServerResponse): void {
    if (response.destroyed || sent > 64 * 1_048_576) return void response.end();
    sent += CHUNK.length;
    response.write(CHUNK, () => pour(response));
  }

  const listener: Parameters<typeof createServer>[1] = (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://x');
    paths.push(pathname);
    request.resume();
    // A provider below such a path behaves like the path.
    switch (/^\/[^/]*/.exec(pathname)?.[0]) {
      case '/endless':
        response.writeHead(200, { 'content-type': 'application/json' });
        return pour(response);
      case '/announced':
        return void response.writeHead(200, { 'content-length': 64 * 1_048_576 }).flushHeaders();
      case '/silent':
        return undefined;
      case '/drip':
        response.writeHead(200);
        return void response.write('{');
      case '/redirect':
        return void response.writeHead(302, { location: '/json' }).end();
      case '/packed':
        return void response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
      case '/cut':
        response.writeHead(200, { 'content-length': 100 });
        return void response.write('{', () => response.destroy());
      case '/garbage':
        return void request.socket.end('HELLO\r\n\r\n');
      default:
        response.writeHead(200, { 'content-type': 'application/json' });
        return void response.end(JSON.stringify({ path: pathname, method: request.method, headers: request.headers }));
    }
  };
  const server = certificate ? https.createServer(certificate, listener) : createServer(listener);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `${certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    paths,
    sent: () => sent,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

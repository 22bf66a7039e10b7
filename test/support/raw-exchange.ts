import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Express } from 'express';

export interface RawAnswer {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/**
 * Sends bytes as they stand and keeps the sending side open. Resolves once the server has closed the connection; rejects
 * where the server waits for more, or keeps the connection alive.
 */
export async function exchangeUntilClosed(app: Express, bytes: string | Uint8Array): Promise<RawAnswer> {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.setEncoding('utf8');
  socket.setTimeout(4000, () => socket.destroy(new Error('the server keeps the connection open')));
  socket.write(bytes);
  let received = '';
  try {
    for await (const chunk of socket) received += chunk;
  } finally {
    server.close();
    server.closeAllConnections();
  }
  return parse(received);
}

/** Sends bytes, waits until the server is at work on them, and breaks the connection off. Resolves once the server is rid of it. */
export async function sendAndHangUp(app: Express, bytes: string): Promise<void> {
  const server = app.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(bytes);
  await once(server, 'request');
  await setTimeout(20);
  socket.destroy();
  const closed = once(server, 'close');
  server.close();
  await closed;
}

function parse(received: string): RawAnswer {
  const end = received.indexOf('\r\n\r\n');
  const [statusLine = '', ...lines] = received.slice(0, end).split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { status: Number(statusLine.split(' ')[1]), headers: new Map(headers), text: received.slice(end + 4) };
}

import { connect, type Socket } from 'node:net';

/** One answer, taken apart no further than needed. */
export interface HttpAnswer {
  readonly status: number;
  /** The status line and all headers, as they came. */
  readonly head: string;
  readonly body: string;
}

/**
 * A client that costs little next to the server it asks: connections that stay open, requests that are bytes already,
 * answers that are read as far as their length. It knows only answers with `Content-Length`, or without body.
 */
export interface HttpClient {
  /** Sends one request on the first connection. */
  send(request: Buffer): Promise<HttpAnswer>;
  /**
   * Sends `count` requests, one at a time on each of several connections. `next` makes a request for the connection
   * with that number. Rejects at the first answer with another status.
   */
  sendMany(count: number, connections: number, status: number, next: (connection: number) => Buffer): Promise<void>;
  close(): void;
}

/** Opens connections to a port of this machine. */
export async function createHttpClient(port: number, connections: number): Promise<HttpClient> {
  const open = await Promise.all(Array.from({ length: connections }, () => openConnection(port)));
  const first = open[0];
  if (!first) throw new RangeError('a client needs a connection');

  return {
    send(request) {
      return new Promise((resolve, reject) => {
        first.exchange(request, reject, (status, bytes, bodyStart) => {
          resolve({
            status,
            head: bytes.toString('latin1', 0, bodyStart),
            body: bytes.toString('utf8', bodyStart),
          });
        });
      });
    },

    sendMany(count, connectionCount, expected, next) {
      return new Promise((resolve, reject) => {
        let left = count;
        let unanswered = count;
        open.slice(0, connectionCount).forEach((connection, number) => {
          const answered = (status: number, bytes: Buffer): void => {
            if (status !== expected) {
              reject(new Error(`expected ${expected}, got: ${bytes.toString('utf8', 0, 2000)}`));
              return;
            }
            unanswered -= 1;
            if (unanswered === 0) resolve();
            else sendNext();
          };
          const sendNext = (): void => {
            if (left === 0) return;
            left -= 1;
            connection.exchange(next(number), reject, answered);
          };
          sendNext();
        });
      });
    },

    close() {
      for (const connection of open) connection.close();
    },
  };
}

type OnAnswer = (status: number, bytes: Buffer, bodyStart: number) => void;

interface Connection {
  exchange(request: Buffer, onError: (error: Error) => void, onAnswer: OnAnswer): void;
  close(): void;
}

const HEAD_END = '\r\n\r\n';

async function openConnection(port: number): Promise<Connection> {
  const socket = await connected(port);
  let onAnswer: OnAnswer | undefined;
  let onError: ((error: Error) => void) | undefined;
  let chunks: Buffer[] = [];
  let received = 0;
  let status = 0;
  let bodyStart = 0;
  let expected = Number.POSITIVE_INFINITY;

  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    received += chunk.length;
    if (bodyStart === 0) readHead();
    if (received < expected) return;
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    const answered = onAnswer;
    const [start, code] = [bodyStart, status];
    chunks = [];
    received = 0;
    bodyStart = 0;
    expected = Number.POSITIVE_INFINITY;
    answered?.(code, bytes, start);
  });
  socket.on('error', (error) => onError?.(error));
  socket.on('close', () => onError?.(closedEarly()));

  function readHead(): void {
    const bytes = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
    const end = bytes.indexOf(HEAD_END);
    if (end < 0) return;
    const head = bytes.toString('latin1', 0, end);
    status = Number(head.slice(9, 12));
    bodyStart = end + HEAD_END.length;
    expected = bodyStart + Number(/\r\ncontent-length: (\d+)/i.exec(head)?.[1] ?? 0);
  }

  return {
    exchange(request, failed, answered) {
      if (socket.destroyed) {
        failed(closedEarly());
        return;
      }
      onError = failed;
      onAnswer = answered;
      socket.write(request);
    },
    close() {
      onError = undefined;
      socket.destroy();
    },
  };
}

function closedEarly(): Error {
  return new Error('the server closed the connection');
}

function connected(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

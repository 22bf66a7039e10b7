import { connect, type Socket } from 'node:net';
import { env } from 'node:process';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely';

/** How a dialect uses the embedded PostgreSQL. */
export interface EmbeddedSessions {
  /** Keeps one session for itself until its end, so that settings stay. Nobody else gets in meanwhile. */
  readonly isKept?: boolean;
  /** The schema that names without one lead to. */
  readonly searchPath?: string;
}

/** Speaks to the PostgreSQL of `embedded-postgres.js`, with a session for each connection that Kysely asks for. */
export function embeddedDialect(sessions: EmbeddedSessions = {}): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => createDriver(sessions),
    createIntrospector: (kysely) => new PostgresIntrospector(kysely),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

interface Answer {
  readonly isReady?: true;
  readonly rows?: readonly unknown[];
  readonly affectedRows?: number;
  readonly failure?: { readonly message: string; readonly code?: string };
}

/** A session of the embedded PostgreSQL. Statements sent at the same time are done one after the other. */
export interface EmbeddedConnection extends DatabaseConnection {
  end(): void;
}

/** Waits for its turn: there is one session at a time. */
async function openEmbeddedSession(searchPath?: string): Promise<EmbeddedConnection> {
  const socket = connect({ host: '127.0.0.1', port: Number(env['EMBEDDED_POSTGRES_PORT']), noDelay: true });
  const nextAnswer = readAnswers(socket);
  await nextAnswer();

  async function executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const answered = nextAnswer();
    socket.write(`${JSON.stringify({ sql, parameters })}\n`);
    const { rows = [], affectedRows, failure } = await answered;
    if (failure) throw Object.assign(new Error(failure.message), { code: failure.code });
    return {
      rows: rows as R[],
      ...(affectedRows === undefined ? {} : { numAffectedRows: BigInt(affectedRows) }),
    };
  }

  if (searchPath !== undefined) await executeQuery(CompiledQuery.raw(`set search_path to "${searchPath}"`));
  return {
    executeQuery,
    streamQuery: () => {
      throw new Error('nothing here reads in streams');
    },
    end: () => socket.destroy(),
  };
}

/** Gives the answers to the statements in their order. */
function readAnswers(socket: Socket): () => Promise<Answer> {
  const waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = [];
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = `${rest}${text}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) waiting.shift()?.resolve(JSON.parse(line) as Answer);
  });
  const fail = (): void => {
    const gone = Object.assign(new Error('the session is over'), { code: 'ECONNRESET' });
    for (const each of waiting.splice(0)) each.reject(gone);
  };
  socket.on('error', fail).on('close', fail);
  return () => new Promise((resolve, reject) => void waiting.push({ resolve, reject }));
}

function createDriver({ isKept = false, searchPath }: EmbeddedSessions): Driver {
  const open = () => openEmbeddedSession(searchPath);
  let kept: Promise<EmbeddedConnection> | undefined;
  let isFree = Promise.resolve();
  let giveBack = (): void => {};

  async function keptSession(): Promise<EmbeddedConnection> {
    const before = isFree;
    let release = (): void => {};
    isFree = new Promise((resolve) => {
      release = resolve;
    });
    await before;
    giveBack = release;
    kept ??= open();
    return kept;
  }

  const send = async (connection: DatabaseConnection, text: string) => {
    await connection.executeQuery(CompiledQuery.raw(text));
  };
  return {
    init: async () => undefined,
    acquireConnection: () => (isKept ? keptSession() : open()),
    beginTransaction: (connection, { isolationLevel }) =>
      send(connection, isolationLevel ? `start transaction isolation level ${isolationLevel}` : 'begin'),
    commitTransaction: (connection) => send(connection, 'commit'),
    rollbackTransaction: (connection) => send(connection, 'rollback'),
    releaseConnection: async (connection) => {
      if (isKept) giveBack();
      else (connection as EmbeddedConnection).end();
    },
    destroy: async () => (await kept)?.end(),
  };
}

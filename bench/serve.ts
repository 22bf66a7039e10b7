import type { AddressInfo } from 'node:net';
import type { Express } from 'express';

/** What the measuring process tells a server when it starts it. */
export interface ServerSettings {
  /** Where the clock of every server stands until it is let go. */
  readonly instant: number;
  readonly scale: { readonly users: number; readonly mediumGroup: number };
  /** Whether it keeps a record of the calls that it answers; not unless told. */
  readonly traffic?: boolean;
  /** Of the server whose answers this one is filled from, with its token. */
  readonly origin?: { readonly port: number; readonly token: string };
  /** Where its data are, in tables that are filled already; in its memory unless given. */
  readonly database?: DatabaseSettings;
}

/** Tables in PostgreSQL, in a schema of their own. */
export interface DatabaseSettings {
  readonly connectionString: string;
  readonly schema: string;
  /** What gives access to the directory in them. */
  readonly token: string;
}

/** What a server has used since it was started. */
export interface Usage {
  /** CPU time in microseconds, of all threads. */
  readonly cpu: number;
  /** Resident memory in bytes. */
  readonly rss: number;
  /** The most it ever had. */
  readonly peakRss: number;
}

export interface Command {
  readonly number: number;
  readonly name: string;
}

export type Reply =
  | { readonly ready: { readonly port: number } }
  | { readonly number: number; readonly result: unknown };

/** Where all servers are mounted, and what their answers call it. */
export const MOUNT = '/scim/v2';
export const ORGANIZATION_ID = 'bench';
export const DIRECTORY_ID = 'bench';
export const BASE_URL: string = `https://scim.example.com${MOUNT}`;

export function readSettings(): ServerSettings {
  return JSON.parse(process.argv[2] ?? '{}') as ServerSettings;
}

/** Says how far a long step has come, ten times. */
export function noteProgress(step: string, done: number, total: number): void {
  if (done % Math.ceil(total / 10) === 0 || done === total) {
    console.log(`  ${step}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`);
  }
}

/** Listens on a free port and answers the commands of the measuring process. */
export function serve(app: Express, commands: Readonly<Record<string, () => unknown>>): void {
  const all: Readonly<Record<string, () => unknown>> = { usage, collect: () => globalThis.gc?.(), ...commands };
  process.on('message', async ({ number, name }: Command) => {
    reply({ number, result: await all[name]?.() });
  });
  process.on('disconnect', () => process.exit());
  const server = app.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    reply({ ready: { port } });
  });
  // A server waits longer for its turn than Node.js keeps an idle connection.
  server.keepAliveTimeout = 0;
}

function reply(message: Reply): void {
  process.send?.(message);
}

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, rss: process.memoryUsage.rss(), peakRss: process.resourceUsage().maxRSS * 1024 };
}

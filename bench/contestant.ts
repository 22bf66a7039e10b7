import { readRequest, type Site } from './cases.js';
import { createHttpClient, type HttpClient } from './http-client.js';
import type { Scale } from './population.js';
import type { Usage } from './serve.js';
import type { ServerProcess } from './server-process.js';

export type ContestantName = 'ours' | 'bare' | 'bare again' | 'peer';

/** A server that is measured, and the way to it. */
export interface Contestant {
  readonly name: ContestantName;
  readonly client: HttpClient;
  readonly site: Site;
  usage(): Promise<Usage>;
  /** Clears the garbage of the cases before away, so that nobody pays for it in this one. */
  collect(): Promise<unknown>;
}

export interface ContestantSettings {
  readonly token: string;
  readonly scale: Scale;
  readonly connections: number;
}

/** Connects to a server that is filled, and collects the cursors of its pages where it is asked for them. */
export async function meetContestant(
  name: ContestantName,
  server: ServerProcess,
  { token, scale, connections }: ContestantSettings,
  cursors: 'with cursors' | 'without cursors',
): Promise<Contestant> {
  const contestant = await meetServer(name, server, connections);
  const met = cursors === 'with cursors' ? await walk(contestant.client, token) : [];
  return { ...contestant, site: { token, scale, cursors: met }, collect: () => server.command('collect') };
}

/** Connects to a server of which nothing is known. What it has to clear away stays. */
export async function meetServer(
  name: ContestantName,
  server: ServerProcess,
  connections: number,
): Promise<Contestant> {
  return {
    name,
    client: await createHttpClient(server.port, connections),
    site: { token: '', scale: { users: 0, mediumGroup: 0 }, cursors: [] },
    usage: async () => (await server.command('usage')) as Usage,
    collect: async () => undefined,
  };
}

async function walk(client: HttpClient, token: string): Promise<readonly string[]> {
  const cursors: string[] = [];
  let cursor: string | undefined = '';
  while (cursor !== undefined) {
    cursors.push(cursor);
    const answer = await client.send(readRequest(`/Users?cursor=${cursor}&count=100`, token));
    cursor = (JSON.parse(answer.body) as { readonly nextCursor?: string }).nextCursor;
  }
  return cursors;
}

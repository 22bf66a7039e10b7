import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { RequestHandler } from 'express';
import { byHandApp, type LoginApp, oursApp } from './login-apps.js';
import { createLoginProvider } from './login-provider.js';
import { median } from './median.js';
import { type HalfResult, type LoginFigures, loginResult } from './report.js';

/** The name of this figure. */
export const LOGIN = 'login';

export interface LoginPlan {
  readonly slices: number;
  /** Logins of each application before the first slice. */
  readonly warmUp: number;
  /** Logins of each application in a slice. */
  readonly logins: number;
}

interface Contestant {
  /** Milliseconds of own work of one login, over so many of them. */
  measure(logins: number): Promise<number>;
  fetches(): number;
  close(): void;
}

/**
 * Measures what one login costs the application: from its first middleware to the end of the answer, for start and
 * callback together, without what the provider does. Logins come one after the other. Slices are short and compared one by
 * one: what else the machine does comes in bursts, and hits everybody in a slice alike.
 */
export async function measureLogins({ slices, warmUp, logins }: LoginPlan): Promise<HalfResult> {
  const [ours, byHand, again] = [await meet(oursApp), await meet(byHandApp), await meet(byHandApp)] as const;
  const all = [ours, byHand, again];
  const times = new Map<Contestant, number[]>(all.map((each) => [each, []]));
  for (const each of all) await each.measure(warmUp);
  for (let slice = 0; slice < slices; slice += 1) {
    // Each goes first as often as the others.
    for (let turn = 0; turn < all.length; turn += 1) {
      const each = all[(slice + turn) % all.length] as Contestant;
      times.get(each)?.push(await each.measure(logins));
    }
  }
  const timesOf = (contestant: Contestant) => times.get(contestant) ?? [];
  for (const each of all) each.close();
  const figures: LoginFigures = {
    ours: median(timesOf(ours)),
    byHand: median(timesOf(byHand)),
    ratio: medianRatio(timesOf(ours), timesOf(byHand)),
    control: medianRatio(timesOf(byHand), timesOf(again)),
    logins: warmUp + logins * slices,
    fetches: ours.fetches(),
  };
  const { text, result } = loginResult(LOGIN, figures);
  console.log(text);
  return result;
}

/** The median of what one slice of the first is through the same slice of the second. */
function medianRatio(first: readonly number[], second: readonly number[]): number {
  return median(first.map((time, slice) => time / (second[slice] ?? Number.NaN)));
}

async function meet(make: LoginApp): Promise<Contestant> {
  const provider = createLoginProvider();
  let worked = 0;
  const watch: RequestHandler = (_request, response, next) => {
    const [start, provided] = [performance.now(), provider.busy()];
    response.once('finish', () => {
      worked += performance.now() - start - (provider.busy() - provided);
    });
    next();
  };
  const server = createServer(await make(provider, watch)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  async function get(path: string, cookie: string): Promise<IncomingMessage> {
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ port, agent, path, host: '127.0.0.1', headers: { host: 'app.example', cookie } }, resolve)
        .on('error', reject)
        .end();
    });
    answer.resume();
    await once(answer, 'end');
    return answer;
  }

  async function login(): Promise<void> {
    const { headers } = await get('/login/acme', '');
    const cookies = (headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0]).join('; ');
    const answer = await get(`/signin-oidc?${provider.authorize(headers.location ?? '')}`, cookies);
    if (answer.statusCode !== 303) throw new Error(`a login was answered ${answer.statusCode}`);
  }

  return {
    async measure(logins) {
      worked = 0;
      for (let count = 0; count < logins; count += 1) await login();
      return worked / logins;
    },
    fetches: provider.fetches,
    close() {
      agent.destroy();
      server.close();
    },
  };
}

import type { Request, RequestHandler, Response } from 'express';
import { createScimRouter, type Storage } from 'express-sso-scim';
import { median } from './median.js';
import { createMemberChanges, type GroupSize, type OneMemberChange } from './member-changes.js';
import { createRandom, type Scale } from './population.js';
import { DIRECTORY_ID } from './serve.js';

/** What one member change costs in a group of a size, without the network. */
export interface Growth {
  readonly size: GroupSize;
  readonly microseconds: number;
  /** Calls of the storage port that one change makes, by store and method. */
  readonly storageCalls: Readonly<Record<string, number>>;
}

/** How much is measured. */
interface Rounds {
  readonly rounds: number;
  readonly changesInARound: number;
}

/** What is measured: changes of groups of several sizes, by a router. */
interface GrowthSubject {
  readonly storage: Storage;
  readonly token: string;
  open(storage: Storage): RequestHandler;
  /** Makes changes that really change; with another seed other ones. */
  changesOf(size: GroupSize, random: () => number): () => OneMemberChange;
}

/** What a change costs in groups of three sizes, for the protocol alone. */
export function measureGrowth(storage: Storage, token: string, scale: Scale): Promise<readonly Growth[]> {
  const subject: GrowthSubject = {
    storage,
    token,
    open: createScimRouter,
    changesOf: (size, random) => createMemberChanges(scale, size, 0, random),
  };
  return measureSizes(subject, ['small', 'medium', 'large'], { rounds: 61, changesInARound: 400 });
}

/**
 * Changes one member at a time by calling the router itself, in groups of several sizes turn by turn. The answers leave
 * `members` out, so that they are equally long.
 */
export async function measureSizes(
  subject: GrowthSubject,
  sizes: readonly GroupSize[],
  { rounds, changesInARound }: Rounds,
): Promise<readonly Growth[]> {
  globalThis.gc?.();
  const { storage, token } = subject;
  const router = subject.open(storage);
  const random = createRandom(7);
  const times = new Map<GroupSize, number[]>(sizes.map((size) => [size, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const size of [...sizes].sort(() => random() - 0.5)) {
      const next = subject.changesOf(size, random);
      const before = process.hrtime.bigint();
      for (let made = 0; made < changesInARound; made += 1) await changeOne(router, token, next());
      const nanoseconds = Number(process.hrtime.bigint() - before);
      // The first round is for warming up.
      if (round > 0) times.get(size)?.push(nanoseconds / 1000 / changesInARound);
    }
  }
  const growth: Growth[] = [];
  for (const [size, microseconds] of times) {
    growth.push({ size, microseconds: median(microseconds), storageCalls: await countCalls(subject, size) });
  }
  return growth;
}

async function countCalls(subject: GrowthSubject, size: GroupSize): Promise<Readonly<Record<string, number>>> {
  const calls: Record<string, number> = {};
  const { storage, token } = subject;
  const router = subject.open(counting(storage, calls));
  const next = subject.changesOf(size, createRandom(8));
  // The first change also looks the token up.
  await changeOne(router, token, next());
  for (const name of Object.keys(calls)) delete calls[name];
  await changeOne(router, token, next());
  return calls;
}

/** The same storage, which notes every call, also within transactions. */
function counting(storage: Storage, calls: Record<string, number>): Storage {
  const note = (name: string): void => {
    calls[name] = (calls[name] ?? 0) + 1;
  };
  const counted = <T extends object>(name: string, store: T): T =>
    new Proxy(store, {
      get(target, method) {
        const value: unknown = Reflect.get(target, method);
        if (typeof value !== 'function') return value;
        return (...given: unknown[]) => {
          note(`${name}.${String(method)}`);
          return value.apply(target, given) as unknown;
        };
      },
    });
  const stores = Object.entries(storage).filter(([, store]) => typeof store === 'object' && store !== null);
  return {
    ...storage,
    ...Object.fromEntries(stores.map(([name, store]) => [name, counted(name, store as object)])),
    transaction: (scope, work) => {
      note('transaction');
      return storage.transaction(scope, (inside) => work(counting(inside, calls)));
    },
  };
}

/** Hands the router a request whose body is parsed already, and waits for its answer. */
function changeOne(router: RequestHandler, token: string, { groupId, patch }: OneMemberChange): Promise<void> {
  return new Promise((resolve, reject) => {
    const request: Partial<Request> = {
      method: 'PATCH',
      baseUrl: '',
      url: `/${DIRECTORY_ID}/Groups/${groupId}?excludedAttributes=members`,
      headers: { authorization: `Bearer ${token}` },
      readableEnded: true,
      body: patch,
    };
    let status = 0;
    const response = {
      writeHead(code: number) {
        status = code;
      },
      end(text: string) {
        if (status === 200) resolve();
        else reject(new Error(`a member change was answered with ${status}: ${text}`));
      },
    };
    router(request as Request, response as object as Response, reject);
  });
}

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

const SIZES: readonly GroupSize[] = ['small', 'medium', 'large'];
const ROUNDS = 61;
const CHANGES_IN_A_ROUND = 400;

/**
 * Changes one member at a time by calling the router itself, in groups of three sizes turn by turn. The answers leave
 * `members` out, so that they are equally long.
 */
export async function measureGrowth(storage: Storage, token: string, scale: Scale): Promise<readonly Growth[]> {
  globalThis.gc?.();
  const router = createScimRouter(storage);
  const random = createRandom(7);
  const times = new Map<GroupSize, number[]>(SIZES.map((size) => [size, []]));
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const size of [...SIZES].sort(() => random() - 0.5)) {
      const next = createMemberChanges(scale, size, 0, random);
      const before = process.hrtime.bigint();
      for (let made = 0; made < CHANGES_IN_A_ROUND; made += 1) await changeOne(router, token, next());
      const nanoseconds = Number(process.hrtime.bigint() - before);
      // The first round is for warming up.
      if (round > 0) times.get(size)?.push(nanoseconds / 1000 / CHANGES_IN_A_ROUND);
    }
  }
  const growth: Growth[] = [];
  for (const [size, microseconds] of times) {
    growth.push({
      size,
      microseconds: median(microseconds),
      storageCalls: await countCalls(storage, token, scale, size),
    });
  }
  return growth;
}

async function countCalls(
  storage: Storage,
  token: string,
  scale: Scale,
  size: GroupSize,
): Promise<Readonly<Record<string, number>>> {
  const calls: Record<string, number> = {};
  const router = createScimRouter(counting(storage, calls));
  const next = createMemberChanges(scale, size, 0, createRandom(8));
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
  return {
    ...storage,
    directories: counted('directories', storage.directories),
    directoryUsers: counted('directoryUsers', storage.directoryUsers),
    groups: counted('groups', storage.groups),
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

import { type ChangedGroup, createMemberChanges } from './member-changes.js';
import {
  createRandom,
  ENTERPRISE_SCHEMA,
  groupId,
  homeEmail,
  type Scale,
  SMALL_GROUPS,
  USER_SCHEMA,
  userAttributes,
  userId,
  userName,
} from './population.js';
import { DIRECTORY_ID, MOUNT } from './serve.js';

/** What the requests to one server are made from. */
export interface Site {
  readonly scale: Scale;
  readonly token: string;
  /** Cursors of pages of 100, from the first to the last, as this server gave them. */
  readonly cursors: readonly string[];
}

/** Makes the next request for the connection with that number. */
export type NextRequest = (connection: number) => Buffer;

/** The smallest ratios that are good enough. */
interface Targets {
  readonly bare: number;
  readonly peer?: number;
  /** To bare on PostgreSQL; absent where that is not measured. */
  readonly postgres?: number;
}

export interface BenchCase {
  readonly name: string;
  readonly targets: Targets;
  /** The status of every answer. */
  readonly status: 200 | 201;
  /** How much of the peer is measured: all that it can in a slice, a few requests, or nothing. */
  readonly peer: 'slices' | 'few' | 'none';
  /** What each server makes up itself, so that no two agree on it: the id of a new user, the text of a cursor. */
  readonly madeUp?: 'id' | 'cursor';
  /** The same requests in the same order for each server; with another seed others, so that a write changes something. */
  requests(site: Site, seed: number): NextRequest;
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** Where ours keeps its data. */
export const STORAGES = ['memory', 'postgres'] as const;
export type StorageName = (typeof STORAGES)[number];

/** What is measured on a storage. */
export function casesOn(storage: StorageName): readonly BenchCase[] {
  if (storage === 'memory') return CASES;
  return CASES.flatMap((benchCase) => {
    const { name, targets } = benchCase;
    if (targets.postgres === undefined) return [];
    return [{ ...benchCase, name: `postgres: ${name}`, targets: { bare: targets.postgres }, peer: 'none' }];
  });
}

/** Reads come first: the writes change how many users there are. */
const CASES: readonly BenchCase[] = [
  {
    name: 'get user',
    targets: { bare: 0.85, peer: 5, postgres: 0.8 },
    status: 200,
    peer: 'slices',
    requests: reads(({ scale }, random) => `/Users/${userId(pick(scale.users, random))}`),
  },
  {
    name: 'filter userName eq',
    targets: { bare: 0.85, postgres: 0.8 },
    status: 200,
    peer: 'slices',
    requests: reads(({ scale }, random) => filtered(`userName eq "${userName(pick(scale.users, random))}"`)),
  },
  {
    name: 'list of 100',
    targets: { bare: 0.8, peer: 50, postgres: 0.75 },
    status: 200,
    peer: 'slices',
    // Not from the very first: there the peer cuts its page twice.
    requests: reads(({ scale }, random) => `/Users?startIndex=${101 + pick(scale.users - 200, random)}&count=100`),
  },
  {
    name: 'deep cursor page',
    targets: { bare: 0.8 },
    status: 200,
    peer: 'none',
    madeUp: 'cursor',
    requests: reads(({ cursors }, random) => {
      const half = Math.floor(cursors.length / 2);
      return `/Users?cursor=${cursors[half + pick(cursors.length - half, random)]}&count=100`;
    }),
  },
  {
    name: 'filter emails.value eq',
    targets: { bare: 0.8 },
    status: 200,
    peer: 'none',
    requests: reads(({ scale }, random) => filtered(`emails.value eq "${homeEmail(pick(scale.users, random))}"`)),
  },
  {
    name: 'get group of 100,000 without members',
    targets: { bare: 0.85 },
    status: 200,
    peer: 'none',
    requests: reads(() => `/Groups/${groupId('large')}?excludedAttributes=members`),
  },
  memberCase('patch group of 10', 'small', { bare: 0.8, peer: 15, postgres: 0.7 }, 'slices'),
  memberCase('patch group of 10,000', 'medium', { bare: 0.8, peer: 5000, postgres: 0.7 }, 'few'),
  memberCase('patch group of 100,000', 'large', { bare: 0.8, postgres: 0.7 }, 'none'),
  {
    name: 'patch user',
    targets: { bare: 0.8, postgres: 0.7 },
    status: 200,
    peer: 'slices',
    requests(site, seed) {
      const random = createRandom(seed);
      let made = 0;
      return () => {
        made += 1;
        const Operations = [
          { op: 'replace', path: 'title', value: `Engineer ${seed}.${made}` },
          { op: 'replace', path: 'name.familyName', value: `Name ${seed}.${made}` },
        ];
        const id = userId(pick(site.scale.users, random));
        return writeRequest('PATCH', `/Users/${id}`, { schemas: [PATCH_OP], Operations }, site);
      };
    },
  },
  {
    name: 'post user',
    targets: { bare: 0.8, peer: 5, postgres: 0.7 },
    status: 201,
    peer: 'slices',
    madeUp: 'id',
    requests(site, seed) {
      let index = seed * 10_000_000;
      return () => {
        index += 1;
        const schemas = [USER_SCHEMA, ENTERPRISE_SCHEMA];
        return writeRequest('POST', '/Users', { schemas, ...userAttributes(index) }, site);
      };
    },
  },
];

/** The case that adds and removes one member at a time. */
export function memberCase(
  name: string,
  changed: ChangedGroup,
  targets: Targets,
  peer: BenchCase['peer'],
  query = '',
): BenchCase {
  return {
    name,
    targets,
    status: 200,
    peer,
    requests(site, seed) {
      const lanes = Array.from({ length: SMALL_GROUPS }, (_, lane) =>
        createMemberChanges(site.scale, changed, lane, createRandom(seed * SMALL_GROUPS + lane)),
      );
      return (connection) => {
        const change = lanes[connection]?.();
        if (!change) throw new RangeError(`there is no connection ${connection}`);
        return writeRequest('PATCH', `/Groups/${change.groupId}${query}`, change.patch, site);
      };
    },
  };
}

function reads(path: (site: Site, random: () => number) => string): BenchCase['requests'] {
  return (site, seed) => {
    const random = createRandom(seed);
    return () => readRequest(path(site, random), site.token);
  };
}

/** The bytes of a GET. */
export function readRequest(path: string, token: string): Buffer {
  return Buffer.from(`${head('GET', path, token)}\r\n`);
}

/** The bytes of a request with a body. */
export function writeRequest(
  method: 'POST' | 'PUT' | 'PATCH',
  path: string,
  message: object,
  { token }: Pick<Site, 'token'>,
): Buffer {
  const body = JSON.stringify(message);
  const length = Buffer.byteLength(body);
  return Buffer.from(
    `${head(method, path, token)}Content-Type: application/scim+json\r\nContent-Length: ${length}\r\n\r\n${body}`,
  );
}

function head(method: string, path: string, token: string): string {
  return (
    `${method} ${MOUNT}/${DIRECTORY_ID}${path} HTTP/1.1\r\nHost: scim.example.com\r\n` +
    `User-Agent: bench\r\nAccept: application/scim+json\r\nAuthorization: Bearer ${token}\r\n`
  );
}

function filtered(filter: string): string {
  return `/Users?filter=${encodeURIComponent(filter)}`;
}

function pick(count: number, random: () => number): number {
  return Math.floor(random() * count);
}

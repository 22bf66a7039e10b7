import type { Request } from 'express';
import { createCachedLookup } from '../core/cached-lookup.js';
import type { Clock } from '../core/clock.js';
import { newId } from '../core/id.js';
import type { Logger } from '../core/logger.js';
import type { ScimResponse } from '../scim/message/scim-message.js';
import { callEntry } from '../scim/traffic/call-entry.js';
import { createTrafficRecorder } from '../scim/traffic/traffic-recorder.js';
import type { Directory } from '../storage/directory-store.js';
import type { Storage } from '../storage/storage.js';
import type { TrafficStore } from '../storage/traffic-store.js';
import { hashOfToken, readAuthorization } from '../tenancy/bearer-token.js';
import { normalizeHost } from '../tenancy/host-name.js';
import type { DirectoryPrincipal } from '../tenancy/principal.js';
import { requestHost } from './request-host.js';
import type { ScimRouterOptions } from './scim-router-options.js';

/** What is known of a call while it is being answered; filled in on the way. */
export interface CallNotes {
  readonly requestId: string;
  readonly startedAt: number;
  /** The segment of the path that names the directory. */
  address?: string | undefined;
  segments?: readonly string[];
  query?: string;
  body?: unknown;
  principal?: DirectoryPrincipal;
  /** Why it was not let in. */
  refusal?: string;
}

/** Records the calls of a router. */
export interface CallRecord {
  begin(): CallNotes;
  /** Once the answer is on its way. Neither throws nor makes anybody wait. */
  end(request: Request, notes: CallNotes, answer: ScimResponse): void;
}

export interface CallRecordOptions {
  readonly storage: Storage;
  readonly traffic: TrafficStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly directoryFrom: NonNullable<ScimRouterOptions['directoryFrom']>;
  readonly kind: string;
  /** Paths of the host's own resource types. */
  readonly endpoints: readonly string[];
  readonly entries: number;
  readonly days: number;
}

/** Looks at the storage for the directory of somebody who was not let in; more often and strangers could keep it busy. */
const MOST_LOOKUPS = 20;
const LOOKUP_WINDOW = 1000;
const LOOKUP_SECONDS = 60;

export function createCallRecord(options: CallRecordOptions): CallRecord {
  const { storage, traffic, clock, logger, directoryFrom, kind, entries, days } = options;
  const recorder = createTrafficRecorder({ traffic, clock, logger, entries, days });
  const endpoints: ReadonlySet<string> = new Set(options.endpoints);
  const addressed = createCachedLookup<Directory>({ clock, seconds: LOOKUP_SECONDS, maxEntries: 1000, load: find });
  let window = { beganAt: Number.NEGATIVE_INFINITY, lookups: 0 };

  async function find(key: string): Promise<Directory | undefined> {
    const { directories } = storage;
    if (directoryFrom === 'path') return directories.get(key);
    return directoryFrom === 'host' ? directories.findByHost(key) : (await directories.findToken(key))?.directory;
  }

  /** What leads to the directory of a call without anybody having been let in. */
  function keyOf(request: Request, { address }: CallNotes): string | undefined {
    if (directoryFrom === 'path') return address;
    if (directoryFrom === 'host') return normalizeHost(requestHost(request));
    const token = readAuthorization(request.headers.authorization);
    return token === undefined ? undefined : hashOfToken(token);
  }

  async function locate(request: Request, notes: CallNotes): Promise<Directory | undefined> {
    const key = keyOf(request, notes);
    if (key === undefined) return undefined;
    const now = clock.now();
    const known = addressed.peek(key, now);
    if (known !== undefined) return known ?? undefined;
    if (!(now - window.beganAt < LOOKUP_WINDOW)) window = { beganAt: now, lookups: 0 };
    window.lookups += 1;
    return window.lookups > MOST_LOOKUPS ? undefined : ((await addressed.load(key)) ?? undefined);
  }

  function note(request: Request, notes: CallNotes, answer: ScimResponse, directory: Directory, endedAt: number): void {
    const { organizationId, id: directoryId } = directory;
    const entry = callEntry(
      {
        id: notes.requestId,
        startedAt: notes.startedAt,
        endedAt,
        authorization: request.headers.authorization,
        url: request.url,
        method: request.method,
        segments: notes.segments ?? [],
        query: notes.query ?? '',
        body: notes.body,
        answer,
        refusal: notes.refusal,
        tokenId: notes.principal?.tokenId,
        agent: request.headers['user-agent'],
      },
      endpoints,
    );
    recorder.note({ organizationId, directoryId }, entry);
  }

  async function noteStranger(request: Request, notes: CallNotes, answer: ScimResponse): Promise<void> {
    const endedAt = clock.now();
    const directory = await locate(request, notes);
    if (directory?.kind === kind) note(request, notes, answer, directory, endedAt);
  }

  function tellFailure(error: unknown): void {
    logger.warn({ err: error }, 'a SCIM call was not recorded');
  }

  return {
    begin: () => ({ requestId: newId(), startedAt: clock.now() }),

    end(request, notes, answer) {
      try {
        if (notes.principal) note(request, notes, answer, notes.principal.directory, clock.now());
        else if (notes.refusal !== undefined) noteStranger(request, notes, answer).catch(tellFailure);
      } catch (error) {
        tellFailure(error);
      }
    },
  };
}

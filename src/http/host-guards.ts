import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { createCachedLookup } from '../core/cached-lookup.js';
import { type Clock, systemClock } from '../core/clock.js';
import type { Lock } from '../provisioning/lock.js';
import type { WantedEdit } from '../provisioning/lock-look-up.js';
import type { ProvisioningService } from '../provisioning/provisioning-service.js';
import type { OrganizationScope } from '../storage/scope.js';
import { escapeHtml, protectAnswer, writePage } from './sign-in/sign-in-page.js';

/** Whose session a request belongs to. */
export interface SessionPerson extends OrganizationScope {
  readonly userId: string;
}

export interface ActiveUserOptions {
  /** Reads the host's session; `undefined` for a request without one, which passes. */
  readonly userOf: (request: Request) => SessionPerson | undefined;
  /** Seconds that somebody whose access has ended may still be let in on this node, at most. 5 unless told. */
  readonly cacheSeconds?: number;
  /** Answers a request of somebody whose access has ended; a 401 in JSON unless told. */
  readonly onEnded?: RequestHandler;
  readonly clock?: Clock;
}

/** People that one node remembers. */
const MOST_PEOPLE = 100_000;

/**
 * Creates a middleware for the host's own routes that refuses the session of somebody who was deactivated or deleted:
 * within seconds, on every node, whatever the session itself still says.
 *
 * @example
 * ```ts
 * import express from 'express';
 * import { createProvisioningService, createRequireActiveUser, type Storage } from 'express-sso-scim';
 *
 * declare const storage: Storage;
 * declare module 'express-serve-static-core' {
 *   interface Request {
 *     session?: { readonly userId: string; readonly organizationId: string };
 *   }
 * }
 *
 * const app = express();
 * app.use(createRequireActiveUser(createProvisioningService(storage), { userOf: ({ session }) => session }));
 * ```
 */
export function createRequireActiveUser(
  { people }: Pick<ProvisioningService, 'people'>,
  { userOf, cacheSeconds = 5, onEnded = refuseEnded, clock = systemClock }: ActiveUserOptions,
): RequestHandler {
  const states = createCachedLookup<{ readonly ended: boolean }>({
    clock,
    seconds: cacheSeconds,
    maxEntries: MOST_PEOPLE,
    async load(key) {
      const [organizationId = '', userId = ''] = JSON.parse(key) as readonly string[];
      const entry = await people.get({ organizationId }, userId);
      return entry && { ended: entry.state === 'deactivated' };
    },
  });

  async function isActive({ organizationId, userId }: SessionPerson): Promise<boolean> {
    const key = JSON.stringify([organizationId, userId]);
    const known = states.peek(key, clock.now()) ?? (await states.load(key));
    // Whoever is not there at all was deleted.
    return known !== null && !known.ended;
  }

  return (request, response, next) => {
    const person = userOf(request);
    if (!person) return next();
    isActive(person).then((active) => (active ? next() : onEnded(request, response, next)), next);
  };
}

export interface LockGuardOptions {
  /** What the request wants to do; `undefined` for one that no lock is about. */
  readonly editOf: (request: Request) => (OrganizationScope & { readonly edit: WantedEdit }) | undefined;
  /** Answers an edit that is locked; unless told, a small page to the form of a browser, and JSON to whoever else asks. */
  readonly onLocked?: (lock: Lock, request: Request, response: Response, next: NextFunction) => void;
}

/**
 * Creates a middleware for the host's own edit routes that refuses what an identity provider manages: 423 with a sentence
 * that says why.
 */
export function createLockGuard(
  service: Pick<ProvisioningService, 'lockOf'>,
  { editOf, onLocked = refuseLocked }: LockGuardOptions,
): RequestHandler {
  return (request, response, next) => {
    const wanted = editOf(request);
    if (!wanted) return next();
    const { edit, organizationId } = wanted;
    service.lockOf({ organizationId }, edit).then((lock) => {
      if (!lock) return next();
      onLocked(lock, request, response, next);
    }, next);
  };
}

function refuseLocked({ reason, sentence }: Lock, request: Request, response: Response): void {
  response.status(423);
  // A browser that sends a form asks for a page; `fetch` and programs take whatever comes.
  if (request.accepts(['json', 'html']) === 'json') {
    response.json({ error: 'locked', reason, message: sentence });
    return;
  }
  protectAnswer(response);
  writePage(response, 423, 'This is locked', `<p>${escapeHtml(sentence)}</p>\n<p>Nothing was changed.</p>`);
}

function refuseEnded(_request: Request, response: Response): void {
  response.status(401).json({ error: 'access_ended', message: 'Your access has been ended by your organization.' });
}

import type { Request } from 'express';
import type { SessionOrigin } from '../../storage/sign-in-store.js';

/** What a session remembers of the sign-in that began it. Plain JSON. */
export interface SignInRecord extends SessionOrigin {
  readonly organizationId: string;
  /** `startedAt` of the sign-in, in ISO 8601: a logout at the provider after it ends the session. */
  readonly signedInAt: string;
  /**
   * For the logout at the provider, in whose URL it stands. Absent where it is too long for one, or the whole session is
   * a cookie: it would not fit.
   */
  readonly idToken?: string;
}

const MEMBER = 'oidcSignIn';
/** Many servers take lines of 8 KiB at most. */
const LONGEST_HINT = 7000;

/** A session as express-session makes it; one of cookie-session is given the methods it lacks. */
interface HostSession {
  [MEMBER]?: SignInRecord;
  regenerate?(done: (error?: unknown) => void): void;
  save?(done: (error?: unknown) => void): void;
}

/** The record of the sign-in that began this session; `undefined` for none, or for one that began in another way. */
export function readSignIn(request: Request): SignInRecord | undefined {
  const record = sessionOf(request)?.[MEMBER];
  return typeof record === 'object' && record !== null ? record : undefined;
}

/**
 * Signs the person in: `req.login`, with a new session id, by the serializers of the host; the session is saved, with its
 * record, before this returns.
 *
 * @throws {Error} when the old session went on
 */
export async function beginSession(request: Request, user: object, record: SignInRecord): Promise<void> {
  const isCookie = addMissingMethods(request);
  const { idToken, ...rest } = record;
  const kept = { ...rest, ...(!isCookie && idToken !== undefined && idToken.length <= LONGEST_HINT && { idToken }) };
  const before = sessionOf(request);
  const regenerate = before?.regenerate?.bind(before);
  if (before && regenerate) {
    // Passport saves what it finds in the new session: saving once more would be a second write to the host's store.
    define(before, 'regenerate', (done: (error?: unknown) => void) => {
      regenerate((error) => {
        const session = sessionOf(request);
        if (session) session[MEMBER] = kept;
        done(error);
      });
    });
  }
  await called((done) => request.logIn(user, done));
  if (before && readSignIn(request) !== kept) {
    await endSession(request);
    throw new Error('the Passport instance has begun no new session: use Passport 0.6 or later');
  }
}

/** Ends the session of this browser: nothing of it is left, and its id is another one. */
export async function endSession(request: Request): Promise<void> {
  if (!sessionOf(request)) return;
  addMissingMethods(request);
  Object.assign(request, { user: null });
  await called((done) => {
    const session = sessionOf(request);
    if (session?.regenerate) session.regenerate(done);
    else done();
  });
}

function sessionOf(request: Request): HostSession | undefined {
  const session: unknown = Reflect.get(request, 'session');
  return typeof session === 'object' && session !== null ? session : undefined;
}

/** Sessions that lacked methods: those of cookie-session. */
const completed = new WeakSet<HostSession>();

/**
 * Passport calls `regenerate` and `save`, which cookie-session does not have. Its sessions are what the cookie says, so
 * that a new one is an empty one, and saving is sending. Answers whether it is such a session.
 */
function addMissingMethods(request: Request): boolean {
  const session = sessionOf(request);
  if (!session || 'regenerate' in session) return session !== undefined && completed.has(session);
  completed.add(session);
  define(session, 'save', (done: () => void) => done());
  define(session, 'regenerate', (done: () => void) => {
    Reflect.set(request, 'session', {});
    addMissingMethods(request);
    done();
  });
  return true;
}

/** Not enumerable: it must not be stored. */
function define(session: HostSession, name: 'regenerate' | 'save', value: object): void {
  Object.defineProperty(session, name, { value, writable: true, configurable: true });
}

function called(call: (done: (error?: unknown) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => call((error) => (error ? reject(error) : resolve())));
}

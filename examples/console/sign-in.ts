import { join } from 'node:path';
import type { Express } from 'express';
import session from 'express-session';
import {
  createOidcTenantRouter,
  createTenantResolver,
  type KeyRing,
  type OidcEngine,
  type OnSignIn,
  type Storage,
} from 'express-sso-scim';
import { Passport } from 'passport';
import type { DirectoryPeople } from './directory-person.js';
import { FileSessions } from './file-sessions.js';
import { type LoginChoice, loginPage, otherSignInPage } from './login-page.js';
import { createPerson, type Person, personPage } from './person.js';

/** What signing in to the example needs. */
interface SignInParts {
  readonly baseUrl: string;
  readonly storage: Storage;
  readonly keyRing: KeyRing;
  readonly engine: OidcEngine;
  readonly people: DirectoryPeople;
  readonly sessionSecret: string;
  readonly dataDirectory: string;
  /** For the login page: the organizations that have single sign-on. */
  readonly choices: readonly LoginChoice[];
}

const SESSION_SECONDS = 8 * 3600;

/** Mounts sessions, sign-in, and the page of whoever is signed in. The order is that of docs/sign-in.md. */
export function mountSignIn(app: Express, parts: SignInParts): void {
  const { baseUrl, storage, keyRing, engine, people, sessionSecret, dataDirectory, choices } = parts;
  const passport = new Passport();
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Person, done) => {
    // Whom SCIM deactivates is out at the next request, whatever the session says.
    mayStay(people, user).then((stays) => done(null, stays && user), done);
  });

  app.use(
    session({
      secret: sessionSecret,
      store: new FileSessions(join(dataDirectory, 'sessions')),
      name: 'example-session',
      resave: false,
      saveUninitialized: false,
      // Over https, so everywhere but here, also `secure: true`.
      cookie: { httpOnly: true, sameSite: 'lax', maxAge: SESSION_SECONDS * 1000 },
    }),
  );
  app.get('/login', (request, response, next) => {
    const { email, iss, returnTo } = request.query;
    // With an address, or from the portal of a provider, the router knows where to go.
    if (email !== undefined || iss !== undefined) return next();
    response.send(loginPage(choices, typeof returnTo === 'string' ? returnTo : undefined));
  });
  const signIn = createOidcTenantRouter(createTenantResolver(storage, { keyRing }), {
    baseUrl,
    keyRing,
    engine,
    passport,
    signIns: storage.signIns,
    onSignIn: admit(people),
    homePath: '/me',
    otherSignInUrl: '/other-sign-in',
    sessionSeconds: SESSION_SECONDS,
  });
  app.use(signIn, signIn.requireActiveSession, passport.session(), signIn.requireSso);
  app.get('/other-sign-in', (_request, response) => void response.send(otherSignInPage(choices)));
  app.get('/me', (request, response) => {
    const person = request.user as Person | undefined;
    if (!person) return response.redirect(303, '/login?returnTo=/me');
    const choice = choices.find(({ organizationId }) => organizationId === person.organizationId);
    response.set('Cache-Control', 'no-store').send(personPage(person, choice));
  });
}

/** Decides who somebody is whom a provider vouches for. */
function admit(people: DirectoryPeople): OnSignIn {
  return async ({ identity }) => {
    const { email, organizationId } = identity;
    if (!email.verified) {
      return { refusal: `Your organization does not vouch for your e-mail address (${email.reason}).` };
    }
    const inDirectory = await people.findByEmail(organizationId, email.address);
    if (inDirectory.state === 'ended') return { refusal: 'Your organization has deactivated your account.' };
    return { user: createPerson(identity, email.address, inDirectory.state === 'active' ? inDirectory.id : undefined) };
  };
}

async function mayStay(people: DirectoryPeople, person: Person): Promise<boolean> {
  const { organizationId, email, directoryUserId } = person;
  const found =
    directoryUserId === undefined
      ? await people.findByEmail(organizationId, email)
      : await people.findById(organizationId, directoryUserId);
  return found.state !== 'ended';
}

import { join } from 'node:path';
import type { Express } from 'express';
import session from 'express-session';
import {
  createOidcTenantRouter,
  createRequireActiveUser,
  createSignInProvisioning,
  createTenantResolver,
  createTestSignIn,
  type OidcTenantRouter,
  type OnSignIn,
  type Storage,
} from 'express-sso-scim';
import { Passport } from 'passport';
import type { ConsoleSite } from './console-site.js';
import { FileSessions } from './file-sessions.js';
import { type LoginChoice, loginPage } from './login-page.js';
import { createOtherSignIn } from './other-sign-in.js';
import { memberOf, type Person, signedInPerson } from './person.js';
import { RULES } from './rules.js';

/** What signing in needs besides the site. */
interface SignInParts {
  readonly sessionSecret: string;
  /** For the login page: the organizations that have single sign-on from the start. */
  readonly choices: readonly LoginChoice[];
}

const SESSION_SECONDS = 8 * 3600;

/** Mounts sessions and sign-in. Whatever is mounted after it knows who asks. The order is that of docs/sign-in.md. */
export function mountSignIn(
  app: Express,
  site: ConsoleSite,
  { sessionSecret, choices }: SignInParts,
): OidcTenantRouter {
  const { baseUrl, dataDirectory, storage, provisioning, keyRing, engine } = site;
  const passport = new Passport();
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Person, done) => done(null, typeof user.userId === 'string' && user));

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
  // What an owner has just set up is tried at once. With many requests, let it be a few seconds.
  const signIn = createOidcTenantRouter(createTenantResolver(storage, { keyRing, cacheSeconds: 0 }), {
    baseUrl,
    keyRing,
    engine,
    passport,
    signIns: storage.signIns,
    onSignIn: admit(storage),
    homePath: '/me',
    otherSignInUrl: '/other-sign-in',
    sessionSeconds: SESSION_SECONDS,
    purposes: { test: createTestSignIn(storage, { keyRing, baseUrl: `${baseUrl}/portal`, provisioning: RULES }) },
  });
  app.use(signIn, signIn.requireActiveSession, passport.session(), signIn.requireSso);
  app.use(
    createRequireActiveUser(provisioning, {
      userOf: memberOf,
      // Whom SCIM deactivates is out at the next request. With many requests, let it be a few seconds.
      cacheSeconds: 0,
      onEnded: (request, response, next) =>
        request.logout((error) => (error ? next(error) : response.redirect(303, '/login'))),
    }),
  );
  app.use(createOtherSignIn(site, signIn, choices));
  return signIn;
}

/** Lets provisioning find out who it is, and makes a session of it. */
function admit(storage: Storage): OnSignIn {
  const provision = createSignInProvisioning(storage, RULES);
  return async ({ identity }) => {
    const outcome = await provision({ identity });
    return 'refusal' in outcome ? outcome : { user: signedInPerson(identity, outcome.user) };
  };
}

import { join } from 'node:path';
import type { Express } from 'express';
import session from 'express-session';
import {
  createOidcTenantRouter,
  createSignInProvisioning,
  createTenantResolver,
  type KeyRing,
  type OidcEngine,
  type OnSignIn,
  type ProvisioningService,
  type Storage,
} from 'express-sso-scim';
import { Passport } from 'passport';
import { FileSessions } from './file-sessions.js';
import { type LoginChoice, loginPage, otherSignInPage } from './login-page.js';
import { createPerson, type Person, personPage } from './person.js';
import { TRIAL_RULES } from './trial-rules.js';

/** What signing in to the example needs. */
interface SignInParts {
  readonly baseUrl: string;
  readonly storage: Storage;
  readonly keyRing: KeyRing;
  readonly engine: OidcEngine;
  readonly provisioning: ProvisioningService;
  readonly sessionSecret: string;
  readonly dataDirectory: string;
  /** For the login page: the organizations that have single sign-on. */
  readonly choices: readonly LoginChoice[];
}

const SESSION_SECONDS = 8 * 3600;

/** Mounts sessions, sign-in, and the page of whoever is signed in. The order is that of docs/sign-in.md. */
export function mountSignIn(app: Express, parts: SignInParts): void {
  const { baseUrl, storage, keyRing, engine, provisioning, sessionSecret, dataDirectory, choices } = parts;
  const passport = new Passport();
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Person, done) => {
    // Whom SCIM deactivates is out at the next request, whatever the session says.
    mayStay(provisioning, user).then((stays) => done(null, stays && user), done);
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
    onSignIn: admit(storage, provisioning),
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

/** Decides who somebody is whom a provider vouches for: by the rules of provisioning, which know whom SCIM has pushed. */
function admit(storage: Storage, { people }: ProvisioningService): OnSignIn {
  const signIn = createSignInProvisioning(storage, TRIAL_RULES);
  return async ({ identity }) => {
    const outcome = await signIn({ identity });
    if ('refusal' in outcome) {
      const { email } = identity;
      // The reason tells the administrator of the provider what is missing.
      if (outcome.reason !== 'email-not-verified' || email.verified) return outcome;
      return { refusal: `Your organization does not vouch for your e-mail address (${email.reason}).` };
    }
    const { organizationId, id } = outcome.user;
    const entry = await people.get({ organizationId }, id);
    return { user: createPerson(identity, outcome.user, entry?.person.directoryUsers[0]?.id) };
  };
}

async function mayStay({ people }: ProvisioningService, { organizationId, userId }: Person): Promise<boolean> {
  const entry = await people.get({ organizationId }, userId);
  return entry !== undefined && entry.state !== 'deactivated';
}

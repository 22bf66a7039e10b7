import express, { type Express, type RequestHandler } from 'express';
import session from 'express-session';
import { createFixedTenants, createKeyRing, createOidcEngine, createOidcTenantRouter } from 'express-sso-scim';
import * as client from 'openid-client';
import { Passport } from 'passport';
import { CLIENT_ID, CLIENT_SECRET, ISSUER, type LoginProvider } from './login-provider.js';

const APP = 'https://app.example';
const REDIRECT_URI = `${APP}/signin-oidc`;

/** Makes an application whose login begins at `/login/acme`. `first` is its first middleware. */
export type LoginApp = (provider: LoginProvider, first: RequestHandler) => Promise<Express>;

/** As a host mounts the library. */
export const oursApp: LoginApp = async (provider, first) => {
  const app = withSessions(first);
  const passport = passportWithSerializer();
  const tenants = createFixedTenants([
    {
      id: 'acme',
      organizationId: 'acme',
      authority: ISSUER,
      clientId: CLIENT_ID,
      clientAuthentication: 'client_secret_post',
      clientSecrets: [CLIENT_SECRET],
      provedDomains: ['acme.example'],
    },
  ]);
  app.use(
    createOidcTenantRouter(tenants, {
      baseUrl: APP,
      keyRing: createKeyRing({ writeWith: 'a', keys: { a: 'k'.repeat(43) } }),
      engine: createOidcEngine({ fetch: provider.fetch }),
      passport,
      rateLimits: { perAddress: 1e9, perTenant: 1e9 },
      onSignIn: ({ identity: { subject, email, name } }) => ({ user: { subject, email: email.address, name } }),
    }),
  );
  return app;
};

/** The same login on openid-client by hand: one tenant, the pending login in the session, signatures checked, then `req.login`. */
export const byHandApp: LoginApp = async (provider, first) => {
  const app = withSessions(first);
  app.use(passportWithSerializer().initialize());
  const config = await client.discovery(new URL(ISSUER), CLIENT_ID, CLIENT_SECRET, undefined, {
    [client.customFetch]: provider.fetch,
  });
  client.enableNonRepudiationChecks(config);

  app.get('/login/acme', async (request, response) => {
    const codeVerifier = client.randomPKCECodeVerifier();
    const pending = { codeVerifier, state: client.randomState(), nonce: client.randomNonce() };
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: REDIRECT_URI,
      scope: 'openid profile email',
      code_challenge: await client.calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
      state: pending.state,
      nonce: pending.nonce,
    });
    Object.assign(request.session, { pending });
    response.redirect(url.href);
  });

  app.get('/signin-oidc', async (request, response) => {
    const { pending } = request.session as unknown as {
      readonly pending: Record<'codeVerifier' | 'state' | 'nonce', string>;
    };
    const tokens = await client.authorizationCodeGrant(config, new URL(request.originalUrl, APP), {
      pkceCodeVerifier: pending.codeVerifier,
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    const [email, name] = [claims?.['email'], claims?.['name']];
    const user = { subject: claims?.sub, email, name, idToken: tokens.id_token };
    request.logIn(user, () => response.redirect(303, `${APP}/`));
  });
  return app;
};

function passportWithSerializer(): InstanceType<typeof Passport> {
  const passport = new Passport();
  passport.serializeUser((user, done) => done(null, user));
  return passport;
}

function withSessions(first: RequestHandler): Express {
  const app = express();
  app.use(first);
  app.use(session({ secret: 'benchmark', resave: false, saveUninitialized: false, cookie: { maxAge: 60_000 } }));
  return app;
}

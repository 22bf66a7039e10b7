import cookieSession from 'cookie-session';
import express5, { type Express } from 'express';
import session from 'express-session';
import {
  createKeyRing,
  createOidcEngine,
  createOidcTenantRouter,
  type KeyRing,
  type OidcEngine,
  type OidcTenantRouter,
  type OidcTenantRouterOptions,
  type OnSignIn,
  type TenantResolver,
} from 'express-sso-scim';
import { Passport } from 'passport';
import { type HttpClient, startHttpClient } from '../http-client.js';
import type { LyingProvider } from '../oidc/lying-provider.js';
import { PROVIDER_CERTIFICATE } from '../oidc/real-provider.js';
import { createRecordingLogger, type LogEntry } from '../recording-logger.js';
import { WebBrowser } from './web-browser.js';

export const APP = 'https://app.example';

export const KEY_RING: KeyRing = createKeyRing({ writeWith: 'a', keys: { a: 'k'.repeat(43) } });

/** An engine for real providers on loopback. */
function loopbackEngine(): OidcEngine {
  return createOidcEngine({ unsafeLoopback: true, certificateAuthorities: [PROVIDER_CERTIFICATE.cert] });
}

export interface SignInSiteSettings {
  readonly tenants: TenantResolver;
  readonly options?: Partial<OidcTenantRouterOptions>;
  readonly express?: typeof express5;
  readonly sessions?: 'express-session' | 'cookie-session' | 'none';
  /** What the host mounts before the router. */
  readonly before?: (app: Express) => void;
  readonly mount?: string;
  readonly origins?: readonly string[];
  readonly liars?: readonly LyingProvider[];
}

/** An application with people who sign in, and its log. */
export interface SignInSite {
  readonly app: Express;
  readonly router: OidcTenantRouter;
  readonly client: HttpClient;
  readonly log: readonly LogEntry[];
  browser(): WebBrowser;
  close(): Promise<void>;
}

/** Lets everybody in whom a provider vouches for. */
export const admitAll: OnSignIn = ({ identity }, { tenant }) => ({
  user: { id: identity.linkKey, subject: identity.subject, tenantId: tenant.id, email: identity.email.address },
});

/** Starts an application as a host would write it: sessions, a Passport instance of its own, the router, `/whoami`. */
export async function startSignInSite(settings: SignInSiteSettings): Promise<SignInSite> {
  const { tenants, express = express5, sessions = 'express-session', before, mount = '/', liars = [] } = settings;
  const { origins = [APP] } = settings;
  const app = express();
  const passport = new Passport();
  passport.serializeUser((user, done) => done(null, user));
  passport.deserializeUser((user: Express.User, done) => done(null, user));
  const logger = createRecordingLogger();
  if (sessions === 'express-session') {
    app.use(
      session({ secret: 'tests', resave: false, saveUninitialized: false, name: 'sid', cookie: { sameSite: 'lax' } }),
    );
  } else if (sessions === 'cookie-session') {
    app.use(cookieSession({ secret: 'tests', name: 'sid', sameSite: 'lax' }));
  }
  before?.(app);
  const router = createOidcTenantRouter(tenants, {
    baseUrl: `${origins[0]}${mount === '/' ? '' : mount}`,
    keyRing: KEY_RING,
    onSignIn: admitAll,
    engine: loopbackEngine(),
    passport,
    logger,
    rateLimits: false,
    ...settings.options,
  });
  app.use(mount, router);
  if (sessions !== 'none') {
    app.use(router.requireActiveSession);
    app.use(passport.session());
    app.get('/visit', (request, response) => {
      Reflect.set(Reflect.get(request, 'session'), 'visited', true);
      response.send('hello');
    });
  }
  app.use((request, response) => {
    response.json({ path: request.originalUrl, user: request.user ?? null });
  });
  const client = await startHttpClient(app);
  return {
    app,
    router,
    client,
    log: logger.entries,
    browser: () => new WebBrowser(new Map(origins.map((origin) => [origin, client.port])), liars),
    close: () => client.close(),
  };
}

import { createServer } from 'node:http';
import express, { type Express } from 'express';
// The package's own entry does nothing more than warn of Node.js 20, which is good enough for a trial.
import { createMemoryAdapter } from 'oidc-provider/lib/adapters/memory_adapter.js';
import { type KoaContext, Provider } from 'oidc-provider/lib/provider.js';
import { closeServer, listenOnLoopback } from './loopback.js';
import { accountPage, loggedOutPage, logoutPage, providerErrorPage } from './provider-pages.js';
import { createIdpDesk } from './simulated-idp/idp-desk.js';
import type { IdpRecords, RegisteredClient } from './simulated-idp/idp-records.js';
import type { TrialAccount, TrialProviderKind } from './trial-accounts.js';
import type { ProviderKeys } from './trial-keys.js';

/** An identity provider for trying things out: a real one (oidc-provider), but without passwords. */
export interface TrialProvider {
  readonly issuer: string;
  readonly port: number;
  /** Ends the provider's own session, and tells applications of it. */
  readonly logoutUrl: string;
  /** Where somebody administrates it. */
  readonly deskUrl: string;
  /** Who may use it: what an administrator enters there about an application. Later calls change it. */
  register(client: TrialClient): void;
  close(): Promise<void>;
}

/** What is entered about an application at an identity provider. */
interface TrialClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly loggedOutUri: string;
  /** Where to say that sessions have ended; known once there is a tenant. */
  readonly backchannelLogoutUri?: string;
}

/** Starts a trial provider on its port of before, or on a free one. It is reachable from this machine alone. */
export async function startTrialProvider(
  kind: TrialProviderKind,
  keys: ProviderKeys,
  records: IdpRecords,
  applicationUrl: string,
): Promise<TrialProvider> {
  const server = createServer();
  // Another program may have taken the port of before.
  const port = await listenOnLoopback(server, keys.port).catch(() => listenOnLoopback(server, 0));
  // By number: `localhost` is the application, and cookies do not tell ports apart.
  const origin = `http://127.0.0.1:${port}`;
  const issuer = `${origin}${kind.path}`;
  const clients = new Map<string, object>();
  const people = createAccounts(kind);
  const provider = new Provider(issuer, configurationOf(kind, keys, origin, clients, people));
  provider.on('server_error', (_context, error) => console.error(`${kind.name}:`, error));
  const register = (client: TrialClient) => void clients.set(client.clientId, metadataOf(client, kind));
  const onRegistered = ({ redirectUri, ...client }: RegisteredClient) =>
    register({ ...client, redirectUri, loggedOutUri: new URL('/logged-out', redirectUri).href });
  for (const client of records.clients()) onRegistered(client);
  const app = accountPicker(kind, provider, people);
  app.use(kind.path, provider.callback());
  app.use(createIdpDesk({ name: kind.name, issuer, applicationUrl, records, onRegistered }));
  server.on('request', app);
  return {
    issuer,
    port,
    logoutUrl: `${issuer}/session/end`,
    deskUrl: `${origin}/`,
    register,
    close: () => closeServer(server),
  };
}

function metadataOf(
  { clientId, clientSecret, redirectUri, loggedOutUri, backchannelLogoutUri }: TrialClient,
  { clientAuthentication }: TrialProviderKind,
): object {
  return {
    client_id: clientId,
    client_secret: clientSecret,
    token_endpoint_auth_method: clientAuthentication,
    redirect_uris: [redirectUri],
    post_logout_redirect_uris: [loggedOutUri],
    ...(backchannelLogoutUri !== undefined && {
      backchannel_logout_uri: backchannelLogoutUri,
      backchannel_logout_session_required: true,
    }),
  };
}

/** Whom the provider knows: those of its kind, and since the start whoever said an address. */
interface Accounts {
  find(subject: string): TrialAccount | undefined;
  add(email: string): TrialAccount;
}

function createAccounts({ accounts, accountOf }: TrialProviderKind): Accounts {
  const known = new Map(accounts.map((account) => [account.subject, account]));
  return {
    find: (subject) => known.get(subject),
    add(email) {
      const account = accountOf(email);
      const { subject } = account;
      if (!known.has(subject)) known.set(subject, account);
      return known.get(subject) ?? account;
    },
  };
}

/** The page on which one says who one is. */
function accountPicker({ name, accounts }: TrialProviderKind, provider: Provider, people: Accounts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.get('/pick/:uid', async (request, response) => {
    const { params } = await provider.interactionDetails(request, response);
    response.send(accountPage(name, accounts, String(params['login_hint'] ?? '')));
  });
  app.post('/pick/:uid', express.urlencoded(), async (request, response) => {
    const { account: subject, email } = request.body ?? {};
    const isAddress = typeof email === 'string' && /^[^\s@]+@[^\s@]+$/.test(email);
    const account = isAddress ? people.add(email.toLowerCase()) : people.find(String(subject));
    const cancelled = { error: 'access_denied', error_description: 'nobody was picked' };
    const result = account ? { login: { accountId: account.subject } } : cancelled;
    await provider.interactionFinished(request, response, result);
  });
  return app;
}

function configurationOf(
  { name, scopes, accounts, accountOf }: TrialProviderKind,
  { signingKey, cookieKey }: ProviderKeys,
  origin: string,
  clients: ReadonlyMap<string, object>,
  people: Pick<Accounts, 'find'>,
): object {
  const records = createMemoryAdapter();
  const claimNames = new Set([...accounts, accountOf('any@body.example')].flatMap(({ claims }) => Object.keys(claims)));
  for (const claim of Object.values(scopes).flat()) claimNames.delete(claim);
  const known = ['openid', 'profile', 'email', ...Object.keys(scopes)];
  return {
    adapter: (model: string) => (model === 'Client' ? { find: async (id: string) => clients.get(id) } : records(model)),
    jwks: { keys: [signingKey] },
    cookies: {
      keys: [cookieKey],
      // Both providers live on one host.
      names: { session: `${new URL(origin).port}_session`, interaction: `${new URL(origin).port}_pick` },
    },
    scopes: known,
    claims: { openid: ['sub', ...claimNames], profile: [], email: [], ...scopes },
    // As Entra and Okta do: claims are in the ID Token.
    conformIdTokenClaims: false,
    findAccount: (_context: unknown, subject: string) => signedIn(people.find(subject)),
    pkce: { required: () => true },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: (context: KoaContext, form: string) => show(context, logoutPage(name, form)),
        postLogoutSuccessSource: (context: KoaContext) => show(context, loggedOutPage(name)),
      },
    },
    renderError: (context: KoaContext, error: Readonly<Record<string, unknown>>) =>
      show(context, providerErrorPage(name, error)),
    interactions: { url: (_context: unknown, { uid }: { readonly uid: string }) => `${origin}/pick/${uid}` },
    // Nobody is asked for consent: an administrator has given it for all.
    loadExistingGrant: async ({ oidc: { client, session, provider } }: KoaContext) => {
      const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
      grant.addOIDCScope(known.join(' '));
      await grant.save();
      return grant;
    },
    // The application is on loopback too, which oidc-provider would not call otherwise.
    fetch: (url: string, { dispatcher: _, ...options }: RequestInit & { readonly dispatcher?: unknown }) =>
      fetch(url, options),
    ttl: { Session: 43_200, Grant: 43_200, Interaction: 3600, AccessToken: 3600, IdToken: 3600 },
  };
}

function signedIn(account: TrialAccount | undefined): object | undefined {
  return account && { accountId: account.subject, claims: () => ({ sub: account.subject, ...account.claims }) };
}

function show(context: KoaContext, html: string): void {
  context.type = 'html';
  context.body = html;
}

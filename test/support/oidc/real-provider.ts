import type { IncomingMessage, ServerResponse } from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { type KoaContext, Provider } from 'oidc-provider';
import type { OidcTenant } from '../../../src/tenancy/oidc-tenant.js';
import { createCertificate, type TestCertificate } from './certificate.js';
import { createSigningKey, type SigningKey } from './signing-key.js';

export const REDIRECT_URI = 'https://app.example/signin-oidc';
export const LOGGED_OUT_URI = 'https://app.example/logged-out';
export const PROVIDER_CERTIFICATE: TestCertificate = createCertificate(['127.0.0.1']);

const CLIENT_KEY = createSigningKey('client-key', 'RS256');
const PROVIDER_KEYS = { first: createSigningKey('rs-1', 'RS256'), second: createSigningKey('rs-2', 'RS256') };
const SUBJECT = 'user-1';

/** How a provider differs from another: what it says about people, and where its issuer is. */
export interface ProviderPreset {
  /** Part of the issuer after the host, with or without a slash at the end. */
  readonly path?: string;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly scopes?: readonly string[];
}

/** The token request as it arrived. */
export interface TokenRequest {
  readonly authorization: string | undefined;
}

/** A real provider (oidc-provider) on loopback with TLS, that signs `user-1` in without asking. */
export class RealProvider {
  issuer = '';
  readonly tokenRequests: TokenRequest[] = [];
  readonly paths: string[] = [];
  readonly logoutTokens: string[] = [];
  readonly #kept = new Map<string, object>();
  readonly #server: https.Server;
  readonly #preset: ProviderPreset;
  readonly #mount: string;
  #handle: ((request: IncomingMessage, response: ServerResponse) => void) | undefined;
  #provider: Provider | undefined;

  constructor(preset: ProviderPreset) {
    this.#preset = preset;
    this.#mount = (preset.path ?? '').replace(/\/$/, '');
    this.#server = https.createServer(
      PROVIDER_CERTIFICATE,
      (request, response) => void this.#answer(request, response),
    );
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    this.issuer = `https://127.0.0.1:${port}${this.#preset.path ?? ''}`;
    this.#signWith(PROVIDER_KEYS.first);
  }

  /** Signs with another key from now on; codes and sessions stay. */
  rotateKey(): void {
    this.#signWith(PROVIDER_KEYS.second);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  tenant(changes: Partial<OidcTenant> = {}): OidcTenant {
    return {
      id: 'acme',
      organizationId: 'org-acme',
      authority: this.issuer,
      clientId: 'post',
      clientAuthentication: 'client_secret_post',
      clientSecrets: ['secret of post'],
      provedDomains: ['acme.example'],
      ...changes,
    };
  }

  #signWith(key: SigningKey): void {
    const provider = new Provider(this.issuer, this.#configuration(key));
    provider.on('server_error', (_context, error) => {
      throw error;
    });
    this.#provider = provider;
    this.#handle = provider.callback();
  }

  async #answer(request: IncomingMessage & { originalUrl?: string }, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    this.paths.push(path.replace(/\?.*/, ''));
    if (path.startsWith('/interaction')) {
      return this.#provider?.interactionFinished(request, response, { login: { accountId: SUBJECT } });
    }
    if (path.endsWith('/token')) this.tokenRequests.push({ authorization: request.headers.authorization });
    // As a framework does that mounts the provider below a path.
    request.originalUrl = path;
    request.url = path.slice(this.#mount.length) || '/';
    this.#handle?.(request, response);
  }

  /** Where codes and sessions are kept, for the provider before a change of keys and the one after. */
  #records(): new (model: string) => object {
    const records = this.#kept;
    return class {
      readonly #model: string;
      constructor(model: string) {
        this.#model = model;
      }
      async upsert(id: string, payload: object): Promise<void> {
        records.set(`${this.#model} ${id}`, { ...payload });
      }
      async find(id: string): Promise<object | undefined> {
        return records.get(`${this.#model} ${id}`);
      }
      async findByUid(uid: string): Promise<object | undefined> {
        return [...records.values()].find((record) => 'uid' in record && record.uid === uid);
      }
      async consume(id: string): Promise<void> {
        Object.assign(records.get(`${this.#model} ${id}`) ?? {}, { consumed: 1 });
      }
      async destroy(id: string): Promise<void> {
        records.delete(`${this.#model} ${id}`);
      }
      async revokeByGrantId(grantId: string): Promise<void> {
        for (const [key, record] of records) if ('grantId' in record && record.grantId === grantId) records.delete(key);
      }
    };
  }

  #configuration(key: SigningKey): object {
    const { claims, scopes = [] } = this.#preset;
    const uris = { redirect_uris: [REDIRECT_URI], post_logout_redirect_uris: [LOGGED_OUT_URI] };
    const code = { ...uris, grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] };
    return {
      adapter: this.#records(),
      clients: [
        {
          ...code,
          client_id: 'basic',
          client_secret: 'secret of basic',
          token_endpoint_auth_method: 'client_secret_basic',
        },
        {
          ...code,
          client_id: 'post',
          client_secret: 'secret of post',
          token_endpoint_auth_method: 'client_secret_post',
          backchannel_logout_uri: 'https://app.example/backchannel-logout',
          backchannel_logout_session_required: true,
        },
        { ...code, client_id: 'public', token_endpoint_auth_method: 'none' },
        {
          ...code,
          client_id: 'key',
          token_endpoint_auth_method: 'private_key_jwt',
          jwks_uri: 'https://app.example/keys',
        },
        {
          ...uris,
          client_id: 'implicit',
          token_endpoint_auth_method: 'none',
          grant_types: ['implicit'],
          response_types: ['id_token'],
        },
      ],
      jwks: { keys: [{ ...key.privateKey.export({ format: 'jwk' }), kid: key.kid, alg: key.algorithm, use: 'sig' }] },
      cookies: { keys: ['a key of the tests'] },
      claims: { openid: ['sub', 'groups', ...Object.keys(claims)], profile: [], email: [] },
      conformIdTokenClaims: false,
      scopes: ['openid', 'profile', 'email', 'offline_access', ...scopes],
      responseTypes: ['code', 'id_token', 'none'],
      pkce: { required: (_context: unknown, { clientId }: { readonly clientId: string }) => clientId !== 'implicit' },
      issueRefreshToken: async () => true,
      features: {
        devInteractions: { enabled: false },
        backchannelLogout: { enabled: true },
        rpInitiatedLogout: {
          enabled: true,
          logoutSource: (context: KoaContext, form: string) => {
            context.body = form;
          },
        },
      },
      // The provider calls the application: for its keys, and to tell it of a logout.
      fetch: async (url: URL | string, { body }: { readonly body?: URLSearchParams }) => {
        if (String(url).endsWith('/keys')) return Response.json({ keys: [CLIENT_KEY.jwk] });
        this.logoutTokens.push(body?.get('logout_token') ?? '');
        return new Response(null, { status: 200 });
      },
      renderError: (context: KoaContext, out: object) => {
        context.body = JSON.stringify(out);
      },
      interactions: { url: () => '/interaction' },
      loadExistingGrant: async ({ oidc: { client, session, provider } }: KoaContext) => {
        const grant = new provider.Grant({ accountId: session.accountId, clientId: client.clientId });
        grant.addOIDCScope(['openid', 'profile', 'email', 'offline_access', ...scopes].join(' '));
        await grant.save();
        return grant;
      },
      findAccount: (_context: unknown, sub: string) => ({ accountId: sub, claims: () => ({ sub, ...claims }) }),
      ttl: { Session: 3600, Grant: 3600, Interaction: 600, AccessToken: 600, IdToken: 600, RefreshToken: 3600 },
    };
  }
}

/** The key of the client `key`, as a tenant has it. */
export function clientKey(audience: 'issuer' | 'token_endpoint'): NonNullable<OidcTenant['privateKey']> {
  const pem = CLIENT_KEY.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  return { pem, algorithm: 'RS256', keyId: CLIENT_KEY.kid, audience };
}

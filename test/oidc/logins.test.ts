import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CompletedLogin } from '../../src/oidc/complete-login.js';
import { createOidcEngine } from '../../src/oidc/oidc-engine.js';
import type { OidcTenant } from '../../src/tenancy/oidc-tenant.js';
import { Browser } from '../support/oidc/browser.js';
import {
  clientKey,
  LOGGED_OUT_URI,
  PROVIDER_CERTIFICATE,
  type ProviderPreset,
  REDIRECT_URI,
  RealProvider,
} from '../support/oidc/real-provider.js';

const ENTRA_TENANT = '11111111-2222-3333-4444-555555555555';
const person = { name: 'Ada Lovelace', email: 'ada@acme.example' };

const PRESETS = {
  keycloak: { claims: { ...person, email_verified: true, groups: ['/eng/x', '/ops'] }, path: '/realms/acme' },
  entra: {
    claims: {
      ...person,
      oid: 'aaaaaaaa-0000-0000-0000-000000000001',
      tid: ENTRA_TENANT,
      preferred_username: 'ada@elsewhere.example',
      xms_edov: '1',
      _claim_names: { groups: 'src1' },
      _claim_sources: { src1: { endpoint: 'https://graph.windows.net/steal' } },
    },
  },
  okta: {
    path: '/oauth2/default',
    scopes: ['groups'],
    claims: { ...person, email_verified: true, groups: Array.from({ length: 100 }, (_, index) => `group ${index}`) },
  },
  google: { claims: { ...person, email_verified: true, hd: 'acme.example', locale: 'en_GB' } },
  jumpcloud: { path: '/', claims: { ...person, email_verified: true } },
  auth0: {
    path: '/',
    claims: { ...person, email_verified: true, 'https://acme/groups': ['eng'], 'https://acme/dept.name': 'R&D' },
  },
} satisfies Record<string, ProviderPreset>;

const engine = createOidcEngine({ unsafeLoopback: true, certificateAuthorities: [PROVIDER_CERTIFICATE.cert] });
const providers = new Map<string, RealProvider>();

beforeAll(async () => {
  for (const [name, preset] of Object.entries(PRESETS)) providers.set(name, new RealProvider(preset));
  await Promise.all([...providers.values()].map((provider) => provider.start()));
});

afterAll(() => Promise.all([...providers.values()].map((provider) => provider.stop())));

function at(name: keyof typeof PRESETS): RealProvider {
  const provider = providers.get(name);
  if (!provider) throw new Error(`no provider ${name}`);
  return provider;
}

async function signIn(tenant: OidcTenant, browser = new Browser(), between = () => {}): Promise<CompletedLogin> {
  const { url, pending } = await engine.start(tenant, { redirectUri: REDIRECT_URI, returnTo: '/board' });
  const arrived = await browser.visit(url);
  expect(arrived.method).toBe(tenant.responseMode === 'form_post' ? 'POST' : 'GET');
  between();
  return engine.complete(tenant, pending, arrived.form);
}

describe('a sign-in at a real provider that demands PKCE', () => {
  const CLIENTS: readonly (readonly [name: string, changes: Partial<OidcTenant>, header: RegExp | undefined])[] = [
    ['client_secret_post (rp-token_endpoint-client_secret_post)', {}, undefined],
    [
      'client_secret_basic (oidcc-client-test-client-secret-basic)',
      { clientId: 'basic', clientAuthentication: 'client_secret_basic', clientSecrets: ['secret of basic'] },
      /^Basic /,
    ],
    [
      'private_key_jwt for the issuer (rp-token_endpoint-private_key_jwt)',
      { clientId: 'key', clientAuthentication: 'private_key_jwt', privateKey: clientKey('issuer') },
      undefined,
    ],
    [
      'private_key_jwt for the token endpoint',
      { clientId: 'key', clientAuthentication: 'private_key_jwt', privateKey: clientKey('token_endpoint') },
      undefined,
    ],
    ['a public client', { clientId: 'public', clientAuthentication: 'none' }, undefined],
  ];

  it.each(CLIENTS)('by %s, answered in the query and by form_post', async (_name, changes, header) => {
    const provider = at('keycloak');
    for (const responseMode of ['query', 'form_post'] as const) {
      const { identity, returnTo, tokens } = await signIn(provider.tenant({ ...changes, responseMode }));
      expect(identity).toMatchObject({ subject: 'user-1', issuer: provider.issuer, email: { verified: true } });
      expect(returnTo).toBe('/board');
      expect(tokens.accessToken).toEqual(expect.any(String));
      const sent = provider.tokenRequests.at(-1)?.authorization;
      if (header) expect(sent).toMatch(header);
      else expect(sent).toBeUndefined();
    }
  });

  it('sends the identifier and the secret of Basic form-encoded (RFC 6749 section 2.3.1)', async () => {
    const provider = at('keycloak');
    await signIn(
      provider.tenant({
        clientId: 'basic',
        clientAuthentication: 'client_secret_basic',
        clientSecrets: ['secret of basic'],
      }),
    );
    const sent = provider.tokenRequests.at(-1)?.authorization?.replace('Basic ', '') ?? '';
    expect(Buffer.from(sent, 'base64').toString()).toBe('basic:secret+of+basic');
  });

  it('takes an ID Token by form_post without a code (TQ-26, TQ-27)', async () => {
    const provider = at('keycloak');
    const tenant = provider.tenant({
      clientId: 'implicit',
      clientAuthentication: 'none',
      flow: 'id_token',
      responseMode: 'form_post',
    });
    const { identity, tokens } = await signIn(tenant);
    expect(identity.subject).toBe('user-1');
    expect(tokens.accessToken).toBeUndefined();
  });

  it('takes the second secret where the provider no longer knows the first', async () => {
    const tenant = at('keycloak').tenant({ clientSecrets: ['not yet known', 'secret of post'] });
    expect((await signIn(tenant)).identity.subject).toBe('user-1');
  });

  it('says that the provider does not know the secret', async () => {
    const tenant = at('keycloak').tenant({ clientSecrets: ['wrong'] });
    await expect(signIn(tenant)).rejects.toMatchObject({ code: 'client_refused', mender: 'tenant-administrator' });
  });

  it('takes a code once', async () => {
    const tenant = at('keycloak').tenant();
    const { url, pending } = await engine.start(tenant, { redirectUri: REDIRECT_URI });
    const { form } = await new Browser().visit(url);
    await engine.complete(tenant, pending, form);
    await expect(engine.complete(tenant, pending, form)).rejects.toMatchObject({
      code: 'code_refused',
      mender: 'person',
    });
  });

  it('refreshes', async () => {
    const tenant = at('keycloak').tenant();
    const { identity, tokens } = await signIn(tenant);
    const { issuer, subject } = identity;
    const request = { refreshToken: tokens.refreshToken ?? '', issuer, subject };
    const refreshed = await engine.refresh(tenant, request);
    expect(refreshed.accessToken).not.toBe(tokens.accessToken);
    await expect(engine.refresh(tenant, { ...request, refreshToken: 'x' })).rejects.toMatchObject({
      code: 'refresh_refused',
    });
  });

  it('logs out, and hears from the provider that the session has ended', async () => {
    const provider = at('keycloak');
    const tenant = provider.tenant();
    const browser = new Browser();
    const { identity, tokens, sessionId } = await signIn(tenant, browser);
    const logout = await engine.startLogout(tenant, {
      postLogoutRedirectUri: LOGGED_OUT_URI,
      idTokenHint: tokens.idToken ?? '',
    });
    const back = await browser.visit(logout?.url ?? '');
    expect(back.url).toMatch(`${LOGGED_OUT_URI}?`);
    expect(() => engine.completeLogout(logout?.state, back.form)).not.toThrow();
    const notice = await engine.verifyLogoutToken(tenant, provider.logoutTokens.at(-1) ?? '');
    expect(notice).toMatchObject({ issuer: identity.issuer, subject: 'user-1', sessionId });
    expect(sessionId).toEqual(expect.any(String));
  });

  it('-signing-key-rotation-just-before-signing: fetches the keys once more and accepts', async () => {
    const provider = at('jumpcloud');
    await signIn(provider.tenant());
    const fetches = () => provider.paths.filter((path) => path.endsWith('/jwks')).length;
    const before = fetches();
    const { identity } = await signIn(provider.tenant(), new Browser(), () => provider.rotateKey());
    expect(identity.subject).toBe('user-1');
    expect(fetches()).toBe(before + 1);
  });
});

describe('what providers say about people', () => {
  it('Entra: an owned e-mail address by xms_edov, an object id, groups that overflow and are not fetched', async () => {
    const { identity } = await signIn(at('entra').tenant({ entraTenantIds: [ENTRA_TENANT] }));
    expect(identity).toMatchObject({
      email: { verified: true, address: 'ada@acme.example' },
      oid: 'aaaaaaaa-0000-0000-0000-000000000001',
      tid: ENTRA_TENANT,
      groups: { state: 'overflow' },
    });
  });

  it('Entra: an account of a tenant that is not on the list', async () => {
    const tenant = at('entra').tenant({ entraTenantIds: ['99999999-2222-3333-4444-555555555555'] });
    await expect(signIn(tenant)).rejects.toMatchObject({ code: 'organization_mismatch' });
  });

  it('Okta: an issuer with a path, groups by a scope, 100 of which may be cut (AQ-23)', async () => {
    const { identity } = await signIn(at('okta').tenant({ additionalScopes: ['groups'] }));
    expect(identity.issuer).toMatch(/\/oauth2\/default$/);
    expect(identity.groups).toMatchObject({ state: 'present', mayBeCut: true });
  });

  it('Google: the Workspace domain counts', async () => {
    const { identity } = await signIn(at('google').tenant({ googleHostedDomains: ['acme.example'] }));
    expect(identity).toMatchObject({ hd: 'acme.example', locale: 'en-GB', groups: { state: 'missing' } });
    const other = at('google').tenant({ googleHostedDomains: ['other.example'] });
    await expect(signIn(other)).rejects.toMatchObject({ code: 'organization_mismatch' });
  });

  it('JumpCloud: an issuer with a slash, the secret in the body alone, no attribute mapped (AQ-20, AQ-21)', async () => {
    const provider = at('jumpcloud');
    const { identity } = await signIn(provider.tenant());
    expect(identity.issuer).toMatch(/\d\/$/);
    expect(identity).toMatchObject({ name: 'Ada Lovelace', email: { verified: true, address: 'ada@acme.example' } });
    expect(provider.tokenRequests.at(-1)?.authorization).toBeUndefined();
  });

  it('Auth0: claims with the names of URLs, an authority typed without its slash (AQ-23, TQ-23)', async () => {
    const provider = at('auth0');
    const tenant = provider.tenant({
      authority: provider.issuer.replace(/\/$/, ''),
      claimNames: { groups: 'https://acme/groups', department: 'https://acme/dept.name' },
    });
    const { identity } = await signIn(tenant);
    expect(identity.groups).toEqual({ state: 'present', values: ['eng'], mayBeCut: false });
    expect({ ...identity.attributes }).toEqual({ department: 'R&D' });
    expect(identity.issuer).toBe(provider.issuer);
  });
});

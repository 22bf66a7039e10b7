import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import express5 from 'express';
import { createFixedTenants, type FixedTenant, type OidcTenant } from 'express-sso-scim';
import express4 from 'express4';
import { clientKey, RealProvider } from '../support/oidc/real-provider.js';
import { APP, type SignInSite, type SignInSiteSettings, startSignInSite } from '../support/sign-in/sign-in-site.js';

const person = { name: 'Ada Lovelace', email: 'ada@acme.example', email_verified: true };
const okta = new RealProvider({ path: '/oauth2/default', claims: person });
const rotating = new RealProvider({ path: '/', claims: person });
const sites: SignInSite[] = [];

beforeAll(() => Promise.all([okta.start(), rotating.start()]));
afterAll(() => Promise.all([okta.stop(), rotating.stop()]));
afterEach(() => Promise.all(sites.splice(0).map((site) => site.close())));

async function siteOf(tenants: readonly FixedTenant[], settings: Partial<SignInSiteSettings> = {}) {
  const site = await startSignInSite({ tenants: createFixedTenants(tenants), ...settings });
  sites.push(site);
  return site;
}

const whoami = (text: string) => JSON.parse(text) as { readonly path: string; readonly user: object | null };

const CLIENTS: readonly (readonly [name: string, changes: Partial<OidcTenant>, header: RegExp | undefined])[] = [
  ['client_secret_post (AQ-20)', {}, undefined],
  [
    'client_secret_basic',
    { clientId: 'basic', clientAuthentication: 'client_secret_basic', clientSecrets: ['secret of basic'] },
    /^Basic /,
  ],
  [
    'private_key_jwt',
    { clientId: 'key', clientAuthentication: 'private_key_jwt', privateKey: clientKey('issuer') },
    undefined,
  ],
  ['a public client (TQ-27)', { clientId: 'public', clientAuthentication: 'none' }, undefined],
];

describe.each([
  ['Express 5', express5],
  ['Express 4', express4],
])('a login through %s', (_name, express) => {
  it.each(CLIENTS)('by %s, in the query and by form_post (AQ-12, TQ-26)', async (_client, changes, header) => {
    for (const responseMode of ['query', 'form_post'] as const) {
      const { browser } = await siteOf([okta.tenant({ ...changes, responseMode })], { express });
      const page = await browser().open(`${APP}/login/acme?returnTo=/board%3Fa=1%23b`);
      expect(page.status).toBe(200);
      expect(page.url).toBe(`${APP}/board?a=1#b`);
      expect(whoami(page.text).user).toMatchObject({ subject: 'user-1', tenantId: 'acme', email: 'ada@acme.example' });
      const sent = okta.tokenRequests.at(-1)?.authorization;
      if (header) expect(sent).toMatch(header);
      else expect(sent).toBeUndefined();
    }
  });
});

import { describe, expect, it } from '@jest/globals';
import { ACME, createAdminTestSite, MOUNT } from '../support/admin-site.js';

const REQUEST = {
  domains: 'acme.example, ACME.example., acme.org',
  authority: 'https://idp.acme.example',
  clientId: 'app',
  clientSecret: 'the secret of acme',
};

describe('the overview', () => {
  it('shows an owner where the organization stands, as JSON and as a page', async () => {
    const site = createAdminTestSite();
    const owner = site.as('owner');
    const { body } = await owner.get(ACME).expect(200);
    expect(body).toMatchObject({ organization: { name: 'Acme' }, oidcTenants: [], directories: [], hints: [] });
    const { text, headers } = await owner.page(ACME).expect(200);
    expect(text).toContain('Request an OIDC tenant');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['cache-control']).toBe('no-store');
  });
});

describe('a request for an OIDC tenant', () => {
  it('AQ-24 AQ-25: is submitted with domains that are trimmed, normalised and named once', async () => {
    const owner = createAdminTestSite().as('owner');
    const { body } = await owner.post(`${ACME}/oidc-tenants`, REQUEST).expect(201);
    expect(body.tenant.state).toBe('submitted');
    expect(body.tenant.domains.map(({ name }: { readonly name: string }) => name)).toEqual([
      'acme.example',
      'acme.org',
    ]);
    expect(JSON.stringify(body)).not.toContain(REQUEST.clientSecret);
  });

  it('AQ-24: is submitted with the form, which shows again what was typed beside what is wrong', async () => {
    const owner = createAdminTestSite().as('owner');
    const wrong = await owner.submit(`${ACME}/oidc-tenants`, `${ACME}/oidc-tenants`, {
      ...REQUEST,
      domains: 'gmail.com',
    });
    expect(wrong.status).toBe(400);
    expect(wrong.text).toContain('value="gmail.com"');
    expect(wrong.text).not.toContain(REQUEST.clientSecret);
    const sent = await owner.submit(`${ACME}/oidc-tenants`, `${ACME}/oidc-tenants`, REQUEST);
    expect(sent.status).toBe(303);
    expect(sent.headers['location']).toBe(`${MOUNT}${ACME}/oidc-tenants?done=submit-oidc-tenant`);
    const { text } = await owner.page(`${ACME}/oidc-tenants?done=submit-oidc-tenant`).expect(200);
    expect(text).toContain('Your request was submitted.');
    expect(text).toContain('acme.example, acme.org');
  });
});

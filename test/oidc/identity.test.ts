import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { groupsOf, readGroups } from '../../src/oidc/group-claim.js';
import { parseJsonObject } from '../../src/oidc/json-object.js';
import { readIdentity } from '../../src/oidc/oidc-identity.js';
import { redactedClaims } from '../../src/oidc/redacted-claims.js';
import { judgeEmail } from '../../src/oidc/verified-email.js';
import type { OidcTenant } from '../../src/tenancy/oidc-tenant.js';

const TENANT: OidcTenant = {
  id: 'acme',
  organizationId: 'org-acme',
  authority: 'https://idp.example',
  clientId: 'client',
  clientAuthentication: 'none',
  provedDomains: ['acme.example', 'xn--bcher-kva.example'],
};
const TRUSTING: OidcTenant = { ...TENANT, trustEmail: true };
const email = 'ada@acme.example';

function identityOf(claims: object, tenant: OidcTenant = TENANT, userInfo?: object) {
  return readIdentity(
    tenant,
    { issuer: 'https://idp.example', subject: 'user-1', claims: claims as Record<string, unknown> },
    userInfo as Record<string, unknown> | undefined,
  );
}

/** `verified`, or why not. */
function verdict(claims: object, tenant: OidcTenant = TENANT, userInfo?: object): string {
  const judged = judgeEmail(tenant, claims as Record<string, unknown>, userInfo as Record<string, unknown> | undefined);
  return judged.verified ? 'verified' : judged.reason;
}

describe('an e-mail address is verified', () => {
  it.each([
    ['email_verified is true', { email, email_verified: true }, 'verified'],
    ['email_verified is "true"', { email, email_verified: 'true' }, 'verified'],
    ['email_verified is false', { email, email_verified: false }, 'said-unverified'],
    ['email_verified is "false"', { email, email_verified: 'false' }, 'said-unverified'],
    ['email_verified is null', { email, email_verified: null }, 'said-unverified'],
    ['email_verified is {}', { email, email_verified: {} }, 'said-unverified'],
    ['email_verified is absent', { email }, 'not-said-verified'],
    ['xms_edov is true (Entra)', { email, xms_edov: true }, 'verified'],
    ['xms_edov is "true"', { email, xms_edov: 'true' }, 'verified'],
    ['xms_edov is 1', { email, xms_edov: 1 }, 'verified'],
    ['xms_edov is "1"', { email, xms_edov: '1' }, 'verified'],
    ['xms_edov is false', { email, xms_edov: false }, 'said-unverified'],
    ['xms_edov is "0"', { email, xms_edov: '0' }, 'said-unverified'],
    [
      'xms_edov does not override an explicit false',
      { email, email_verified: false, xms_edov: true },
      'said-unverified',
    ],
    ['an address of another domain', { email: 'ada@other.example', email_verified: true }, 'foreign-domain'],
    ['a subdomain is another domain', { email: 'ada@x.acme.example', email_verified: true }, 'foreign-domain'],
    ['a domain that ends alike', { email: 'ada@notacme.example', email_verified: true }, 'foreign-domain'],
    ['a domain that goes on', { email: 'ada@acme.example.evil.example', email_verified: true }, 'foreign-domain'],
    [
      'no email, but upn and preferred_username',
      { upn: email, preferred_username: email, email_verified: true },
      'missing',
    ],
    ['email is null', { email: null, email_verified: true }, 'missing'],
  ])('%s: %s', (_name, claims, expected) => {
    expect(verdict(claims)).toBe(expected);
  });

  it.each([
    ['nothing is said', { email }, 'verified'],
    ['it is said to be unverified', { email, email_verified: false }, 'said-unverified'],
    ['xms_edov says no', { email, xms_edov: false }, 'said-unverified'],
    ['a guest (acct)', { email, acct: 1 }, 'guest'],
    ['a guest (acct as text)', { email, acct: '1' }, 'guest'],
    ['a guest (idp)', { email, iss: 'https://idp.example', idp: 'https://elsewhere.example' }, 'guest'],
    ['a member (idp)', { email, acct: 0, iss: 'https://idp.example', idp: 'https://idp.example' }, 'verified'],
    ['an address of another domain', { email: 'ada@other.example' }, 'foreign-domain'],
  ])('with trustEmail, %s: %s', (_name, claims, expected) => {
    expect(verdict(claims, TRUSTING)).toBe(expected);
  });

  it('without a proved domain nothing is', () => {
    const { provedDomains: _, ...bare } = TENANT;
    expect(verdict({ email, email_verified: true }, bare)).toBe('foreign-domain');
  });

  it.each([
    'ada@acme.example@evil.example',
    'ada@evil.example@acme.example',
    '"ada@evil.example"@acme.example',
    'ada@acme.example,eve@evil.example',
    'ada@acme.example eve@evil.example',
    ' ada@acme.example',
    'ada@acme.example ',
    'ada@acme.example\u0000',
    'ada\u200b@acme.example',
    'ada@acme.example(comment)',
    '<ada@acme.example>',
    'Ada <ada@acme.example>',
    'ada＠acme.example',
    'ada@evil.example＠acme.example',
    'ada@ａcme.example',
    'ada@[127.0.0.1]',
    'ada@acme',
    'ada@acme.example/x',
    'ada@',
    '@acme.example',
    'ada',
    '',
    'a'.repeat(300),
    1,
    {},
    [email],
  ])('%j is no address', (address) => {
    expect(verdict({ email: address, email_verified: true })).toBe('malformed');
  });

  it('domains are compared in ASCII and lower case', () => {
    expect(judgeEmail(TENANT, { email: 'Ada@BÜCHER.example', email_verified: true }, undefined)).toEqual({
      verified: true,
      address: 'Ada@xn--bcher-kva.example',
      domain: 'xn--bcher-kva.example',
    });
  });

  it('UserInfo counts for the address that it names', () => {
    expect(verdict({}, TENANT, { email, email_verified: true })).toBe('verified');
    expect(verdict({ email }, TENANT, { email, email_verified: true })).toBe('verified');
    expect(verdict({ email }, TENANT, { email: 'eve@acme.example', email_verified: true })).toBe('not-said-verified');
    expect(verdict({ email, email_verified: true }, TENANT, { email, email_verified: false })).toBe('said-unverified');
  });
});

describe('groups', () => {
  const none = undefined;

  it.each([
    ['a list', { groups: ['a', 'b', 'a'] }, { state: 'present', values: ['a', 'b'], mayBeCut: false }],
    ['one text', { groups: 'a' }, { state: 'present', values: ['a'], mayBeCut: false }],
    ['an empty list', { groups: [] }, { state: 'empty' }],
    ['no claim', {}, { state: 'missing' }],
    ['null', { groups: null }, { state: 'missing' }],
    ['an empty text', { groups: '' }, { state: 'missing' }],
    ['an object', { groups: { a: 1 } }, { state: 'missing' }],
    ['a list with something else', { groups: ['a', 1] }, { state: 'missing' }],
    ['_claim_names (Entra)', { _claim_names: { groups: 'src1' } }, { state: 'overflow' }],
    ['_claim_names of another claim', { _claim_names: { roles: 'src1' } }, { state: 'missing' }],
    ['_claim_names that inherits', { _claim_names: {} }, { state: 'missing' }],
    ['hasgroups (Entra, implicit flow)', { hasgroups: true }, { state: 'overflow' }],
    ['hasgroups as text', { hasgroups: 'true' }, { state: 'overflow' }],
    [
      'a list beside hasgroups',
      { groups: ['a'], hasgroups: true },
      { state: 'present', values: ['a'], mayBeCut: false },
    ],
  ])('%s', (_name, claims, expected) => {
    expect(readGroups('groups', claims, none)).toEqual(expected);
  });

  it('100 may be cut (Okta), 99 and 101 are not', () => {
    const list = (length: number) => Array.from({ length }, (_, index) => String(index));
    expect([99, 100, 101].map((length) => groupsOf(list(length)))).toMatchObject([
      { mayBeCut: false },
      { mayBeCut: true },
      { mayBeCut: false },
    ]);
  });

  it('a name is a name, never a path (TQ-23)', () => {
    const claims = { 'https://acme.example/groups': ['a'], 'realm.groups': ['b'], realm: { groups: ['c'] } };
    expect(readGroups('https://acme.example/groups', claims, none)).toMatchObject({ values: ['a'] });
    expect(readGroups('realm.groups', claims, none)).toMatchObject({ values: ['b'] });
    expect(readGroups('realm', claims, none)).toEqual({ state: 'missing' });
  });

  it.each(['constructor', '__proto__', 'toString'])('%s is no claim that everybody has', (name) => {
    expect(readGroups(name, parseJsonObject('{"sub":"x"}') ?? {}, none)).toEqual({ state: 'missing' });
  });

  it('the ID Token goes before UserInfo, unless it says nothing', () => {
    expect(readGroups('groups', { groups: ['a'] }, { groups: ['b'] })).toMatchObject({ values: ['a'] });
    expect(readGroups('groups', {}, { groups: ['b'] })).toMatchObject({ values: ['b'] });
    expect(readGroups('groups', { hasgroups: true }, { groups: ['b'] })).toEqual({ state: 'overflow' });
  });

  it('never become empty by what is not an empty list', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const { state } = groupsOf(value);
        expect(state === 'empty').toBe(Array.isArray(value) && value.length === 0);
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});

describe('an identity', () => {
  it('has a key of tenant, issuer and subject', () => {
    const key = (tenant: OidcTenant) => identityOf({}, tenant).linkKey;
    expect(key(TENANT)).toMatch(/^[0-9a-f]{64}$/);
    expect(key(TENANT)).toBe(key({ ...TENANT, clientId: 'other' }));
    expect(key(TENANT)).not.toBe(key({ ...TENANT, id: 'other' }));
  });

  it.each([
    ['en-GB', 'en-GB'],
    ['en_gb', 'en-GB'],
    ['not a locale', undefined],
    [1, undefined],
  ])('locale %j is %j', (given, expected) => {
    expect(identityOf({ locale: given }).locale).toBe(expected);
  });

  it.each([
    ['Europe/Berlin', 'Europe/Berlin'],
    ['Mars/Olympus', undefined],
    ['+02:00', undefined],
    ['', undefined],
    [null, undefined],
  ])('time zone %j is %j (TQ-4)', (given, expected) => {
    expect(identityOf({ zoneinfo: given }).timezone).toBe(expected);
    const named: OidcTenant = { ...TENANT, claimNames: { timezone: 'timezone' } };
    expect(identityOf({ timezone: given, zoneinfo: 'Asia/Tokyo' }, named).timezone).toBe(expected);
  });

  it('has the claims that the tenant names, under the names that the application wants (TQ-2)', () => {
    const claimNames = { groups: 'roles', name: 'http://schemas.example/name', department: 'dept', __proto: 'x' };
    const claims = { roles: ['a'], 'http://schemas.example/name': 'Ada', dept: { code: 7 }, name: 'other' };
    const identity = identityOf(claims, { ...TENANT, claimNames });
    expect(identity).toMatchObject({ name: 'Ada', groups: { values: ['a'] } });
    expect({ ...identity.attributes }).toEqual({ department: { code: 7 } });
  });

  it('keeps all claims, names of prototypes too, and the ID Token before UserInfo', () => {
    const hostile = parseJsonObject('{"__proto__":{"admin":true},"constructor":"c","a":{"__proto__":1}}') ?? {};
    const { claims, attributes } = identityOf(hostile, TENANT, { constructor: 'other', b: 1 });
    expect(Object.getPrototypeOf(claims)).toBeNull();
    expect(Object.getPrototypeOf(attributes)).toBeNull();
    expect(claims['admin']).toBeUndefined();
    expect(Object.keys(claims).sort()).toEqual(['__proto__', 'a', 'b', 'constructor']);
    expect(claims['constructor']).toBe('c');
  });
});

describe('a dump of claims for troubleshooting (TQ-25)', () => {
  it('shows names and shapes, and values only of what is not about the person', () => {
    const claims = {
      iss: 'https://idp.example',
      aud: ['client'],
      exp: 1,
      sub: 'user-1',
      email,
      email_verified: true,
      groups: ['g1', 'g2'],
      address: { street: 'Main St', code: 7 },
      nonce: 'n',
      at_hash: 'h',
      nothing: null,
    };
    expect(redactedClaims(claims)).toEqual({
      iss: 'https://idp.example',
      aud: ['client'],
      exp: 1,
      sub: 'text of 6',
      email: 'text of 16',
      email_verified: true,
      groups: ['text of 2', 'text of 2'],
      address: { street: 'text of 7', code: 'number' },
      nonce: 'text of 1',
      at_hash: 'text of 1',
      nothing: null,
    });
    expect(redactedClaims(claims, ['groups'])).toMatchObject({ groups: ['g1', 'g2'] });
  });

  it('is short, whatever a provider sends', () => {
    const deep = JSON.parse(`${'{"a":'.repeat(500)}1${'}'.repeat(500)}`) as Record<string, unknown>;
    const wide = { groups: Array.from({ length: 5000 }, () => 'g'), iss: 'x'.repeat(5000), deep };
    expect(JSON.stringify(redactedClaims(wide, ['deep'])).length).toBeLessThan(1000);
  });
});

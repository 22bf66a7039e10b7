import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDirectories, createDirectoryTokens, type JournalEntry, type TrafficEntry } from 'express-sso-scim';
import { examineTraffic } from '../../src/admin/doctor.js';
import { ACCESS_RULES } from '../../src/admin/doctor-access-rules.js';
import { MAPPING_RULES } from '../../src/admin/doctor-mapping-rules.js';
import { SIGN_IN_RULES } from '../../src/admin/doctor-sign-in-rules.js';
import { SETUP_GUIDES } from '../../src/admin/setup-guides/setup-guides.js';
import type { SignInSign } from '../../src/admin/sign-in-sighting.js';
import { signInSightings } from '../../src/admin/sign-in-sightings.js';
import { Company, thirtyPeople } from '../support/idp/company.js';
import { ENTRA_HEADERS, Entra, NEW_ENTRA_USER } from '../support/idp/entra.js';
import { JUMPCLOUD_HEADERS, JumpCloud } from '../support/idp/jumpcloud.js';
import { OKTA_HEADERS, Okta } from '../support/idp/okta.js';
import { ENTERPRISE_TEMPLATE, ONELOGIN_HEADERS, OneLogin } from '../support/idp/onelogin.js';
import { type OpenSite, openSite, type Tenant } from '../support/idp/open-site.js';
import { filterQuery, type Headers, made, Wire } from '../support/idp/wire.js';
import { createRecordingStorage } from '../support/recorded-calls.js';
import { GROUP, USER } from '../support/scim-site.js';

const recording = createRecordingStorage();
const { storage } = recording;

/** What an identity provider does that is set up in some way, and what the doctor says then. */
interface Scenario {
  readonly title: string;
  readonly headers: Headers;
  readonly settings?: Parameters<OpenSite['tenant']>[0];
  /** How the address was typed in. */
  readonly typed?: (address: Tenant) => Partial<Pick<Tenant, 'baseUrl' | 'token'>>;
  /** Answers how many calls it has made besides those on the wire. */
  play(wire: Wire, tenant: Tenant): Promise<unknown>;
  readonly found: readonly string[];
  /** Words of what the first finding advises. */
  readonly mend?: RegExp;
  /** Where other words may stand than those of the calls. */
  readonly evidence?: object;
}

const ADA = { schemas: [USER], userName: 'ada@x.com', active: true };
const NOBODY = '5171a35d-82e3-4d2b-9a1e-6a1f6f0d3c77';
const ping = (wire: Wire) => wire.get(`/Users?${filterQuery(`userName eq "${NOBODY}"`)}`);
const times = async (count: number, act: (index: number) => Promise<unknown>) => {
  for (let index = 0; index < count; index += 1) await act(index);
};

function company(): Company {
  const all = new Company();
  const people = thirtyPeople().slice(0, 6);
  for (const person of people) all.hire(person);
  all.form(
    't3am',
    'Team',
    people.map(({ id }) => id),
  );
  return all;
}

const SCENARIOS: readonly Scenario[] = [
  {
    title: 'Entra with its flag',
    headers: ENTRA_HEADERS,
    play: async (_, tenant) => sync(new Entra(tenant, 'flag')),
    found: [],
  },
  {
    title: 'Entra without its flag',
    headers: ENTRA_HEADERS,
    play: async (wire, tenant) => {
      const calls = await sync(new Entra(tenant));
      const { id } = await made(wire, '/Users', NEW_ENTRA_USER);
      await wire.operate(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' });
      return calls;
    },
    found: ['entra-flag-missing'],
    mend: /aadOptscim062020/,
  },
  {
    title: 'Entra with a misspelt flag',
    headers: ENTRA_HEADERS,
    typed: ({ baseUrl }) => ({ baseUrl: `${baseUrl}?aadOptscim06202` }),
    play: (wire) => made(wire, '/Users', NEW_ENTRA_USER),
    found: ['entra-flag-misspelt'],
  },
  {
    title: 'Okta',
    headers: OKTA_HEADERS,
    play: async (_, tenant) => sync(new Okta(tenant)),
    found: ['password-sent'],
    mend: /Sync Password off/,
  },
  { title: 'OneLogin', headers: ONELOGIN_HEADERS, play: async (_, tenant) => sync(new OneLogin(tenant)), found: [] },
  { title: 'JumpCloud', headers: JUMPCLOUD_HEADERS, play: async (_, tenant) => sync(new JumpCloud(tenant)), found: [] },
  {
    title: 'a token with the word Bearer in it',
    headers: OKTA_HEADERS,
    typed: ({ token }) => ({ token: `Bearer ${token}` }),
    play: (wire) => made(wire, '/Users', ADA),
    found: ['bearer-twice'],
    mend: /Take the word Bearer out/,
  },
  {
    title: 'a token without the word Bearer',
    headers: OKTA_HEADERS,
    play: (wire, { token }) => wire.post('/Users', ADA, { Authorization: token }),
    found: ['bearer-missing'],
    mend: /HTTP Header/,
  },
  {
    title: 'a slash at the end of the base URL',
    headers: ENTRA_HEADERS,
    typed: ({ baseUrl }) => ({ baseUrl: `${baseUrl}/` }),
    play: (wire) => made(wire, '/Users', ADA),
    found: ['trailing-slash'],
    mend: /Tenant URL/,
  },
  {
    title: 'a base URL that ends with an endpoint',
    headers: ENTRA_HEADERS,
    typed: ({ baseUrl }) => ({ baseUrl: `${baseUrl}/Users` }),
    play: (wire) => wire.get('/Users/extra'),
    found: ['base-url-too-long'],
  },
  {
    title: 'a base URL with a version too much',
    headers: ENTRA_HEADERS,
    typed: ({ baseUrl }) => ({ baseUrl: `${baseUrl}/v2` }),
    play: (wire) => wire.post('/Users', ADA),
    found: ['base-url-too-long'],
    evidence: { count: 1 },
  },
  {
    title: 'no token',
    headers: OKTA_HEADERS,
    play: (wire) => wire.get('/Users', { Authorization: 'Basic dTpw' }),
    found: ['token-missing'],
  },
  {
    title: 'a token that was cut off',
    headers: OKTA_HEADERS,
    typed: ({ token }) => ({ token: token.slice(0, -3) }),
    play: (wire) => times(2, () => ping(wire)),
    found: ['token-malformed'],
    evidence: { count: 2 },
  },
  {
    title: 'the token of another directory',
    headers: ENTRA_HEADERS,
    play: async (wire) => {
      const other = await site.tenant();
      await wire.get('/Users', { Authorization: `Bearer ${other.token}` });
    },
    found: ['token-unknown'],
    mend: /Tenant URL and Secret Token/,
  },
  {
    title: 'an expired token',
    headers: ENTRA_HEADERS,
    play: async (wire, { directory }) => {
      await made(wire, '/Users', ADA);
      const scope = { directory, name: 'old', expiresAt: '2020-01-01T00:00:00.000Z' };
      const { token } = await createDirectoryTokens({ storage, clock: { now: () => 0 } }).issue(scope);
      await wire.get('/Users', { Authorization: `Bearer ${token}` });
    },
    found: ['token-expired'],
    mend: /restart provisioning/,
  },
  {
    title: 'a revoked token',
    headers: OKTA_HEADERS,
    play: async (wire, { directory }) => {
      const tokens = createDirectoryTokens({ storage });
      const { id, token } = await tokens.issue({ directory, name: 'old' });
      await tokens.revoke({ organizationId: directory.organizationId, directoryId: directory.id }, id);
      await wire.get('/Users', { Authorization: `Bearer ${token}` });
    },
    found: ['token-revoked'],
  },
  {
    title: 'an expired token that was replaced',
    headers: ENTRA_HEADERS,
    typed: ({ token }) => ({ token }),
    play: async (wire) => {
      await wire.get('/Users', { Authorization: 'Bearer wrong' });
      await made(wire, '/Users', ADA);
    },
    found: [],
  },
  {
    title: 'a directory that is switched off',
    headers: OKTA_HEADERS,
    play: async (wire, { directory }) => {
      const scope = { organizationId: directory.organizationId, directoryId: directory.id };
      await createDirectories({ storage }).disable(scope);
      await ping(wire);
    },
    found: ['directory-disabled'],
  },
  {
    title: 'a token that may only read',
    headers: OKTA_HEADERS,
    play: async (wire, { directory }) => {
      const { token } = await createDirectoryTokens({ storage }).issue({
        directory,
        name: 'r',
        scopes: ['users:read'],
      });
      await wire.post('/Users', ADA, { Authorization: `Bearer ${token}` });
    },
    found: ['scope-missing'],
  },
  {
    title: 'the object id as userName',
    headers: ENTRA_HEADERS,
    play: (wire) => made(wire, '/Users', { ...ADA, userName: NOBODY }),
    found: ['user-name-guid'],
    mend: /userPrincipalName/,
  },
  {
    title: 'a userName that is no e-mail address where it has to be one',
    headers: OKTA_HEADERS,
    settings: { policy: { userNameFormat: 'email' } },
    play: (wire) => wire.post('/Users', { ...ADA, userName: 'ada' }),
    found: ['user-name-not-email'],
    mend: /Application username format/,
  },
  {
    title: 'no userName',
    headers: ONELOGIN_HEADERS,
    play: (wire) => wire.post('/Users', { ...ADA, userName: '' }),
    found: ['required-attribute-missing'],
  },
  {
    title: 'a mapping to an attribute that does not exist',
    headers: ENTRA_HEADERS,
    play: async (wire) => {
      const { id } = await made(wire, '/Users', ADA);
      await wire.operate(`/Users/${id}`, { op: 'replace', path: 'favoriteColor', value: 'red' });
    },
    found: ['unknown-attribute'],
    mend: /delete the row/,
    evidence: { detail: expect.stringContaining('"favoriteColor"') },
  },
  {
    title: 'a matching attribute that cannot be searched',
    headers: ENTRA_HEADERS,
    play: (wire) => wire.get(`/Users?${filterQuery('employeeShoeSize eq "44"')}`),
    found: ['matching-attribute'],
  },
  {
    title: 'creating the same person again and again',
    headers: OKTA_HEADERS,
    play: (wire) => times(4, () => wire.post('/Users', ADA)),
    found: ['user-conflict'],
    evidence: { count: 3 },
  },
  {
    title: 'pushing a group whose name is taken',
    headers: OKTA_HEADERS,
    play: (wire) => times(2, () => wire.post('/Groups', { schemas: [GROUP], displayName: 'Sales' })),
    found: ['group-conflict'],
    mend: /link the group/,
  },
  {
    title: 'members by their addresses',
    headers: OKTA_HEADERS,
    play: (wire) =>
      wire.post('/Groups', { schemas: [GROUP], displayName: 'Sales', members: [{ value: 'Ada Lovelace' }] }),
    found: ['member-by-name', 'member-not-provisioned'],
  },
  {
    title: 'members who are not here yet',
    headers: ENTRA_HEADERS,
    play: (wire) => wire.post('/Groups', { schemas: [GROUP], displayName: 'Sales', members: [{ value: NOBODY }] }),
    found: ['member-not-provisioned'],
    mend: /Assign the people of the group/,
  },
  {
    title: 'groups in groups',
    headers: JUMPCLOUD_HEADERS,
    play: async (wire) => {
      const { id } = await made(wire, '/Groups', { schemas: [GROUP], displayName: 'Inner' });
      await made(wire, '/Groups', { schemas: [GROUP], displayName: 'Outer', members: [{ value: id, type: 'Group' }] });
    },
    found: ['nested-group'],
  },
  {
    title: 'SE-13 SE-14 changing somebody who is gone',
    headers: OKTA_HEADERS,
    play: (wire) => wire.put(`/Users/${NOBODY}`, ADA),
    found: ['user-gone'],
    mend: /Unassign/,
  },
  {
    title: 'pushing groups where only people are taken',
    headers: ENTRA_HEADERS,
    settings: { resourceTypes: ['User'] },
    play: (wire) => wire.post('/Groups', { schemas: [GROUP], displayName: 'Sales' }),
    found: ['groups-not-offered'],
    mend: /Provision Groups/,
  },
  {
    title: 'no mapping of active',
    headers: ENTRA_HEADERS,
    play: (wire) => times(3, (index) => made(wire, '/Users', { schemas: [USER], userName: `p${index}@x.com` })),
    found: ['active-not-mapped'],
    mend: /IsSoftDeleted/,
  },
  {
    title: 'SCIM 1.1',
    headers: JUMPCLOUD_HEADERS,
    play: (wire) => made(wire, '/Users', { ...ADA, schemas: ['urn:scim:schemas:core:1.0'] }),
    found: ['scim-1'],
  },
  {
    title: 'a template with unknown placeholders',
    headers: ONELOGIN_HEADERS,
    play: (wire) => made(wire, '/Users', { ...ENTERPRISE_TEMPLATE(somebody(), undefined), title: '{$user.jobtitle}' }),
    found: ['template-unfilled'],
    mend: /SCIM JSON Template/,
  },
  {
    title: 'a template that is no JSON',
    headers: ONELOGIN_HEADERS,
    play: (wire) => wire.post('/Users', '{"userName": "ada",'),
    found: ['body-unreadable'],
  },
  {
    title: 'another content type',
    headers: OKTA_HEADERS,
    play: (wire) => wire.post('/Users', ADA, { 'Content-Type': 'text/plain' }),
    found: ['content-type'],
  },
  {
    title: 'a connection that was tested, and nobody assigned',
    headers: ENTRA_HEADERS,
    play: (wire) => times(2, () => ping(wire)),
    found: ['only-look-ups'],
    mend: /40 minutes/,
  },
];

let site: OpenSite;
const played = new Map<string, readonly TrafficEntry[]>();

/** Lets a provider do its first cycle, and answers how many calls it takes. */
async function sync(provider: { readonly wire: Wire; sync(all: Company): Promise<void> }): Promise<number> {
  await provider.sync(company());
  provider.wire.close();
  return provider.wire.sent.length;
}

function somebody() {
  const [person] = thirtyPeople();
  if (!person) throw new Error('nobody is there');
  return person;
}

async function play({ title, headers, settings, typed, play: act }: Scenario): Promise<void> {
  const tenant = await site.tenant(settings);
  const wire = new Wire({ ...tenant, ...typed?.(tenant) }, headers);
  const further = await act(wire, tenant);
  wire.close();
  const { organizationId, id: directoryId } = tenant.directory;
  const calls = wire.sent.length + (typeof further === 'number' ? further : 0);
  played.set(title, await recording.recorded({ organizationId, directoryId }, calls));
}

describe('the doctor', () => {
  beforeAll(async () => {
    site = await openSite({ traffic: true, tokenCacheSeconds: 0 }, storage);
    await Promise.all(SCENARIOS.map(play));
  });

  afterAll(() => site.close());

  it.each(SCENARIOS)('QL-11 OU-12 finds $found for $title', ({ title, found, mend, evidence }) => {
    const recent = played.get(title) ?? [];
    expect(recent.length).toBeGreaterThan(0);
    const findings = examineTraffic({ recent });
    expect(findings.map(({ code }) => code)).toEqual(found);
    const [first] = findings;
    if (mend) expect(first?.mend).toMatch(mend);
    if (evidence) expect(first?.evidence).toMatchObject(evidence);
    for (const { evidence: seen, sentence, mend: advice } of findings) {
      expect(recent.map(({ id }) => id)).toContain(seen.requestId);
      for (const text of [sentence, advice]) expect(text).toMatch(/^[A-Z].*[.)]$/);
    }
  });

  it('has a scenario for every rule that single calls show', () => {
    const tried = new Set(SCENARIOS.flatMap(({ found }) => found));
    const untried = [...ACCESS_RULES, ...MAPPING_RULES].map(({ code }) => code).filter((code) => !tried.has(code));
    // Both take a service in trouble: see below.
    expect(untried).toEqual(['too-fast', 'our-fault']);
  });

  it('tells what is too fast, and what is no fault of the provider, until it works again', () => {
    const answered = (status: number, id: string): TrafficEntry => ({
      id,
      at: '2026-03-01T10:00:00.000Z',
      milliseconds: 1,
      outcome: status < 400 ? 'done' : status < 500 ? 'refused' : 'failed',
      method: 'PATCH',
      path: '/Users/1',
      status,
      signs: [],
    });
    const trouble = [answered(503, 'a'), answered(429, 'b'), answered(429, 'c'), answered(429, 'd')];
    expect(examineTraffic({ recent: trouble }).map(({ code }) => code)).toEqual(['our-fault', 'too-fast']);
    expect(examineTraffic({ recent: [answered(200, 'e'), ...trouble] })).toEqual([]);
  });

  it('goes by the provider that somebody has named, and puts the worst first', () => {
    const recent = played.get('creating the same person again and again') ?? [];
    const signIns = [{ sign: 'groups-cut', tenantId: 't', at: '2026-03-01T10:00:00.000Z' }] as const;
    const findings = examineTraffic({ recent, provider: 'entra', signIns });
    expect(findings.map(({ code, severity, provider }) => [code, severity, provider])).toEqual([
      ['user-conflict', 'error', 'entra'],
      ['sign-in-groups-cut', 'hint', 'entra'],
    ]);
    expect(findings[0]?.mend).toContain('restart provisioning');
  });

  it.each(Object.keys(SIGN_IN_RULES) as readonly SignInSign[])(
    'says how to mend %s at sign-ins, for every provider',
    (sign) => {
      const signIns = [
        { sign, tenantId: 't', at: '2026-03-01T10:00:00.000Z', count: 3 },
        { sign, tenantId: 't', at: '2026-03-01T09:00:00.000Z' },
      ];
      for (const { provider } of SETUP_GUIDES) {
        const [finding] = examineTraffic({ recent: [], provider, signIns });
        expect(finding).toEqual({
          code: `sign-in-${sign}`,
          severity: SIGN_IN_RULES[sign].severity,
          sentence: expect.stringMatching(/^[A-Z].*\.$/),
          mend: SIGN_IN_RULES[sign].mend[provider] ?? SIGN_IN_RULES[sign].mend.other,
          provider,
          evidence: { count: 4, lastAt: '2026-03-01T10:00:00.000Z' },
        });
      }
    },
  );
});

describe('what the journal shows of sign-ins', () => {
  const entry = (kind: string, details: JournalEntry['details'], at = '2026-03-01T10:00:00.000Z'): JournalEntry => ({
    id: at,
    subject: 'provisioning',
    kind,
    at,
    details: { tenantId: 't', ...details },
  });

  it('tells a missing groups claim, an overflow and a cut list, where groups are wanted', () => {
    const entries = [
      entry('login', { groupsState: 'missing', groups: [] }),
      entry('login', { groupsState: 'overflow', groups: [] }),
      entry('login', { groupsState: 'present', groups: Array.from({ length: 100 }, (_, index) => `g${index}`) }),
      entry('login-refused', { reason: 'email-not-verified' }),
      entry('login-refused', { reason: 'deactivated' }),
      entry('user-pushed', {}),
    ];
    const signs = (groups: boolean) => signInSightings(entries, { groups }).map(({ sign, count }) => [sign, count]);
    expect(signs(true)).toEqual([
      ['groups-missing', 1],
      ['groups-overflow', 1],
      ['groups-cut', 1],
      ['email-not-verified', 1],
    ]);
    expect(signs(false)).toEqual([['email-not-verified', 1]]);
  });

  it('takes a missing claim for mended when the newest sign-in has it', () => {
    const entries = [
      entry('login', { groupsState: 'present', groups: ['g'] }),
      entry('login', { groupsState: 'missing', groups: [] }),
    ];
    expect(signInSightings(entries, { groups: true })).toEqual([]);
  });
});

import { beforeAll, describe, expect, it } from '@jest/globals';
import type { TrafficCount, TrafficEntry, TrafficOutcome } from 'express-sso-scim';
import { type Activity, createActivity } from '../../src/admin/activity.js';
import { chartOf } from '../../src/admin/activity-chart.js';
import { callTitle } from '../../src/admin/call-title.js';
import { directoryHealth, readDirectoryHealth, readRecentCalls } from '../../src/admin/directory-health.js';
import { examineTraffic } from '../../src/admin/doctor.js';
import type { SetupGuide } from '../../src/admin/setup-guides/setup-guide.js';
import { fillGuide, SETUP_GUIDES } from '../../src/admin/setup-guides/setup-guides.js';
import { readSignInSightings } from '../../src/admin/sign-in-sightings.js';
import { createChosenStorage } from '../support/chosen-storage.js';
import { createProvisionedSite, OPERATOR, type ProvisionedSite, SCOPE } from '../support/provisioned-site.js';
import { createRecordingStorage, type RecordingStorage } from '../support/recorded-calls.js';

const NOW = Date.parse('2026-03-01T10:00:00.000Z');
const MINUTE = 60_000;

describe('activity', () => {
  let site: ProvisionedSite;
  let recording: RecordingStorage;
  let activity: Activity;
  let adaId: string;
  let groupId: string;

  beforeAll(async () => {
    const seeds = {
      organizations: [{ id: 'acme', name: 'Acme' }],
      teams: [{ organizationId: 'acme', id: 'red', name: 'Red' }],
    };
    recording = createRecordingStorage(createChosenStorage(seeds));
    site = await createProvisionedSite('oneuptime-project', { router: { traffic: true }, storage: recording.storage });
    activity = createActivity(recording.storage);
    adaId = await site.push('ada');
    groupId = await site.pushGroup('Reds');
    const rows = [{ groupId, target: 'team:red', role: 'Member' }] as const;
    const mapping = { mode: 'manual', rows } as const;
    const asked = await site.service.mappings.save(SCOPE, mapping, { by: OPERATOR });
    if (asked.kind !== 'needs-confirmation') throw new Error(JSON.stringify(asked));
    await site.service.mappings.save(SCOPE, mapping, { by: OPERATOR, confirm: asked.preview.digest });
    const member = { op: 'add', path: 'members', value: [{ value: adaId }] };
    await site.client.patch(`/Groups/${groupId}`, [member]).expect(200);
    await site.client.post('/Users', { userName: 'ada@acme.example' }).expect(409);
    await site.client.get('/Users?count=1').expect(200);
    await recording.recorded(SCOPE, 5);
  });

  const titles = async (show: 'newest' | 'failures' | 'failures-first', limit = 2) => {
    const found: string[] = [];
    let after: string | undefined = '';
    while (after !== undefined) {
      const page: Awaited<ReturnType<Activity['page']>> = await activity.page(SCOPE, { after, limit, show });
      expect(page.items.length).toBeLessThanOrEqual(limit);
      found.push(...page.items.map(({ title }) => title));
      after = page.next;
    }
    return found;
  };

  it('X-10 QL-11 lists calls newest first, failures alone, or failures first, page by page', async () => {
    const all = ['List users', 'Add a user', 'Change the members of a group', 'Add a group', 'Add a user'];
    expect(await titles('newest')).toEqual(all);
    expect(await titles('failures')).toEqual(['Add a user']);
    const sorted = ['Add a user', 'List users', 'Change the members of a group', 'Add a group', 'Add a user'];
    for (const limit of [1, 2, 4, 5, 9]) expect(await titles('failures-first', limit)).toEqual(sorted);
    await expect(activity.page(SCOPE, { after: 'rest:x', limit: 1, show: 'failures-first' })).rejects.toThrow(
      RangeError,
    );
  });

  it('X-10 QL-11 opens a call to what it set off, step by step, without a name', async () => {
    const { items } = await activity.page(SCOPE, { after: '', limit: 9, show: 'newest' });
    const call = items.find(({ title }) => title.startsWith('Change the members'))?.call;
    const opened = await activity.open(SCOPE, call?.id ?? '', { after: '', limit: 9 });
    const userId = await site.userId('ada');
    expect(opened?.outcome).toBe('It was done.');
    expect(opened?.steps.map(({ kind, sentence, subjects }) => ({ kind, sentence, subjects }))).toEqual([
      {
        kind: 'members-changed',
        sentence: 'Members of the group came or went.',
        subjects: [{ type: 'group', id: groupId }],
      },
      {
        kind: 'grants',
        sentence: 'The person was given a role.',
        subjects: [
          { type: 'person', id: userId },
          { type: 'team', id: 'red' },
        ],
      },
    ]);
    expect(new Set(opened?.steps.map(({ causeId }) => causeId))).toEqual(new Set([call?.id]));
    expect(JSON.stringify(opened)).not.toContain('ada@acme.example');
    const paged = await activity.open(SCOPE, call?.id ?? '', { after: '', limit: 1 });
    const rest = await activity.open(SCOPE, call?.id ?? '', { after: paged?.next ?? '', limit: 1 });
    expect([...(paged?.steps ?? []), ...(rest?.steps ?? [])]).toEqual(opened?.steps);
    expect(await activity.open(SCOPE, 'unknown', { after: '', limit: 1 })).toBeUndefined();
    expect(
      await activity.open({ ...SCOPE, organizationId: 'other' }, call?.id ?? '', { after: '', limit: 1 }),
    ).toBeUndefined();
  });

  it('tells why a call failed, and that it set off nothing', async () => {
    const { items } = await activity.page(SCOPE, { after: '', limit: 1, show: 'failures' });
    const [failure] = items;
    expect(failure).toMatchObject({ failed: true, outcome: 'userName "<email>" is already taken in this directory.' });
    expect(await activity.open(SCOPE, failure?.call.id ?? '', { after: '', limit: 9 })).toEqual({
      ...failure,
      steps: [],
    });
  });

  it('shows the steps of an organization whatever set them off, each to be opened', async () => {
    const { steps } = await activity.steps(SCOPE, { after: '', limit: 50 });
    const saved = steps.find(({ kind }) => kind === 'mapping-saved');
    expect(saved).toMatchObject({ by: OPERATOR, sentence: 'The mapping of groups was saved.' });
    const { steps: same } = await activity.stepsOf(SCOPE, saved?.causeId ?? '', { after: '', limit: 9 });
    expect(same.map(({ kind }) => kind)).toContain('mapping-saved');
  });

  it('leads to health, findings and sightings of the same directory', async () => {
    const recent = await readRecentCalls(recording.storage, SCOPE);
    const health = await readDirectoryHealth(recording.storage, SCOPE, NOW + MINUTE, recent);
    expect(health).toMatchObject({
      state: 'troubled',
      day: { calls: 5, failures: 1, failureShare: 0.2, unauthorized: 0 },
    });
    expect(examineTraffic({ recent })).toEqual([]);
    expect(await readSignInSightings(recording.storage, SCOPE)).toEqual([]);
  });

  it('sums counts into the steps of a chart', () => {
    const counts = [count(0, 'done', 3), count(1, 'failed', 1, 1), count(5, 'done', 2), count(30, 'done', 9)];
    const from = new Date(NOW).toISOString();
    const to = new Date(NOW + 6 * 60 * MINUTE).toISOString();
    expect(chartOf(counts, { from, to, hours: 3 })).toEqual([
      { from, calls: { done: 3, refused: 0, unauthorized: 0, failed: 1 }, unrecorded: 1 },
      {
        from: new Date(NOW + 3 * 60 * MINUTE).toISOString(),
        calls: { done: 2, refused: 0, unauthorized: 0, failed: 0 },
        unrecorded: 0,
      },
    ]);
    expect(() => chartOf([], { from: '2000-01-01T00:00:00.000Z', to, hours: 1 })).toThrow(RangeError);
  });

  it.each([
    ['GET', '/Users', { query: 'filter=userName eq "<email>"' }, 'Look up a user'],
    ['GET', '/Groups/<guid>', {}, 'Read a group'],
    ['PUT', '/Users/<guid>', {}, 'Replace a user'],
    ['DELETE', '/Groups/<guid>', {}, 'Delete a group'],
    [
      'PATCH',
      '/Users/<guid>',
      { body: { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] } },
      'Deactivate a user',
    ],
    [
      'PATCH',
      '/Users/<guid>',
      { body: { operations: [{ op: 'replace', value: { active: true } }] } },
      'Activate a user',
    ],
    [
      'PATCH',
      '/Users/<guid>',
      { body: { Operations: [{ op: 'replace', path: 'title', value: '<text>' }] } },
      'Change a user',
    ],
    [
      'PATCH',
      '/Groups/<guid>',
      { body: { Operations: [{ op: 'replace', value: { members: [] } }] } },
      'Change the members of a group',
    ],
    ['POST', '/Bulk', {}, 'Do several things at once'],
    ['POST', '/Users/.search', {}, 'Search for users'],
    ['GET', '/Schemas', {}, 'Ask what is offered'],
    ['POST', '/Entitlements', {}, 'Add a resource'],
    ['BREW', '/Users', {}, 'Call by BREW'],
  ])('calls %s %s %j: %s', (method, path, rest, title) => {
    expect(callTitle(call({ method, path, ...rest }))).toBe(title);
  });
});

describe('the health of a directory', () => {
  /** Cycles of some calls each, so many minutes apart, the last one so many minutes ago. */
  const cycles = (every: number, number: number, ago: number, calls = 3) =>
    Array.from({ length: number * calls }, (_, index) => {
      const [cycle, place] = [Math.floor(index / calls), index % calls];
      return call({ at: iso(NOW - (ago + cycle * every) * MINUTE - place * 1000) });
    });

  it('QL-11 is silent before the first call', () => {
    expect(directoryHealth({ now: NOW, counts: [], recent: [] })).toEqual({
      state: 'silent',
      sentence: 'The identity provider has not called yet.',
      day: { calls: 0, failures: 0, failureShare: 0, unauthorized: 0 },
      refusals: [],
    });
  });

  it('QL-11 learns the rhythm of a provider, and says when cycles are missed', () => {
    const at = (ago: number) => directoryHealth({ now: NOW, counts: [], recent: cycles(40, 8, ago) });
    expect(at(10)).toMatchObject({ state: 'well', rhythm: { everyMinutes: 40, missedCycles: 0 } });
    expect(at(70)).toMatchObject({ state: 'well', rhythm: { missedCycles: 0 } });
    expect(at(125)).toMatchObject({
      state: 'late',
      rhythm: { everyMinutes: 40, missedCycles: 2 },
      sentence: 'The identity provider usually comes every 40 minutes, and 2 times it has not.',
      lastCallAt: iso(NOW - 125 * MINUTE),
    });
  });

  it('learns it from hours where the calls that are known are one long cycle', () => {
    const recent = cycles(0, 1, 200, 100);
    const counts = Array.from({ length: 30 }, (_, index) => count(-4 - index, 'done', 200));
    expect(directoryHealth({ now: NOW, counts, recent })).toMatchObject({
      state: 'late',
      rhythm: { everyMinutes: 60, missedCycles: 2 },
    });
  });

  it('expects nothing of a provider that comes when something changes', () => {
    const recent = [0, 7, 300, 310, 2000, 2100, 5000].map((ago) => call({ at: iso(NOW - (ago + 600) * MINUTE) }));
    const health = directoryHealth({ now: NOW, counts: [], recent });
    expect(health).not.toHaveProperty('rhythm');
    expect(health.state).toBe('well');
  });

  it('QL-11 tells a share of failures over 24 hours from older ones', () => {
    const counts = [count(-1, 'done', 6), count(-2, 'refused', 3), count(-3, 'failed', 1), count(-30, 'failed', 100)];
    const recent = [call({ at: iso(NOW - MINUTE) })];
    expect(directoryHealth({ now: NOW, counts, recent })).toMatchObject({
      state: 'troubled',
      day: { calls: 10, failures: 4, failureShare: 0.4 },
      sentence: '4 of 10 calls of the last 24 hours failed; the others succeeded.',
    });
    const worse = [...counts, count(-1, 'failed', 10)];
    expect(directoryHealth({ now: NOW, counts: worse, recent }).state).toBe('failing');
  });

  it('OU-12 QL-11 says that a provider is locked out, and why; a single guess of a stranger changes nothing', () => {
    const refused = (refusal: string, ago: number) =>
      call({ outcome: 'unauthorized', status: 401, refusal, at: iso(NOW - ago * MINUTE) });
    const success = call({ at: iso(NOW - 60 * MINUTE) });
    const counts = [count(-1, 'done', 1), count(-1, 'unauthorized', 3)];
    const recent = [refused('expired', 1), refused('expired', 2), refused('malformed', 3), success];
    expect(directoryHealth({ now: NOW, counts, recent })).toMatchObject({
      state: 'locked-out',
      day: { calls: 1, failures: 0, unauthorized: 3 },
      lastSuccessAt: success.at,
      refusals: [
        { reason: 'expired', count: 2, lastAt: iso(NOW - MINUTE) },
        { reason: 'malformed', count: 1, lastAt: iso(NOW - 3 * MINUTE) },
      ],
    });
    expect(directoryHealth({ now: NOW, counts, recent: [refused('malformed', 1), success] }).state).toBe('well');
    const older = directoryHealth({ now: NOW, counts, recent: recent.slice(0, 3), lastSuccess: success });
    expect(older.lastSuccessAt).toBe(success.at);
  });
});

describe('setup guides', () => {
  const VALUES = {
    applicationName: 'Acme Console',
    scimBaseUrl: 'https://app.example/scim/v2/abc',
    tokenName: 'Entra 2026',
    redirectUri: 'https://app.example/signin-oidc',
    loginUrl: 'https://app.example/login/t1',
    postLogoutUri: 'https://app.example/logged-out',
    backChannelLogoutUri: 'https://app.example/backchannel-logout/t1',
    scopes: 'openid profile email groups',
  };
  /** What has to be entered at a provider, or said why not. */
  const SCIM = ['applicationName', 'scimBaseUrl', 'tokenName'] as const;
  const OIDC = ['applicationName', 'redirectUri', 'loginUrl', 'scopes'] as const;

  it('are there for seven providers', () => {
    const providers = SETUP_GUIDES.map(({ provider }) => provider);
    expect(providers).toEqual(['entra', 'okta', 'onelogin', 'jumpcloud', 'google', 'auth0', 'keycloak']);
  });

  it.each(SETUP_GUIDES)('of $name names what the product needs, with the values of the organization', (guide) => {
    const scim = fillGuide(guide.scim, VALUES);
    const oidc = fillGuide(guide.oidc, VALUES);
    expect(missing(JSON.stringify(scim), guide.scim.steps.length > 0 ? SCIM : SCIM.slice(1))).toEqual([]);
    expect(missing(JSON.stringify(oidc), OIDC)).toEqual([]);
    // Where a provider has no place for them, a note says so.
    for (const value of ['postLogoutUri', 'backChannelLogoutUri'] as const) {
      const isLeftOut = guide.provider === 'onelogin' && value === 'postLogoutUri';
      if (!isLeftOut)
        expect({ value, missing: missing(JSON.stringify(oidc), [value]) }).toEqual({ value, missing: [] });
    }
    expect(oidc.steps.flatMap(({ fields }) => fields.map(({ label }) => label))).toEqual(
      expect.arrayContaining(['Authority', 'Client id', 'Client secret']),
    );
    for (const { title, text } of [...scim.steps, ...oidc.steps]) {
      expect(title).toMatch(/^[A-Z][^.]*$/);
      expect(text.map((piece) => piece.text).join('')).toMatch(/^[A-Z].*[.:]$/);
    }
  });

  it.each(SETUP_GUIDES)('of $name leave no placeholder open, whatever is known', (guide: SetupGuide) => {
    for (const values of [VALUES, {}]) {
      for (const part of [guide.scim, guide.oidc]) {
        const text = JSON.stringify(fillGuide(part, values));
        expect(text).not.toMatch(/undefined|"value"|\$\{/);
        if (values === VALUES) expect(text).not.toMatch(/\(the |\(once /);
      }
    }
  });

  it('mark what is to be copied, with what stands right behind it', () => {
    const [entra] = SETUP_GUIDES;
    const fields = fillGuide(entra?.scim ?? { steps: [], notes: [] }, VALUES).steps.flatMap((step) => step.fields);
    expect(fields.find(({ label }) => label === 'Tenant URL')?.content).toEqual([
      { text: 'https://app.example/scim/v2/abc?aadOptscim062020', copy: true },
    ]);
    expect(fields.find(({ label }) => label === 'Secret Token')?.content[1]).toEqual({
      text: 'Entra 2026',
      copy: true,
    });
  });

  function missing(text: string, wanted: readonly (keyof typeof VALUES)[]): readonly string[] {
    return wanted.filter((name) => !text.includes(VALUES[name]));
  }
});

function iso(time: number): string {
  return new Date(time).toISOString();
}

/** Calls of an hour, counted from now. */
function count(hours: number, outcome: TrafficOutcome, calls: number, unrecorded = 0): TrafficCount {
  return { hour: iso(NOW + hours * 60 * MINUTE), outcome, calls, unrecorded };
}

let made = 0;
function call(rest: Partial<TrafficEntry> = {}): TrafficEntry {
  made += 1;
  return {
    id: `call-${made}`,
    at: iso(NOW),
    milliseconds: 1,
    outcome: 'done',
    method: 'GET',
    path: '/Users',
    status: 200,
    signs: [],
    ...rest,
  };
}

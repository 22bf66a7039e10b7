import type { TrafficEntry } from 'express-sso-scim';
import { ACME } from './admin-site.js';
import { createPortalSite, type PortalSite } from './portal-site.js';

/** A portal with something on every page, whose names are all the same text followed by a number. */
export interface FurnishedPortal extends PortalSite {
  /** The pages for an owner, by what they are called. */
  readonly pages: Readonly<Record<string, string>>;
  /** Those for an operator. */
  readonly operatorPages: Readonly<Record<string, string>>;
  readonly directoryPath: string;
  readonly groupPath: string;
  readonly tenantPath: string;
}

/** @param text what people, teams, groups and directories are called */
export async function createFurnishedPortal(text: (what: string) => string = (what) => what): Promise<FurnishedPortal> {
  const site = await createPortalSite({
    users: [
      { id: 'root', email: 'grace@acme.example', displayName: text('Grace Hopper') },
      { id: 'alan', email: 'alan@acme.example', displayName: text('Alan Turing') },
      ...Array.from({ length: 55 }, (_, index) => ({
        id: `person-${String(index).padStart(2, '0')}`,
        email: `person-${index}@acme.example`,
        displayName: text(`Person ${index}`),
      })),
    ],
    teams: [
      { id: 'team-1', name: text('Platform') },
      { id: 'team-2', name: text('Payments') },
      { id: 'team-3', name: text('Support') },
    ],
    acme: { name: text('Acme'), rootUserId: 'root' },
    policy: { existingPeople: 'convert', blastRadius: { people: 0, share: 0, minutes: 60 } },
    options: {
      examine: async () => ({
        usable: true,
        issuer: 'https://idp.acme.example',
        findings: [{ severity: 'warning', message: text('The provider names another issuer.') }],
      }),
    },
  });
  const tenantId = await site.activeTenant({ secretExpiresAt: '2027-01-10T08:00:00Z' });
  await site.as('owner').post(`${ACME}/oidc-tenants`, {
    domains: 'acme.org, acme.net',
    authority: 'https://idp.acme.org',
    clientId: 'waiting',
    clientSecret: 'another secret',
    breakGlassEmails: 'ops@acme.org',
  });
  const directory = await site.directory(text('Entra ID').slice(0, 100));
  // A name that is pushed has 1,024 characters at most; those of the host have as many as it likes.
  const pushed = (what: string) => text(what).slice(0, 1024);
  const ids: string[] = [];
  for (const who of ['ada', 'barbara', 'claude', 'dorothy', 'edsger', 'frances']) {
    ids.push(await directory.user(who, { displayName: pushed(who) }));
  }
  // Somebody who is there already waits for a decision.
  await directory.user('alan', { displayName: pushed('Alan Turing') });
  const groups: string[] = [];
  for (const [index, group] of ['Engineering', 'Finance', 'Helpdesk', 'Everybody', 'Nobody'].entries()) {
    groups.push(await directory.group(pushed(group), ids.slice(index)));
  }
  const [first = '', second = '', third = ''] = groups;
  const groupPath = `${directory.path}/groups/${first}`;
  const { body } = await site.as('owner').get(groupPath).expect(200);
  const rows = [
    { groupId: first, target: 'team:team-1' },
    { groupId: second, target: 'team:team-2' },
    { groupId: third, target: 'team:team-2' },
  ];
  const wish = { mode: 'manual', rows, version: body.version };
  const preview = await site.as('owner').post(`${directory.path}/mapping/preview`, wish);
  if (preview.status !== 200) throw new Error(preview.text.slice(0, 500));
  await site
    .as('owner')
    .put(`${directory.path}/mapping`, { ...wish, confirm: preview.body.digest })
    .expect(200);
  // More people would lose something than is usual, so that waits too.
  await directory.replaceMembers(second, []);
  const people = await site.as('owner').get(`${ACME}/people?source=scim`).expect(200);
  const [ada] = people.body.items;
  const callId = await recordCalls(site, directory.id, text);
  const tenantPath = `${ACME}/oidc-tenants/${tenantId}`;
  return {
    ...site,
    directoryPath: directory.path,
    groupPath,
    tenantPath,
    pages: {
      overview: ACME,
      'oidc-tenants': `${ACME}/oidc-tenants`,
      'oidc-tenant': tenantPath,
      'oidc-history': `${tenantPath}/history`,
      directories: `${ACME}/directories`,
      provisioning: `${directory.path}/provisioning`,
      policy: `${directory.path}/policy`,
      conversion: `${directory.path}/provisioning/conversion`,
      teams: `${ACME}/teams`,
      tokens: `${directory.path}/tokens`,
      groups: `${directory.path}/groups`,
      group: groupPath,
      holds: `${directory.path}/holds`,
      inbox: `${ACME}/conflicts`,
      people: `${ACME}/people`,
      person: `${ACME}/people/${ada.user.id}`,
      explanation: `${ACME}/people/${ada.user.id}/teams/team-1`,
      activity: `${directory.path}/activity`,
      call: `${directory.path}/activity/${callId}`,
      health: `${directory.path}/health`,
      guides: `${ACME}/guides`,
      guide: `${ACME}/guides/entra`,
      'guide-without-scim': `${ACME}/guides/google`,
    },
    operatorPages: {
      requests: '/oidc-requests',
      'provisioning-operator': `${directory.path}/provisioning`,
      'policy-operator': `${directory.path}/policy`,
      'conversion-operator': `${directory.path}/provisioning/conversion`,
      presets: `${directory.path}/presets`,
      preset: `${directory.path}/presets/secoda`,
    },
  };
}

/** Calls as a SCIM router with `traffic` keeps them, some of them refused; answers one that has changed something. */
async function recordCalls(
  { storage }: PortalSite,
  directoryId: string,
  text: (what: string) => string,
): Promise<string> {
  const scope = { organizationId: 'acme', directoryId };
  const { items } = await storage.journal.page(scope, 'provisioning', { after: '', limit: 50 });
  // Saving the mapping has given roles; its steps stand in for those of a call.
  const causeId = items.find(({ kind }) => kind === 'mapping-saved')?.causeId;
  if (causeId === undefined || !storage.traffic) throw new Error('nothing was provisioned');
  const at = (minute: number) => new Date(Date.parse('2027-01-04T06:00:00.000Z') + minute * 60_000).toISOString();
  const common = { milliseconds: 12, agent: text('an identity provider'), signs: [] };
  const done = (id: string, minute: number): TrafficEntry => ({
    ...common,
    id,
    at: at(minute),
    outcome: 'done',
    method: 'POST',
    path: '/Users',
    status: 201,
    body: { userName: '<email>', displayName: '<text>' },
  });
  const refused = (id: string, minute: number): TrafficEntry => ({
    ...common,
    id,
    at: at(minute),
    outcome: 'unauthorized',
    method: 'GET',
    path: '/Users',
    query: 'filter=userName eq "<email>"',
    status: 401,
    detail: text('The token was sent twice.'),
    refusal: 'malformed',
    signs: ['bearer-twice'],
  });
  const entries = [
    done(causeId, 0),
    ...Array.from({ length: 60 }, (_, index) =>
      index % 5 === 0 ? refused(`call-${index}`, index + 1) : done(`call-${index}`, index + 1),
    ),
    ...[62, 63, 64].map((minute) => refused(`late-${minute}`, minute)),
  ];
  const counts = [
    { hour: at(0), outcome: 'done', calls: 49, unrecorded: 0 },
    { hour: at(60), outcome: 'unauthorized', calls: 15, unrecorded: 2 },
    { hour: '2027-01-02T06:00:00.000Z', outcome: 'failed', calls: 4, unrecorded: 0 },
  ] as const;
  await storage.traffic.append(scope, { entries, counts }, 1000);
  return causeId;
}

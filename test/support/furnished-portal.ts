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
    policy: { existingPeople: 'convert', blastRadius: { people: 1, share: 0.01, minutes: 60 } },
    options: {
      examine: async () => ({
        usable: false,
        issuer: 'https://idp.acme.example',
        findings: [{ severity: 'error', message: text('The provider names another issuer.') }],
      }),
    },
    router: { traffic: true },
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
  const ids: string[] = [];
  for (const who of ['ada', 'barbara', 'claude', 'dorothy', 'edsger', 'frances']) {
    ids.push(await directory.user(who, { displayName: text(who) }));
  }
  // Somebody who is there already waits for a decision.
  await directory.user('alan', { displayName: text('Alan Turing') });
  const groups: string[] = [];
  for (const [index, group] of ['Engineering', 'Finance', 'Helpdesk', 'Everybody', 'Nobody'].entries()) {
    groups.push(await directory.group(text(group), ids.slice(index)));
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
  const preview = await site.as('owner').post(`${directory.path}/mapping/preview`, wish).expect(200);
  await site
    .as('owner')
    .put(`${directory.path}/mapping`, { ...wish, confirm: preview.body.digest })
    .expect(200);
  // More people would lose something than is usual, so that waits too.
  await directory.replaceMembers(second, []);
  const people = await site.as('owner').get(`${ACME}/people?source=scim`).expect(200);
  const [ada] = people.body.items;
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
      tokens: `${directory.path}/tokens`,
      groups: `${directory.path}/groups`,
      group: groupPath,
      holds: `${directory.path}/holds`,
      inbox: `${ACME}/conflicts`,
      people: `${ACME}/people`,
      person: `${ACME}/people/${ada.user.id}`,
      explanation: `${ACME}/people/${ada.user.id}/teams/team-1`,
    },
    operatorPages: { requests: '/oidc-requests', 'provisioning-operator': `${directory.path}/provisioning` },
  };
}

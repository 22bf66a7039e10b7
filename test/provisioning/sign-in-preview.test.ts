import { describe, expect, it } from '@jest/globals';
import {
  createProvisioningService,
  createSignInProvisioning,
  type SignInIdentity,
  type SignInProvisioningOptions,
} from 'express-sso-scim';
import { completeRules } from '../../src/provisioning/provisioning-rules.js';
import { previewSignIn } from '../../src/provisioning/sign-in-preview.js';
import { createChosenStorage } from '../support/chosen-storage.js';
import { ACME, addressOf, newUser, SCOPE } from '../support/provisioned-site.js';
import { createScimSite, GROUP } from '../support/scim-site.js';

const PAGE = { after: '', limit: 100 };
const CLAIMS = { claimSpaces: 'sync', claimGroups: 'sync', membershipAuthority: 'union' } as const;

function identity(name: string, more: Partial<SignInIdentity> = {}): SignInIdentity {
  return {
    tenantId: 'entra',
    ...ACME,
    subject: name,
    linkKey: name,
    oid: undefined,
    email: { verified: true, address: addressOf(name) },
    name,
    timezone: undefined,
    groups: { state: 'missing' },
    attributes: {},
    ...more,
  };
}

interface Scenario {
  readonly options: SignInProvisioningOptions;
  /** Pushed before provisioning was switched on. */
  readonly pushed?: readonly (readonly [name: string, more: object])[];
  /** Logins before the one that is previewed. */
  readonly before?: readonly SignInIdentity[];
  readonly login: SignInIdentity;
  /** A part of what the preview says. */
  readonly says: object;
}

const RED = { state: 'present', values: ['red-id'], mayBeCut: false } as const;
const inRed = (role: string) => ({ attributes: { spaces: 'Red', spaceRoles: role } });

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'nobody, where people are not made': {
    options: {},
    login: identity('eve'),
    says: { kind: 'refused' },
  },
  'policyOf: this tenant makes people, who get the initial teams': {
    options: { policyOf: () => ({ justInTime: 'create' }), initialTeams: [{ teamId: 'blue', role: 'Member' }] },
    login: identity('eve'),
    says: { kind: 'create', gains: [{ team: 'Blue', role: 'Member' }], updatesProfile: true },
  },
  'policyOf: this tenant ignores spaces': {
    options: { policy: CLAIMS, policyOf: () => ({ claimSpaces: 'ignore' }) },
    login: identity('ann', inRed('Member')),
    says: { kind: 'link', gains: [] },
  },
  'claimRoles: a privileged role that owners allow claims to give': {
    options: { policy: CLAIMS, claimRoles: ['Administrator'] },
    login: identity('ann', inRed('Administrator')),
    says: { kind: 'link', gains: [{ team: 'Red', role: 'Administrator' }] },
  },
  'a privileged role that nobody has allowed': {
    options: { policy: CLAIMS },
    login: identity('ann', inRed('Administrator')),
    says: { gains: [{ team: 'Red', role: 'Member' }] },
  },
  'hasPassword: groups of the login are a matter of hands': {
    options: { policy: CLAIMS, hasPassword: (userId) => userId === 'ann' },
    login: identity('ann', { groups: RED }),
    says: { kind: 'link', gains: [] },
  },
  'without a password groups give their teams': {
    options: { policy: CLAIMS, hasPassword: () => false },
    login: identity('ann', { groups: RED }),
    says: { gains: [{ team: 'Red', role: 'Member' }] },
  },
  'somebody who has signed in before, in another space now': {
    options: { policy: CLAIMS, claimRoles: ['Administrator'] },
    before: [identity('ann', { attributes: { spaces: 'Red,Blue', spaceRoles: 'Member' } })],
    login: identity('ann', inRed('Administrator')),
    says: {
      kind: 'known',
      gains: [],
      loses: [{ team: 'Blue', role: 'Member' }],
      changes: [{ team: 'Red', role: 'Administrator' }],
    },
  },
  'somebody whom a directory has pushed before provisioning': {
    options: { policy: { existingPeople: 'link' } },
    pushed: [['eve', { externalId: 'eve' }]],
    login: identity('eve'),
    says: { kind: 'link', adopts: true, gains: [{ team: 'the organization', role: 'Member' }] },
  },
  'somebody who was pushed and is there already': {
    options: { policy: { existingPeople: 'link' } },
    pushed: [['ann', {}]],
    login: identity('ann'),
    says: { kind: 'link', adopts: true, user: { id: 'ann' } },
  },
  'somebody who was pushed and would wait in the inbox': {
    options: { policy: { existingPeople: 'convert' } },
    pushed: [['ann', {}]],
    login: identity('ann', { email: { verified: false, address: undefined }, subject: 'x', oid: 'x' }),
    says: { kind: 'refused' },
  },
  'somebody who was pushed where nobody may be provisioned': {
    options: { policy: { autoProvision: 'refuse' } },
    pushed: [['eve', {}]],
    login: identity('eve'),
    says: { kind: 'refused' },
  },
  'somebody who was pushed as inactive': {
    options: { policy: { existingPeople: 'link' } },
    pushed: [['eve', { active: false }]],
    login: identity('eve'),
    says: { kind: 'refused' },
  },
};

describe('the preview of a sign-in', () => {
  it.each(Object.entries(SCENARIOS))('says what the sign-in then does, and does nothing: %s', async (_, scenario) => {
    const { options, pushed = [], before = [], login, says } = scenario;
    const storage = createChosenStorage({
      organizations: [{ id: 'acme', name: 'Acme' }],
      users: [{ ...ACME, id: 'ann', email: addressOf('ann'), displayName: 'ann' }],
      teams: [
        { ...ACME, id: 'red', name: 'Red', identifier: 'red-id' },
        { ...ACME, id: 'blue', name: 'Blue' },
      ],
    });
    const protocol = await createScimSite({}, storage).client({ ...ACME, id: SCOPE.directoryId });
    for (const [name, more] of pushed) {
      const { body } = await protocol.post('/Users', newUser(name, more)).expect(201);
      await protocol.post('/Groups', { schemas: [GROUP], displayName: name, members: [{ value: body.id }] });
    }
    const { people } = createProvisioningService(storage);
    const signIn = createSignInProvisioning(storage, options);
    for (const each of before) await signIn({ identity: each });

    const grants = async () => {
      const found: string[] = [];
      for (const { user } of await people.list(ACME, PAGE)) {
        for (const { target, role } of await storage.grants.ofUsers(ACME, [user.id])) {
          const team = await storage.teams.get(ACME, target.replace('team:', ''));
          found.push(`${team?.name ?? 'the organization'}: ${role}`);
        }
      }
      return found.sort();
    };
    const journal = async () => (await storage.journal.page(ACME, 'provisioning', PAGE)).items.length;
    const [had, entries] = [await grants(), await journal()];

    const { policyOf, hasPassword, initialTeams = [], claimRoles = [], clock: _clock, ...rules } = options;
    const site = { rules: completeRules(rules), policyOf, hasPassword, initialTeams, claimRoles };
    const preview = await previewSignIn(storage, login, site, '2026-03-01T10:00:00.000Z');
    expect(preview).toMatchObject(says);
    expect([await grants(), await journal()]).toEqual([had, entries]);

    const outcome = await signIn({ identity: login });
    if (preview.kind === 'refused' || 'refusal' in outcome) {
      expect(outcome).toMatchObject({ refusal: 'sentence' in preview ? preview.sentence : '' });
      return;
    }
    expect(outcome.created).toBe(preview.kind === 'create');
    const words = (all: readonly { readonly team: string; readonly role: string }[]) =>
      all.map(({ team, role }) => `${team}: ${role}`);
    const changedTeams = new Set(preview.changes.map(({ team }) => team));
    const lost = new Set(words(preview.loses));
    const kept = had.filter((each) => !lost.has(each) && !changedTeams.has(each.split(':')[0] ?? ''));
    expect(await grants()).toEqual([...kept, ...words(preview.gains), ...words(preview.changes)].sort());
  });
});

import { describe, expect, it } from '@jest/globals';
import { type ProvisioningPolicy, parseProvisioningPolicy, presets } from 'express-sso-scim';
import type { Grant } from '../../src/provisioning/grant.js';
import { joinLogin, type LoginGround } from '../../src/provisioning/join-login.js';
import { type Edit, lockOf } from '../../src/provisioning/lock.js';
import { type MatchGround, matchPerson } from '../../src/provisioning/match-person.js';
import { originOf, type PersonFacts, stateOf } from '../../src/provisioning/person.js';
import {
  type DirectoryEvent,
  type PersonGround,
  type PersonPlan,
  planPersonChange,
} from '../../src/provisioning/person-plan.js';
import {
  mayNotify,
  type PhoneFacts,
  planOwnPhone,
  planPushedPhone,
  readPhone,
  readPushedPhone,
} from '../../src/provisioning/phone.js';
import { DEFAULT_PROVISIONING_POLICY } from '../../src/provisioning/provisioning-policy.js';
import { readRoleAttribute } from '../../src/provisioning/role-attribute.js';
import { parseScimPolicy } from '../../src/tenancy/scim-policy.js';
import { TOY_ROLES as roles } from '../support/toy-provisioning.js';

const AT = '2026-02-02T00:00:00.000Z';
const user = (active = true, directoryId = 'd') => ({ id: `${directoryId}-ada`, directoryId, active });
const nobody: PersonFacts = { userId: 'ada', directoryUsers: [], linked: false };
const known: PersonFacts = { ...nobody, directoryUsers: [user()] };
const active: PersonFacts = { ...known, linked: true, activatedAt: AT };

const base: Grant = { userId: 'ada', target: 'organization', role: 'Member', source: 'directory:d' };
const inTeam: Grant = { userId: 'ada', target: 'team:ops', role: 'Member', source: 'default-team:d' };
const byHand: Grant = { userId: 'ada', target: 'team:dev', role: 'Member', source: 'manual' };

type Change = Partial<Omit<PersonGround, 'policy'>> & { readonly policy?: Partial<ProvisioningPolicy> };

function change(facts: PersonFacts, event: DirectoryEvent, { policy, ...rest }: Change = {}) {
  const ground: PersonGround = {
    at: AT,
    ofDirectory: facts.directoryUsers.length > 0 ? [base, inTeam] : [],
    others: [byHand],
    gives: { rows: [], defaultTeams: [{ teamId: 'ops', role: 'Member' }] },
    policy: { ...DEFAULT_PROVISIONING_POLICY, ...policy },
    roles,
    ...rest,
  };
  return planPersonChange(facts, event, ground);
}

function planned(...args: Parameters<typeof change>): PersonPlan {
  const plan = change(...args);
  if ('refused' in plan) throw new Error(plan.sentence);
  return plan;
}

const join = (existing = false): DirectoryEvent => ({ kind: 'join', directoryUser: user(), existing });
const update = (on: boolean): DirectoryEvent => ({ kind: 'update', directoryUser: user(on) });
const leave: DirectoryEvent = { kind: 'leave', directoryUserId: 'd-ada' };

describe('policies and presets', () => {
  it.each(Object.entries(presets))('X-1: %s is made of options that exist', (_name, { scim, provisioning }) => {
    expect(parseProvisioningPolicy(provisioning)).toEqual(provisioning);
    expect(parseScimPolicy(scim)).toEqual(scim);
  });

  it('say everything that is wrong', () => {
    expect(parseProvisioningPolicy(DEFAULT_PROVISIONING_POLICY)).toEqual(DEFAULT_PROVISIONING_POLICY);
    expect(parseProvisioningPolicy({ blastRadius: 'off' })).toEqual({ blastRadius: 'off' });
    const wrong = { autoProvison: 'on', deletion: 'disable', blastRadius: { people: 1, share: 2, minutes: 1 } };
    expect(() => parseProvisioningPolicy(wrong)).toThrow(
      /did you mean "autoProvision".*deletion: must be one of.*share: must be a number from 0 to 1/s,
    );
  });
});

describe('the life of a person', () => {
  const pending = { beforeFirstLogin: 'pending' } as const;

  it.each<[string, PersonFacts, ProvisioningPolicy['beforeFirstLogin'], string, string]>([
    ['manual: no directory and no login knows them', nobody, 'pending', 'manual', 'manual'],
    ['TQ-34: pending until the first sign-in', known, 'pending', 'pending', 'scim'],
    ['SE-9, SE-10: invited', { ...known, invitedAt: AT }, 'invited', 'invited', 'scim'],
    ['OU-21: a normal account at once', known, 'active', 'active', 'scim'],
    ['TQ-36: active from the first sign-in on', active, 'invited', 'active', 'scim'],
    ['TQ-33: made at sign-in', { ...nobody, linked: true, activatedAt: AT }, 'pending', 'active', 'login'],
    ['OU-17: deactivated', { ...active, ended: 'deactivated' }, 'pending', 'deactivated', 'scim'],
  ])('%s', (_title, facts, beforeFirstLogin, state, origin) => {
    expect(stateOf(facts, { beforeFirstLogin })).toBe(state);
    // AQ-46
    expect(originOf(facts)).toBe(origin);
  });

  it('OU-8, SE-9, X-5: a new person gets what the directory gives, and one invitation', () => {
    const policy = { beforeFirstLogin: 'invited' } as const;
    const first = planned(nobody, join(), { policy });
    expect(first).toMatchObject({
      grants: { add: [base, inTeam], remove: [] },
      invite: 'invited:ada',
      facts: { invitedAt: AT },
    });
    const again = planned(first.facts ?? nobody, update(true), { policy });
    expect(again.invite).toBeUndefined();
    expect(again.grants).toEqual({ add: [], remove: [], change: [] });
    expect(planned(nobody, join(), { policy: pending }).invite).toBeUndefined();
  });

  it('SE-9: invites somebody who is pushed inactive only when they become active', () => {
    const policy = { beforeFirstLogin: 'invited' } as const;
    const off = planned(nobody, { kind: 'join', directoryUser: user(false), existing: false }, { policy });
    expect(off.invite).toBeUndefined();
    expect(planned(off.facts ?? nobody, update(true), { policy }).invite).toBe('invited:ada');
  });

  it('AQ-45, OU-16: somebody who was there keeps everything, counts as activated and is not invited', () => {
    const plan = planned(nobody, join(true), { policy: { beforeFirstLogin: 'invited' } });
    expect(plan).toMatchObject({ facts: { userId: 'ada', activatedAt: AT }, grants: { remove: [] } });
    expect(plan.invite).toBeUndefined();
  });

  it('OU-17: active:false and DELETE alike take away what the directory gave, and end access; what hands gave stays', () => {
    const policy = { deactivation: 'leave-teams', deletion: 'leave-teams' } as const;
    for (const [event, end] of [
      [update(false), 'deactivated'],
      [leave, 'deleted'],
    ] as const) {
      const plan = planned(active, event, { policy });
      expect(plan).toMatchObject({ end, grants: { add: [], remove: [base, inTeam] }, facts: { ended: end } });
    }
  });

  it('SE-20: active:false disables, with teams kept, and active:true brings back', () => {
    const off = planned(active, update(false), { policy: { deactivation: 'disable' } });
    expect(off).toMatchObject({ end: 'deactivated', grants: { remove: [] } });
    const on = planned(off.facts ?? nobody, update(true), { policy: { deactivation: 'disable' } });
    expect(on.facts).toEqual(active);
    expect(on.end).toBeUndefined();
  });

  it('OU-19: active:true after leave-teams gives the default teams again', () => {
    const off: PersonFacts = { ...active, directoryUsers: [user(false)], ended: 'deactivated' };
    const on = planned(off, update(true), { ofDirectory: [], policy: { deactivation: 'leave-teams' } });
    expect(on).toMatchObject({ grants: { add: [base, inTeam] }, facts: active });
  });

  it('TQ-37: the person is deleted with everything, where the policy says so', () => {
    for (const event of [update(false), leave]) {
      const plan = planned(active, event, { policy: { deactivation: 'delete', deletion: 'delete' } });
      expect(plan.facts).toBeUndefined();
      expect(plan.grants.remove).toEqual([base, inTeam, byHand]);
      expect(plan.end).toBeDefined();
    }
  });

  it('ends access by several directories as activeWhen says', () => {
    const two: PersonFacts = { ...active, directoryUsers: [user(), user(true, 'e')] };
    expect(planned(two, update(false), { policy: { activeWhen: 'all' } }).end).toBe('deactivated');
    expect(planned(two, update(false), { policy: { activeWhen: 'any' } }).end).toBeUndefined();
    expect(planned(two, leave, { policy: { activeWhen: 'all', deletion: 'delete' } })).toMatchObject({
      facts: { directoryUsers: [user(true, 'e')] },
    });
  });

  it('does not bring back whom somebody has ended by hand', () => {
    const plan = planned({ ...active, directoryUsers: [user(false)], ended: 'by-hand' }, update(true));
    expect(plan.facts?.ended).toBe('by-hand');
    expect(plan.end).toBeUndefined();
  });

  it('OU-7: refuses active:false and DELETE alike where automatic deprovisioning is off, and nothing else', () => {
    const policy = { autoDeprovision: 'refuse' } as const;
    for (const event of [update(false), leave]) {
      expect(change(active, event, { policy })).toMatchObject({
        refused: 'auto-deprovision-off',
        sentence: expect.stringContaining('switched automatic deprovisioning off'),
      });
    }
    expect(change(active, update(true), { policy })).not.toHaveProperty('refused');
  });

  it('AQ-5, X-3, X-7: protects root user and break-glass account from everything, the last owner from the end', () => {
    for (const protection of ['root-user', 'break-glass'] as const) {
      for (const event of [join(true), update(true), update(false), leave]) {
        expect(change(event.kind === 'join' ? nobody : active, event, { protection })).toMatchObject({
          refused: protection,
        });
      }
    }
    for (const event of [update(false), leave]) {
      expect(change(active, event, { protection: 'last-owner' })).toMatchObject({
        refused: 'last-owner',
        sentence: expect.stringContaining('make somebody else an owner'),
      });
    }
    expect(change(active, update(true), { protection: 'last-owner' })).not.toHaveProperty('refused');
  });

  it('OU-10, X-4: claims as authority leave the directory the base role', () => {
    const rows = [
      { groupId: 'g', target: 'team:x', role: 'Member' },
      { groupId: 'g', target: 'organization', role: 'Manager' },
    ] as const;
    const gives = { rows, defaultTeams: [{ teamId: 'ops', role: 'Member' }], attributeRole: 'Manager' };
    const { grants } = planned(nobody, join(), { gives, policy: { membershipAuthority: 'claims' } });
    expect(grants.add.map(({ source, target }) => `${source} ${target}`)).toEqual([
      'directory:d organization',
      'attribute:d organization',
      'group:g organization',
    ]);
  });

  it.each([
    [undefined, { kind: 'none' }],
    ['', { kind: 'none' }],
    [' manager ', { kind: 'role', role: 'Manager' }],
    ['Boss', { kind: 'keep' }],
    ['Owner', { kind: 'keep' }],
    ['__proto__', { kind: 'keep' }],
    [7, { kind: 'keep' }],
  ])('SE-15, SE-16: reads the role %j', (value, expected) => {
    expect(readRoleAttribute(value, { unknownRole: 'keep' }, { roles, allowed: [] })).toEqual(expected);
  });

  it('SE-16, promise 6: names the roles there are when it refuses, and takes a privileged one an owner has allowed', () => {
    const refused = readRoleAttribute('Boss', { unknownRole: 'refuse' }, { roles, allowed: ['Administrator'] });
    expect(refused).toMatchObject({
      kind: 'refused',
      sentence: expect.stringContaining('"Member", "Manager", "Administrator";'),
    });
    expect(
      readRoleAttribute('Administrator', { unknownRole: 'refuse' }, { roles, allowed: ['Administrator'] }),
    ).toEqual({ kind: 'role', role: 'Administrator' });
  });
});

describe('who a pushed user is', () => {
  const ada = { userId: 'ada', inDirectory: false };
  const ground: Omit<MatchGround, 'policy'> = {
    oidcActive: true,
    emailProved: true,
    convertList: [],
    breakGlass: false,
  };

  it.each<[string, Partial<ProvisioningPolicy>, Partial<MatchGround>, object]>([
    ['somebody new', {}, {}, { kind: 'create' }],
    [
      'OU-16: the person of that address',
      { existingPeople: 'link' },
      { byEmail: ada, emailProved: false },
      { kind: 'link', userId: 'ada' },
    ],
    [
      'promise 10: only inside the proved domains',
      {},
      { byEmail: ada, emailProved: false },
      { kind: 'conflict', reason: 'unproved-domain', userId: 'ada' },
    ],
    ['promise 10: inside them', {}, { byEmail: ada }, { kind: 'link', userId: 'ada' }],
    [
      'AQ-44: who is on the convert list',
      { existingPeople: 'convert' },
      { byEmail: ada, convertList: ['ada'] },
      { kind: 'link', userId: 'ada' },
    ],
    [
      'AQ-44: who is not stays manual',
      { existingPeople: 'convert' },
      { byEmail: ada, convertList: ['bob'] },
      { kind: 'conflict', reason: 'not-converted', userId: 'ada' },
    ],
    [
      'TQ-46, SE-14: who has signed in as that identity',
      { existingPeople: 'convert' },
      { byLogin: ada, emailProved: false },
      { kind: 'link', userId: 'ada' },
    ],
    [
      'a login and an address of two people',
      {},
      { byLogin: ada, byEmail: { userId: 'bob', inDirectory: false } },
      { kind: 'conflict', reason: 'two-people', userId: 'ada' },
    ],
    [
      'who is in the directory already',
      {},
      { byEmail: { ...ada, inDirectory: true } },
      { kind: 'conflict', reason: 'already-linked', userId: 'ada' },
    ],
    [
      'an account from elsewhere',
      { existingPeople: 'link' },
      { account: { accountId: 'a1' } },
      { kind: 'create', accountId: 'a1' },
    ],
    [
      'an account from elsewhere, unproved',
      {},
      { account: { accountId: 'a1' }, emailProved: false },
      { kind: 'conflict', reason: 'unproved-domain' },
    ],
    [
      'AQ-5: the root user',
      { existingPeople: 'link' },
      { byEmail: ada, rootUserId: 'ada' },
      { kind: 'refused', refused: 'root-user' },
    ],
    [
      'AQ-5: the root user, by login',
      {},
      { byLogin: ada, rootUserId: 'ada' },
      { kind: 'refused', refused: 'root-user' },
    ],
    ['AQ-6: whoever has the root user’s former address', {}, { rootUserId: 'ada' }, { kind: 'create' }],
    ['AQ-31: an emergency account', {}, { breakGlass: true }, { kind: 'refused', refused: 'break-glass' }],
    [
      'OU-6: nobody, where automatic provisioning is off',
      { autoProvision: 'refuse' },
      {},
      { kind: 'refused', refused: 'auto-provision-off' },
    ],
    [
      'AQ-40: nobody without an OIDC tenant',
      { scimNeedsOidc: true },
      { oidcActive: false },
      { kind: 'refused', refused: 'oidc-needed' },
    ],
  ])('%s', (_title, policy, facts, expected) => {
    const match = matchPerson({ ...ground, policy: { ...DEFAULT_PROVISIONING_POLICY, ...policy }, ...facts });
    expect(match).toMatchObject(expected);
    if (match.kind === 'refused') expect(match.sentence.length).toBeGreaterThan(40);
  });
});

describe('who signs in', () => {
  const ada = { userId: 'ada', linkedElsewhere: false };
  const ground: LoginGround = { policy: { justInTime: 'refuse' }, emailVerified: true, inConflict: false };

  it.each<[string, Partial<LoginGround>, object]>([
    [
      'promise 10: by the link, whatever the address',
      { byLink: ada, byEmail: { ...ada, userId: 'bob' }, emailVerified: false },
      { kind: 'known', userId: 'ada' },
    ],
    [
      'TQ-36, TQ-46: by what the directory pushed',
      { byDirectory: ada, emailVerified: false },
      { kind: 'link', userId: 'ada' },
    ],
    ['AQ-9: by the verified address, once', { byEmail: ada }, { kind: 'link', userId: 'ada' }],
    [
      'promise 10: not a second time',
      { byEmail: { ...ada, linkedElsewhere: true } },
      { kind: 'refused', reason: 'linked-elsewhere' },
    ],
    ['AQ-10: nobody by any other claim', { emailVerified: false }, { kind: 'refused', reason: 'email-not-verified' }],
    [
      'AQ-10: nobody new without a verified address either',
      { emailVerified: false, policy: { justInTime: 'create' } },
      { kind: 'refused', reason: 'email-not-verified' },
    ],
    ['TQ-33: somebody new', { policy: { justInTime: 'create' } }, { kind: 'create' }],
    ['nobody new where people are provisioned', {}, { kind: 'refused', reason: 'not-provisioned' }],
    [
      'nobody who waits in the conflict inbox',
      { inConflict: true, policy: { justInTime: 'create' } },
      { kind: 'refused', reason: 'conflict' },
    ],
    [
      'TQ-37, OU-17: nobody who is deactivated',
      { byLink: { ...ada, ended: 'deactivated' } },
      { kind: 'refused', reason: 'deactivated' },
    ],
    [
      'nobody who is deactivated, by address',
      { byEmail: { ...ada, ended: 'by-hand' } },
      { kind: 'refused', reason: 'deactivated' },
    ],
  ])('%s', (_title, facts, expected) => {
    expect(joinLogin({ ...ground, ...facts })).toMatchObject(expected);
  });
});

describe('locks', () => {
  const policy = { ...DEFAULT_PROVISIONING_POLICY };
  const membership = (source: Grant['source'], decidedByLogin = false): Edit => ({
    kind: 'remove-member',
    sources: ['manual', source],
    decidedByLogin,
  });

  it.each<[string, Edit, Partial<ProvisioningPolicy>, string | undefined]>([
    ['AQ-67: the profile of a provisioned person', { kind: 'edit-profile', person: active }, {}, 'provisioned-person'],
    ['AQ-67: deleting them', { kind: 'delete-person', person: active }, {}, 'provisioned-person'],
    ['AQ-11: not the address of others', { kind: 'change-email', person: nobody }, {}, undefined],
    ['AQ-69: the phone', { kind: 'change-phone', person: active }, {}, 'provisioned-phone'],
    [
      'AQ-69: not the phone where people may change it',
      { kind: 'change-phone', person: active },
      { phoneChange: true },
      undefined,
    ],
    ['AQ-69: never notifications', { kind: 'change-notifications', person: active }, {}, undefined],
    [
      'AQ-47, TQ-34: passwords',
      { kind: 'use-password', person: known },
      { lockProvisioned: false },
      'single-sign-on-only',
    ],
    ['AQ-47: not those of people made by hand', { kind: 'use-password', person: nobody }, {}, undefined],
    [
      'OU-21: not passwords where any login is allowed',
      { kind: 'use-password', person: known },
      { localLogins: 'allowed' },
      undefined,
    ],
    ['AQ-67: a team made for a group', { kind: 'rename-team', team: { createdForGroup: true } }, {}, 'team-of-group'],
    ['not a team made by hand', { kind: 'delete-team', team: { createdForGroup: false } }, {}, undefined],
    ['AQ-67: a provisioned membership', membership('group:g'), {}, 'provisioned-membership'],
    ['TQ-21: a membership of a login', membership('claim-groups:t'), {}, 'membership-of-login'],
    [
      'TQ-21: joining a team that logins decide about',
      { kind: 'add-member', decidedByLogin: true },
      {},
      'membership-of-login',
    ],
    ['not a membership by hand', membership('initial:t'), {}, undefined],
    ['AQ-58: never the role of one person', { kind: 'change-team-role' }, {}, undefined],
    [
      'nothing where the policy has no locks',
      { kind: 'edit-profile', person: active },
      { lockProvisioned: false },
      undefined,
    ],
  ])('%s', (_title, edit, differing, reason) => {
    const lock = lockOf(edit, { ...policy, ...differing });
    expect(lock?.reason).toBe(reason);
    // AQ-68
    if (lock) expect(lock.sentence).toMatch(/^[A-Z].*\.$/);
  });
});

describe('phone numbers', () => {
  const number = '+4915123456789';
  const other = '+4915123456780';
  const policy = { phoneChange: true, phoneConfirmation: true, pushedPhones: 'keep-own' } as const;
  const own: PhoneFacts = { number, from: 'own', confirmed: true };
  const imported: PhoneFacts = { number, from: 'directory', confirmed: true };

  it.each<[string, Parameters<typeof readPushedPhone>[0], object]>([
    ['the primary', { primary: number, secondary: other }, { kind: 'number', number }],
    ['the secondary when the primary is null', { primary: null, secondary: other }, { kind: 'number', number: other }],
    ['the secondary when the primary is empty', { primary: '', secondary: other }, { kind: 'number', number: other }],
    [
      'the secondary when the primary is blank',
      { primary: ' \t', secondary: other },
      { kind: 'number', number: other },
    ],
    ['not the secondary when the primary is wrong', { primary: 'call me', secondary: other }, { kind: 'invalid' }],
    ['none', {}, { kind: 'none' }],
  ])('AQ-70: import %s', (_title, pushed, expected) => {
    expect(readPushedPhone(pushed)).toEqual(expected);
  });

  it.each([
    ['0151 23456789', 'de', number],
    ['0151 23456789', undefined, undefined],
    ['0151 23456789', 'nowhere', undefined],
    ['tel:+49-151-23456789', undefined, number],
    ['+1 555 010 9999', undefined, undefined],
    ['9'.repeat(10_000), 'DE', undefined],
  ])('are read: %s', (text, country, expected) => {
    expect(readPhone(text, country)).toBe(expected);
  });

  it('AQ-71: count after confirmation, and again only after a change', () => {
    const plan = planPushedPhone(undefined, { kind: 'number', number }, policy);
    expect(plan).toEqual({ phone: { number, from: 'directory', confirmed: false }, confirm: true });
    expect(mayNotify(plan.phone, policy)).toBe(false);
    expect(mayNotify(plan.phone, { phoneConfirmation: false })).toBe(true);
    expect(mayNotify(imported, policy)).toBe(true);
    expect(planPushedPhone(imported, { kind: 'number', number }, policy)).toEqual({ phone: imported, confirm: false });
    expect(planOwnPhone(imported, other, policy)).toEqual({
      phone: { number: other, from: 'own', confirmed: false },
      confirm: true,
    });
    expect(planOwnPhone(imported, number, policy)).toEqual({ phone: imported, confirm: false });
  });

  it('AQ-72: a push leaves people’s own number, unless the policy says otherwise or they may not have one', () => {
    const pushed = { kind: 'number', number: other } as const;
    expect(planPushedPhone(own, pushed, policy).phone).toEqual(own);
    expect(planPushedPhone(own, pushed, { ...policy, pushedPhones: 'replace' }).phone?.number).toBe(other);
    expect(planPushedPhone(own, pushed, { ...policy, phoneChange: false }).phone?.number).toBe(other);
  });

  it('are not lost by a wrong one, and go with what the directory has taken back', () => {
    expect(planPushedPhone(imported, { kind: 'invalid' }, policy).phone).toEqual(imported);
    expect(planPushedPhone(imported, { kind: 'none' }, policy).phone).toBeUndefined();
    expect(planPushedPhone(own, { kind: 'none' }, { ...policy, pushedPhones: 'replace' }).phone).toEqual(own);
  });
});

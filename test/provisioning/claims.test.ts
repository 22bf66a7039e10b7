import { describe, expect, it } from '@jest/globals';
import { type ClaimedGroups, grantsOfClaimedGroups } from '../../src/provisioning/claim-groups.js';
import { pairSpaces } from '../../src/provisioning/claim-spaces.js';
import type { Grant } from '../../src/provisioning/grant.js';
import { isDecidedByLogin, type LoginVisit, planLogin } from '../../src/provisioning/login-plan.js';
import type { PersonFacts } from '../../src/provisioning/person.js';
import { DEFAULT_PROVISIONING_POLICY } from '../../src/provisioning/provisioning-policy.js';
import type { RoleCatalogue } from '../../src/provisioning/role-catalogue.js';
import { naivePairs } from '../support/provisioning-model.js';
import { TOY_ROLES } from '../support/toy-provisioning.js';

const ROLES: RoleCatalogue = {
  organization: [{ name: 'Member' }, { name: 'Owner', privileged: true }],
  team: [{ name: 'Space Member' }, { name: 'Space Developer' }, { name: 'Space Admin', privileged: true }],
};
const SPACES = [
  { teamId: 'trial', name: 'Trial' },
  { teamId: 'devops', name: 'DevOps' },
  { teamId: 'prod', name: 'Prod, EU' },
];

/** `space: role` for each, in short words. */
function paired(spaces: unknown, roles: unknown, allowed: readonly string[] = []): string | undefined {
  const pairs = pairSpaces({ spaces, roles }, { spaces: SPACES, roles: ROLES, allowed });
  return pairs?.map(({ teamId, role }) => `${teamId}: ${role.replace('Space ', '')}`).join(', ');
}

describe('space_name and space_role', () => {
  it.each([
    ['TQ-3: one space, one role', 'Trial', 'Space Developer', 'trial: Developer'],
    ['TQ-5: a role is one of the account’s space roles', 'Trial', 'Space Member', 'trial: Member'],
    ['TQ-8: pairs by position', 'Trial,DevOps', 'Space Member,Space Developer', 'trial: Member, devops: Developer'],
    ['TQ-9: one role for several spaces', 'Trial,DevOps', 'Space Developer', 'trial: Developer, devops: Developer'],
    ['TQ-10: the first valid role of a space', 'Trial,Trial', 'Space Developer,Space Member', 'trial: Developer'],
    [
      'TQ-10, TQ-15: the first is invalid, the second valid',
      'Trial,Trial',
      'bogus,Space Developer',
      'trial: Developer',
    ],
    ['TQ-10: none is valid', 'Trial,Trial', 'bogus,wrong', 'trial: Member'],
    ['TQ-15: two spaces that are the same, and one role', 'Trial,trial', 'Space Developer', 'trial: Developer'],
    ['TQ-11: an invalid role', 'Trial', 'bogus', 'trial: Member'],
    ['TQ-11 with TQ-9: one role, invalid', 'Trial,DevOps', 'bogus', 'trial: Member, devops: Member'],
    [
      'TQ-12: more spaces than roles',
      ['Trial', 'DevOps', 'Prod, EU'],
      'Space Developer,Space Developer',
      'trial: Developer, devops: Developer, prod: Member',
    ],
    ['TQ-13: more roles than spaces', 'Trial', 'Space Developer,Space Member', 'trial: Developer'],
    [
      'TQ-14: an invalid space goes with its role',
      'nowhere,DevOps',
      'Space Member,Space Developer',
      'devops: Developer',
    ],
    ['TQ-14, TQ-15: an invalid space and one role', 'nowhere,DevOps', 'Space Developer', 'devops: Developer'],
    ['TQ-14: nothing but invalid spaces', 'nowhere,elsewhere', 'Space Developer', ''],
    [
      'TQ-14 with TQ-12: the extra space is invalid',
      'Trial,DevOps,nowhere',
      'Space Developer,Space Member',
      'trial: Developer, devops: Member',
    ],
    [
      'TQ-15: an empty item keeps its place',
      'Trial,,DevOps',
      'Space Developer,Space Member,Space Developer',
      'trial: Developer, devops: Developer',
    ],
    ['TQ-15: an empty role keeps its place', 'Trial,DevOps', ',Space Developer', 'trial: Member, devops: Developer'],
    ['TQ-15: a comma too many at the end', 'Trial,DevOps,', 'Space Developer,', 'trial: Developer, devops: Developer'],
    [
      'TQ-15: blanks around commas',
      '  Trial ,\tDevOps ',
      ' Space Developer , Space Member ',
      'trial: Developer, devops: Member',
    ],
    [
      'TQ-15: lists in place of text',
      ['Trial', 'DevOps'],
      ['Space Member', 'Space Developer'],
      'trial: Member, devops: Developer',
    ],
    ['TQ-15: a name with a comma, in a list', ['Prod, EU'], ['Space Developer'], 'prod: Developer'],
    [
      'TQ-15: a list with something else in it',
      ['Trial', 7, 'DevOps'],
      ['Space Member', null, 'Space Developer'],
      'trial: Member, devops: Developer',
    ],
    ['TQ-15: the role claim is missing', 'Trial,DevOps', undefined, 'trial: Member, devops: Member'],
    ['TQ-15: the role claim is empty', 'Trial,DevOps', '', 'trial: Member, devops: Member'],
    ['TQ-15: the role claim is no text', 'Trial', { role: 'Space Developer' }, 'trial: Member'],
    ['TQ-15: letter case', 'tRIAL,devops', 'space developer,SPACE MEMBER', 'trial: Developer, devops: Member'],
    ['promise 6: a privileged role counts as invalid', 'Trial', 'Space Admin', 'trial: Member'],
    ['promise 6: among several for one space', 'Trial,Trial', 'Space Admin,Space Developer', 'trial: Developer'],
    ['security 7: names of built-in properties', 'constructor,__proto__,Trial', 'toString', 'trial: Member'],
    ['the claim is empty: no spaces', '', 'Space Developer', ''],
    ['the list is empty: no spaces', [], [], ''],
  ])('%s', (_title, spaces, roles, expected) => {
    expect(paired(spaces, roles)).toBe(expected);
  });

  it('gives a privileged role that an owner has allowed', () => {
    expect(paired('Trial', 'Space Admin', ['Space Admin'])).toBe('trial: Admin');
  });

  it.each([
    ['is missing (TQ-15)', undefined],
    ['is null', null],
    ['is a number', 7],
    ['is an object', {}],
    ['has more items than anybody has spaces', 'Trial,'.repeat(100_000)],
    ['has as many in a list', Array.from({ length: 1001 }, () => 'Trial')],
  ])('says nothing when the space claim %s', (_title, spaces) => {
    expect(paired(spaces, 'Space Developer')).toBeUndefined();
  });

  it('takes a thousand', () => {
    expect(paired('Trial,'.repeat(1000).slice(0, -1), 'Space Developer')).toBe('trial: Developer');
  });

  it('pairs every combination as the product’s page says, sentence by sentence (TQ-8 to TQ-15)', () => {
    const spaceItems = ['Alpha', 'gamma', 'nowhere', ''];
    const roleItems = ['Developer', 'Member', 'bogus', '', 'Administrator'];
    const known = [
      ['Alpha', 'alpha'],
      ['Gamma', 'gamma'],
    ] as const;
    const spaces = known.map(([name, teamId]) => ({ name, teamId }));
    let combinations = 0;
    for (const spaceClaim of listsUpTo(3, spaceItems)) {
      for (const roleClaim of [undefined, ...listsUpTo(4, roleItems)]) {
        const pairs = pairSpaces({ spaces: spaceClaim, roles: roleClaim }, { spaces, roles: TOY_ROLES, allowed: [] });
        const said = pairs?.map(({ teamId, role }) => [teamId, role]);
        const expected = naivePairs(spaceClaim, roleClaim, known);
        // One comparison for each of many thousands would cost minutes.
        if (JSON.stringify(said) !== JSON.stringify(expected)) {
          expect({ spaceClaim, roleClaim, said }).toEqual({ spaceClaim, roleClaim, said: expected });
        }
        combinations += 1;
      }
    }
    expect(combinations).toBe(84 * 781);
  });
});

const ADA = 'ada';
const TEAMS = [
  { teamId: 'ops', identifier: '1111-AAAA' },
  { teamId: 'dev', identifier: '2222-bbbb', role: 'Space Developer' },
  { teamId: 'free', identifier: '' },
];

function grant(teamId: string, role = 'Space Member', source: Grant['source'] = 'claim-groups:azure'): Grant {
  return { userId: ADA, target: `team:${teamId}`, role, source };
}

describe('groups of a login', () => {
  const current = [grant('dev', 'Space Developer')];

  function wanted(groups: ClaimedGroups): readonly string[] | undefined {
    const grants = grantsOfClaimedGroups(groups, TEAMS, { userId: ADA, tenantId: 'azure', current }, ROLES);
    return grants?.map(({ target, role }) => `${target} ${role}`);
  }

  it('TQ-16, TQ-17: give the teams with these identifiers, whatever they are called', () => {
    expect(wanted({ state: 'present', values: ['1111-aaaa', '2222-bbbb', 'other'], mayBeCut: false })).toEqual([
      'team:ops Space Member',
      'team:dev Space Developer',
    ]);
  });

  it('TQ-18: take away those that they no longer name', () => {
    expect(wanted({ state: 'present', values: ['1111-AAAA'], mayBeCut: false })).toEqual(['team:ops Space Member']);
    expect(wanted({ state: 'empty' })).toEqual([]);
  });

  it('TQ-19: have no say about teams without an identifier, however empty the claim is', () => {
    expect(wanted({ state: 'present', values: [''], mayBeCut: false })).toEqual([]);
  });

  it.each(['missing', 'overflow'] as const)('TQ-22, promise 8: take nobody out when they are %s', (state) => {
    expect(wanted({ state })).toBeUndefined();
  });

  it('TQ-22, promise 8: only add when the list may be cut', () => {
    expect(wanted({ state: 'present', values: ['1111-AAAA'], mayBeCut: true })).toEqual([
      'team:ops Space Member',
      'team:dev Space Developer',
    ]);
  });
});

describe('a sign-in', () => {
  const known: PersonFacts = {
    userId: ADA,
    directoryUsers: [{ id: 'du', directoryId: 'entra', active: true }],
    linked: false,
  };
  const stranger: PersonFacts = { userId: ADA, directoryUsers: [], linked: false };
  const returning: PersonFacts = { ...stranger, linked: true, activatedAt: '2026-01-01T00:00:00.000Z' };
  const visit: LoginVisit = {
    tenantId: 'azure',
    at: '2026-02-02T00:00:00.000Z',
    created: false,
    claims: {
      spaces: 'Trial',
      roles: 'Space Developer',
      groups: { state: 'present', values: ['1111-AAAA'], mayBeCut: false },
    },
    hasPassword: false,
    current: [],
    spaces: SPACES,
    identifiedTeams: TEAMS,
    initialTeams: [{ teamId: 'welcome', role: 'Space Member' }],
    allowedRoles: [],
    policy: {
      ...DEFAULT_PROVISIONING_POLICY,
      claimSpaces: 'sync',
      claimGroups: 'sync',
      membershipAuthority: 'claims',
    },
    roles: ROLES,
  };

  function added(facts: PersonFacts, change: Partial<LoginVisit> = {}): readonly string[] {
    return planLogin(facts, { ...visit, ...change }).grants.add.map(({ source, target }) => `${source} ${target}`);
  }

  it('TQ-6: gives spaces and groups, and activates', () => {
    const plan = planLogin(stranger, { ...visit, created: true });
    expect(plan).toMatchObject({ activated: true, updatesProfile: true });
    expect(plan.facts).toEqual({ ...stranger, linked: true, activatedAt: visit.at });
  });

  it('TQ-28: gives the default space once, to people made at sign-in, beside all else', () => {
    expect(added(stranger, { created: true })).toEqual([
      'initial:azure team:welcome',
      'claim-spaces:azure team:trial',
      'claim-groups:azure team:ops',
    ]);
    expect(added(returning)).toEqual(['claim-spaces:azure team:trial', 'claim-groups:azure team:ops']);
    const later = grant('welcome', 'Space Member', 'initial:azure');
    expect(planLogin(returning, { ...visit, current: [later] }).grants.remove).toEqual([]);
  });

  it('TQ-7: follows the claims of each sign-in, or of the first only', () => {
    const old = grant('devops', 'Space Member', 'claim-spaces:azure');
    const again = { ...visit, current: [old] };
    expect(planLogin(returning, again)).toMatchObject({ updatesProfile: true, grants: { remove: [old] } });
    const once = planLogin(returning, { ...again, policy: { ...visit.policy, loginUpdates: 'first' } });
    expect(once).toMatchObject({ updatesProfile: false, grants: { remove: [] } });
    // Groups follow each sign-in in any case (TQ-18).
    expect(once.grants.add).toEqual([grant('ops')]);
    const first = planLogin(stranger, { ...visit, policy: { ...visit.policy, loginUpdates: 'first' } });
    expect(first.updatesProfile).toBe(true);
  });

  it('TQ-20: leaves teams with identifiers to hands for people with a password, and without the option', () => {
    const before = { current: [grant('dev')] };
    for (const change of [{ hasPassword: true }, { policy: { ...visit.policy, claimGroups: 'ignore' as const } }]) {
      const { grants } = planLogin(returning, { ...visit, ...before, ...change });
      expect(grants.remove).toEqual([]);
      expect(grants.add.map(({ source }) => source)).toEqual(['claim-spaces:azure']);
    }
  });

  it('TQ-21: decides alone about the others', () => {
    const team = { identifier: '1111-AAAA' };
    const person = { hasPassword: false, linked: true };
    expect(isDecidedByLogin(team, person, { claimGroups: 'sync' })).toBe(true);
    expect(isDecidedByLogin({}, person, { claimGroups: 'sync' })).toBe(false);
    expect(isDecidedByLogin(team, { ...person, hasPassword: true }, { claimGroups: 'sync' })).toBe(false);
    expect(isDecidedByLogin(team, { ...person, linked: false }, { claimGroups: 'sync' })).toBe(false);
    expect(isDecidedByLogin(team, person, { claimGroups: 'ignore' })).toBe(false);
  });

  it('TQ-36: keeps what administrators have given to a pending person, and activates them', () => {
    const preset = grant('devops', 'Space Developer', 'manual');
    const plan = planLogin(known, { ...visit, current: [preset] });
    expect(plan).toMatchObject({ activated: true, updatesProfile: false, grants: { remove: [], change: [] } });
  });

  it('X-4: has no word about people whom a directory knows, where SCIM is the authority', () => {
    const before = [grant('dev', 'Space Developer'), grant('prod', 'Space Member', 'group:g')];
    const scim = { ...visit, current: before, policy: { ...visit.policy, membershipAuthority: 'scim' as const } };
    expect(planLogin(known, scim).grants).toEqual({ add: [], remove: [before[0]], change: [] });
    expect(planLogin(stranger, { ...scim, current: [] }).grants.add).toHaveLength(2);
  });

  it('X-5: changes nothing the second time', () => {
    const first = planLogin(stranger, { ...visit, created: true });
    const second = planLogin(first.facts, { ...visit, current: first.grants.add });
    expect(second).toMatchObject({ facts: first.facts, activated: false, grants: { add: [], remove: [], change: [] } });
  });

  it('touches nothing of another tenant', () => {
    const other = [
      grant('dev', 'Space Member', 'claim-groups:okta'),
      grant('devops', 'Space Member', 'claim-spaces:okta'),
    ];
    expect(planLogin(returning, { ...visit, current: other }).grants.remove).toEqual([]);
  });
});

/** All texts of 1 to `length` items, with commas. */
function listsUpTo(length: number, items: readonly string[]): readonly string[] {
  const shorter = length === 1 ? [] : listsUpTo(length - 1, items);
  const longest = Array.from({ length }).reduce<readonly (readonly string[])[]>(
    (lists) => lists.flatMap((list) => items.map((item) => [...list, item])),
    [[]],
  );
  return [...shorter, ...longest.map((list) => list.join(','))];
}

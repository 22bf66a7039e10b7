import { describe, expect, it } from '@jest/globals';
import { planAutoTeams, planGroupEnd, type TeamFacts } from '../../src/provisioning/auto-team.js';
import { explainMembership } from '../../src/provisioning/explain-membership.js';
import type { Grant, GrantSource, GrantTarget } from '../../src/provisioning/grant.js';
import { afterPlan, EMPTY_PLAN, type GrantPlan, planGrants, reachOf } from '../../src/provisioning/grant-plan.js';
import { passesFilter } from '../../src/provisioning/group-filter.js';
import { effectiveRows, faultsOfMapping, type GroupMapping } from '../../src/provisioning/group-mapping.js';
import { holdRemovals, keepAsManual } from '../../src/provisioning/hold.js';
import { fallenOverrides, membershipsOf, overrideOf } from '../../src/provisioning/membership.js';
import { isModeSwitch, planModeSwitch } from '../../src/provisioning/mode-switch.js';
import { guardOwners, isLastOwner, organizationRole } from '../../src/provisioning/organization-role.js';
import { beginPreview, previewOf } from '../../src/provisioning/preview.js';
import { planMembers, planRows } from '../../src/provisioning/row-plan.js';
import { TOY_ROLES as roles } from '../support/toy-provisioning.js';

function grant(userId: string, place: string, source: GrantSource, role = 'Member'): Grant {
  const target: GrantTarget = place === 'organization' ? place : `team:${place}`;
  return { userId, target, role, source };
}

const owner = (userId: string, source: GrantSource) => grant(userId, 'organization', source, 'Owner');
const removing = (...remove: readonly Grant[]): GrantPlan => ({ ...EMPTY_PLAN, remove });

function membershipOf(grants: readonly Grant[]) {
  return membershipsOf(grants, [], roles)[0];
}

describe('grants', () => {
  const byHand = grant('ada', 'ops', 'manual');
  const byGroup = grant('ada', 'ops', 'group:g1', 'Developer');
  const byOther = grant('ada', 'ops', 'group:g2');

  it('AQ-56, X-2: what hands have given stays when the group goes', () => {
    const left = afterPlan([byHand, byGroup], planGrants([byGroup], []));
    expect(membershipOf(left)).toMatchObject({ teamId: 'ops', role: 'Member', sources: ['manual'] });
  });

  it('AQ-60: who is in two groups of a team leaves with the last', () => {
    const one = afterPlan([byGroup, byOther], planGrants([byGroup], []));
    expect(membershipOf(one)).toMatchObject({ role: 'Member', sources: ['group:g2'] });
    expect(membershipsOf(afterPlan(one, planGrants([byOther], [])), [], roles)).toEqual([]);
  });

  it('AQ-55: who stays with another role is never out', () => {
    const wanted = { ...byGroup, role: 'Member' };
    expect(planGrants([byGroup], [wanted])).toEqual({
      add: [],
      remove: [],
      change: [{ grant: wanted, from: 'Developer' }],
    });
  });

  it('X-5: planned again, nothing is left to do; the first of two wishes counts', () => {
    const wanted = [byGroup, { ...byGroup, role: 'Member' }, byHand];
    const after = afterPlan([byOther], planGrants([byOther], wanted));
    expect(after).toEqual([byGroup, byHand]);
    expect(planGrants(after, wanted)).toEqual(EMPTY_PLAN);
  });

  it('count a role that the host no longer has for nothing', () => {
    expect(membershipOf([{ ...byGroup, role: 'Gone' }, byHand])?.role).toBe('Member');
    expect(membershipOf([{ ...byGroup, role: 'Gone' }])?.role).toBe('Member');
  });

  it('AQ-58: a role set by hand survives syncs, until the base role changes or the last provisioned grant goes', () => {
    const override = overrideOf(
      [byHand, byGroup, byOther],
      { userId: 'ada', teamId: 'ops', role: 'Administrator' },
      roles,
    );
    expect(override).toMatchObject({ role: 'Administrator', baseRole: 'Developer' });
    const overrides = override ? [override] : [];
    const role = (grants: readonly Grant[]) => membershipsOf(grants, overrides, roles)[0];
    expect(role([byHand, byGroup])).toMatchObject({ role: 'Administrator', overridden: true });
    expect(fallenOverrides([byHand, byGroup], overrides, roles)).toEqual([]);
    for (const fallen of [[byHand, byOther], [byHand], [byHand, { ...byGroup, role: 'Member' }]]) {
      expect(role(fallen)).toMatchObject({ role: 'Member', overridden: false });
      expect(fallenOverrides(fallen, overrides, roles)).toEqual(overrides);
    }
    expect(overrideOf([byHand], { userId: 'ada', teamId: 'ops', role: 'Developer' }, roles)).toBeUndefined();
  });
});

describe('roles in the organization', () => {
  it('X-3: the highest counts, and losing one source falls back to the next', () => {
    const sources = [
      owner('ada', 'group:g'),
      grant('ada', 'organization', 'attribute:d', 'Manager'),
      grant('ada', 'ops', 'manual'),
    ];
    expect(organizationRole(sources, roles)).toBe('Owner');
    expect(organizationRole(sources.slice(1), roles)).toBe('Manager');
    expect(organizationRole(sources.slice(2), roles)).toBeUndefined();
  });

  it('X-3, promise 6: the last owner keeps the role until there is another, and loses it then', () => {
    const last = owner('ada', 'group:g');
    const guarded = guardOwners(removing(last, grant('ada', 'ops', 'group:g')), [last], { roles });
    expect(guarded).toEqual({ now: removing(grant('ada', 'ops', 'group:g')), held: [last] });
    const both = [last, owner('bob', 'manual')];
    expect(guardOwners(removing(last), both, { roles }).held).toEqual([]);
    expect([
      isLastOwner('ada', [last], roles),
      isLastOwner('ada', both, roles),
      isLastOwner('bob', [last], roles),
    ]).toEqual([true, false, false]);
  });

  it('X-3: of two owners that go at once one stays, the same in any order; a demotion is no other thing', () => {
    const both = [owner('bob', 'group:g'), owner('ada', 'group:g')];
    expect(guardOwners(removing(...both), both, { roles }).held).toEqual([both[1]]);
    expect(guardOwners(removing(...both.toReversed()), both, { roles }).held).toEqual([both[1]]);
    const demoted = both.map((from) => ({ grant: { ...from, role: 'Member' }, from: 'Owner' }));
    expect(guardOwners({ ...EMPTY_PLAN, change: demoted }, both, { roles })).toEqual({
      now: { ...EMPTY_PLAN, change: demoted.slice(0, 1) },
      held: [both[1]],
    });
  });

  it('AQ-5, X-3: the root user stays an owner, however many others there are', () => {
    const both = [owner('root', 'group:g'), owner('bob', 'manual')];
    expect(guardOwners(removing(...both), both, { roles, rootUserId: 'root' })).toEqual({
      now: removing(both[1] as Grant),
      held: [both[0]],
    });
  });
});

describe('a mapping', () => {
  const row = (groupId: string, place: string, role = 'Member') => ({
    groupId,
    target: grant('', place, 'manual').target,
    role,
  });
  const known = { groupIds: new Set(['g1', 'g2']), teamIds: new Set(['ops', 'dev']) };

  it('AQ-53, AQ-54, AQ-57, promise 6: is refused with every fault', () => {
    const rows = [
      row('g1', 'ops'),
      row('g1', 'nowhere'),
      row('gone', 'dev', 'Boss'),
      row('g1', 'ops', 'Administrator'),
      { ...row('g2', 'organization', 'Owner'), allowedBy: 'ada' },
    ];
    expect(faultsOfMapping({ mode: 'manual', rows }, known, roles)).toEqual([
      { index: 1, reason: 'unknown-team' },
      { index: 2, reason: 'unknown-group' },
      { index: 2, reason: 'unknown-role' },
      { index: 3, reason: 'needs-owner' },
      { index: 3, reason: 'twice' },
    ]);
    const auto: GroupMapping = { mode: 'auto', filter: ['x*'], teamRole: 'Boss', organizationRole: 'Owner' };
    expect(faultsOfMapping(auto, known, roles)).toEqual([{ reason: 'unknown-role' }, { reason: 'needs-owner' }]);
    const off: GroupMapping = {
      mode: 'off',
      defaultTeams: [
        { teamId: 'ops', role: 'Administrator' },
        { teamId: 'ops', role: 'Member' },
      ],
    };
    expect(faultsOfMapping(off, known, roles)).toEqual([
      { index: 0, reason: 'needs-owner' },
      { index: 1, reason: 'twice' },
    ]);
  });

  it('promise 6: a privileged row that nobody allowed gives nothing, in either mode', () => {
    const ground = {
      groups: [{ id: 'g1', displayName: 'Ops' }],
      links: [{ groupId: 'g1', teamId: 'ops', created: true }],
    };
    const rows = [row('g1', 'ops', 'Administrator'), { ...row('g1', 'dev', 'Administrator'), allowedBy: 'ada' }];
    expect(effectiveRows({ mode: 'manual', rows }, ground, roles)).toEqual([rows[1]]);
    const auto = { mode: 'auto', filter: [], teamRole: 'Member', organizationRole: 'Owner' } as const;
    expect(effectiveRows(auto, ground, roles)).toEqual([row('g1', 'ops')]);
    expect(effectiveRows({ ...auto, allowedBy: 'ada' }, ground, roles)).toHaveLength(2);
  });

  it('AQ-55, AQ-59, AQ-60: a change is a difference of rows, and a changed member costs its group’s rows alone', () => {
    const before = [row('g1', 'ops'), row('g1', 'dev'), row('g2', 'ops')];
    const after = [row('g1', 'ops', 'Developer'), row('g2', 'ops'), row('g2', 'dev')];
    expect(planRows(before, after)).toEqual({ add: [after[2]], remove: [before[1]], change: [after[0]] });
    expect(planRows(after, after)).toEqual({ add: [], remove: [], change: [] });
    const current = [grant('bob', 'ops', 'group:g1'), grant('cy', 'ops', 'group:g1')];
    const plan = planMembers([row('g1', 'ops')], { added: ['ada', 'cy'], removed: ['bob'], current });
    expect(plan).toEqual({ add: [grant('ada', 'ops', 'group:g1')], remove: [current[0]], change: [] });
    expect(planMembers([], { added: ['ada'], removed: [], current: [] })).toEqual(EMPTY_PLAN);
  });

  it('AQ-49, AQ-50: a switch takes away what groups and default teams gave, with its overrides, and nothing else', () => {
    const gone = [grant('ada', 'ops', 'group:g'), grant('bob', 'dev', 'default-team:d')];
    const stays = [
      grant('ada', 'ops', 'manual'),
      grant('ada', 'dev', 'claim-groups:t'),
      grant('ada', 'organization', 'directory:d'),
    ];
    const overrides = [
      { userId: 'ada', teamId: 'ops', role: 'Developer', baseRole: 'Member' },
      { userId: 'ada', teamId: 'dev', role: 'Developer', baseRole: 'Member' },
    ];
    expect(planModeSwitch([...gone, ...stays], overrides)).toEqual({
      plan: removing(...gone),
      overrides: [overrides[0]],
    });
    const auto: GroupMapping = { mode: 'auto', filter: [], teamRole: 'Member' };
    expect(isModeSwitch({ mode: 'manual', rows: [] }, auto)).toBe(true);
    expect(isModeSwitch(auto, { mode: 'manual', rows: [] })).toBe(true);
    expect(isModeSwitch(auto, { ...auto, filter: ['x'] })).toBe(false);
  });

  it('AQ-51, AQ-64: a preview names people and teams, and its digest only the plan it was made of', () => {
    const grants = {
      ...removing(grant('ada', 'ops', 'group:g'), grant('ada', 'dev', 'group:g')),
      add: [grant('bob', 'new', 'group:g')],
    };
    const teams = planAutoTeams({ mode: 'auto', filter: [], teamRole: 'Member' }, [{ id: 'g', displayName: 'New' }], {
      links: [],
      teams: [],
    });
    const preview = previewOf(grants, teams);
    expect(preview).toMatchObject({
      grants: { people: ['bob', 'ada'], teams: ['new', 'ops', 'dev'], added: 1, removed: 2, changed: 0 },
      teams: { create: [{ groupId: 'g', name: 'New' }] },
    });
    expect(previewOf({ ...grants, remove: grants.remove.toReversed() }, teams).digest).toBe(preview.digest);
    expect(previewOf({ ...grants, add: [] }, teams).digest).not.toBe(preview.digest);
    expect(reachOf(EMPTY_PLAN)).toEqual({ people: [], teams: [], added: 0, removed: 0, changed: 0 });
  });

  it('AQ-51: a preview counts who would lose something, each once, wherever it is', () => {
    const draft = beginPreview();
    expect(draft.losing()).toBe(0);
    draft.note({ ...removing(grant('ada', 'ops', 'group:g')), add: [grant('bob', 'new', 'group:g')] });
    expect(draft.losing()).toBe(1);
    draft.note(removing(grant('ada', 'dev', 'group:g'), grant('cyd', 'dev', 'group:g')));
    expect(draft.losing()).toBe(2);
  });
});

describe('the group filter (AQ-62)', () => {
  it.each([
    ['Ops EU', [], true],
    ['Ops EU', ['ops*'], true],
    ['Ops EU', ['*eu'], true],
    ['Ops EU', ['ops'], false],
    ['Ops EU', ['o?s*u'], true],
    ['Ops EU', ['dev*', 'ops*'], true],
    ['Ops EU', ['ops*', '!*EU'], false],
    ['Ops US', ['!*EU'], true],
    ['a.c', ['a?c'], true],
    ['abc', ['a.c'], false],
    ['(x)+', ['(x)+'], true],
    ['🙂b', ['?b'], true],
    ['', ['*'], true],
    ['', ['?'], false],
  ])('%j against %j: %s', (name, patterns, passes) => {
    expect(passesFilter(name, patterns)).toBe(passes);
  });

  it('answers hostile patterns at once (security 8)', () => {
    expect(passesFilter('a'.repeat(2000), [`${'a*'.repeat(500)}b`])).toBe(false);
  });
});

describe('teams in auto mode', () => {
  const auto: GroupMapping = { mode: 'auto', filter: ['!private*'], teamRole: 'Member' };
  const team = (id: string, name: string, privileged = false): TeamFacts => ({ id, name, privileged });
  const group = (id: string, displayName: string) => ({ id, displayName });

  function plan(
    groups: readonly { readonly id: string; readonly displayName: string }[],
    teams: readonly TeamFacts[] = [],
    links: readonly { readonly groupId: string; readonly teamId: string; readonly created: boolean }[] = [],
  ) {
    return planAutoTeams(auto, groups, { links, teams });
  }

  it('AQ-61, AQ-65: are made for groups that pass the filter', () => {
    expect(plan([group('g1', 'Ops'), group('g2', 'Private one')])).toMatchObject({
      create: [{ groupId: 'g1', name: 'Ops' }],
    });
    expect(planAutoTeams({ mode: 'manual', rows: [] }, [group('g1', 'Ops')], { links: [], teams: [] }).create).toEqual(
      [],
    );
  });

  it('OU-29, SE-11: are those of the same name, where there are such', () => {
    expect(plan([group('g1', 'OPS')], [team('t', 'Ops')])).toMatchObject({
      create: [],
      link: [{ groupId: 'g1', teamId: 't', created: false }],
    });
  });

  it('promise 6: never a privileged team by its name, nor one of another group', () => {
    expect(plan([group('g1', 'Admins')], [team('t', 'Admins', true)])).toMatchObject({
      link: [],
      conflicts: [{ groupId: 'g1', reason: 'privileged-team' }],
    });
    const links = [{ groupId: 'g1', teamId: 't', created: true }];
    expect(plan([group('g2', 'ops')], [team('t', 'Ops')], links).conflicts).toEqual([
      { groupId: 'g2', reason: 'team-taken' },
    ]);
    expect(plan([group('g1', 'New'), group('g2', 'new')])).toMatchObject({
      create: [{ groupId: 'g1' }],
      conflicts: [{ groupId: 'g2', reason: 'team-taken' }],
    });
  });

  it('AQ-65: follow the name of the group that made them, where it is free', () => {
    const links = [{ groupId: 'g1', teamId: 't', created: true }];
    expect(plan([group('g1', 'Ops EU')], [team('t', 'Ops')], links).rename).toEqual([{ teamId: 't', name: 'Ops EU' }]);
    expect(plan([group('g1', 'OPS')], [team('t', 'Ops')], links).rename).toEqual([{ teamId: 't', name: 'OPS' }]);
    const taken = plan([group('g1', 'Dev')], [team('t', 'Ops'), team('u', 'Dev')], links);
    expect(taken).toMatchObject({ rename: [], conflicts: [{ groupId: 'g1', reason: 'team-taken' }] });
    const linked = [{ groupId: 'g1', teamId: 't', created: false }];
    expect(plan([group('g1', 'Ops EU')], [team('t', 'Ops')], linked)).toMatchObject({ rename: [], conflicts: [] });
    const freed = plan([group('g1', 'Ops EU'), group('g2', 'Ops')], [team('t', 'Ops')], links);
    expect(freed).toMatchObject({ rename: [{ teamId: 't' }], create: [{ groupId: 'g2', name: 'Ops' }], conflicts: [] });
  });

  it('AQ-65: stay when their group goes', () => {
    expect(planGroupEnd('g1', [{ groupId: 'g1', teamId: 't', created: true }]).unlink).toEqual(['g1']);
    expect(planGroupEnd('g2', []).unlink).toEqual([]);
  });
});

describe('the blast radius (promise 11)', () => {
  const limit = { people: 2, share: 0.1, minutes: 60 };
  const lose = (...names: readonly string[]) => names.map((name) => grant(name, 'ops', 'group:g'));

  function hold(
    names: readonly string[],
    window: Partial<Parameters<typeof holdRemovals>[2]> = {},
    within: typeof limit | 'off' = limit,
  ) {
    const plan = removing(...lose(...names), grant('ada', 'organization', 'attribute:d'));
    return holdRemovals(plan, [], { people: 20, lost: 0, waiting: [], ...window }, within);
  }

  it('holds all derived removals of a change that is too large, and nothing else', () => {
    const { now, held } = hold(['ada', 'bob', 'cy']);
    expect(held).toEqual(lose('ada', 'bob', 'cy'));
    expect(now).toEqual(removing(grant('ada', 'organization', 'attribute:d')));
  });

  it('needs both: more people than the number, and a larger part than the share', () => {
    expect(hold(['ada', 'bob']).held).toEqual([]);
    expect(hold(['ada', 'bob', 'cy'], { people: 30 }).held).toEqual([]);
    expect(hold(['ada', 'bob', 'cy'], { people: 29 }).held).toHaveLength(3);
    expect(hold(['ada', 'bob', 'cy'], {}, 'off').held).toEqual([]);
  });

  it('adds up over the window, and counts people and not grants', () => {
    expect(hold(['ada'], { lost: 2 }).held).toEqual(lose('ada'));
    expect(
      holdRemovals(
        removing(...lose('ada', 'bob'), grant('ada', 'dev', 'group:g')),
        [],
        { people: 20, lost: 0, waiting: [] },
        limit,
      ).held,
    ).toEqual([]);
  });

  it('keeps what waits waiting, and releases what is wanted again', () => {
    const waiting = lose('ada', 'bob');
    expect(hold(['ada'], { waiting })).toMatchObject({
      now: removing(grant('ada', 'organization', 'attribute:d')),
      held: [],
      released: [],
    });
    expect(holdRemovals(EMPTY_PLAN, lose('bob'), { people: 20, lost: 0, waiting }, limit).released).toEqual(
      lose('bob'),
    );
  });

  it('makes what is rejected a matter of hands, once for each place', () => {
    const held = [...lose('ada'), grant('ada', 'ops', 'group:h', 'Developer'), ...lose('bob')];
    const manual = [grant('bob', 'ops', 'manual')];
    expect(keepAsManual(held, manual, roles)).toEqual({
      add: [grant('ada', 'ops', 'manual', 'Developer')],
      remove: held,
      change: [],
    });
  });
});

describe('"why is Ada in Ops?"', () => {
  const names = {
    people: new Map([
      ['ada', 'Ada'],
      ['bob', 'Bob'],
    ]),
    teams: new Map([['ops', 'Ops']]),
    groups: new Map([['g1', 'Engineers']]),
    directories: new Map([['d', 'Entra']]),
    tenants: new Map([['t', 'Acme']]),
  };
  const ground = { names, steps: [], autoGroups: new Set<string>(), shown: true, waiting: new Set<GrantSource>() };
  const ada = { userId: 'ada', teamId: 'ops', role: 'Member', overridden: false };

  it.each<[GrantSource, string]>([
    ['group:g1', 'they are a member of the group Engineers, which is mapped to it'],
    ['group:g9', 'they are a member of the group g9, for which the team was provisioned'],
    ['default-team:d', 'it is a default team of the directory Entra'],
    ['directory:d', 'the directory Entra has provisioned them'],
    ['attribute:d', 'an attribute from the directory Entra says so'],
    ['claim-spaces:t', 'their last sign-in at Acme named the space'],
    ['claim-groups:t', 'their last sign-in at Acme named the group of the team'],
    ['initial:t', 'people get it at their first sign-in at Acme'],
    ['manual', 'they were added by hand'],
  ])('X-2: %s', (source, cause) => {
    expect(explainMembership({ ...ada, sources: [source] }, { ...ground, autoGroups: new Set(['g9']) })).toEqual([
      `Ada is in Ops because ${cause}.`,
      'The role there is Member.',
    ]);
  });

  it('says who and when, what waits, what an override replaced and what nobody sees yet', () => {
    const override = { userId: 'ada', teamId: 'ops', role: 'Developer', baseRole: 'Member' };
    const steps = [
      { source: 'manual', at: '2026-01-01T07:08:09.123Z', by: 'bob' },
      { source: 'manual', at: '2026-02-02T10:20:30.456Z', by: 'bob' },
    ] as const;
    expect(
      explainMembership(
        { ...ada, role: 'Developer', overridden: true, sources: ['manual', 'group:g1'] },
        { ...ground, steps, override, shown: false, waiting: new Set<GrantSource>(['group:g1']) },
      ),
    ).toEqual([
      'Ada is in Ops because they were added by hand by Bob (2026-02-02 10:20 UTC).',
      'Ada is in Ops because they are a member of the group Engineers, which is mapped to it; this has ended there and waits for a decision here.',
      'The role Developer was set by hand in place of Member.',
      'Ops shows Ada after the first sign-in.',
      'What was given by hand stays when the identity provider takes the rest away.',
    ]);
  });
});

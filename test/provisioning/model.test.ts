import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  FIRST_TEAMS,
  type ModelMapping,
  type ModelPolicy,
  type ModelStep,
  ProvisioningModel,
} from '../support/provisioning-model.js';
import { ToyProvisioning } from '../support/toy-provisioning.js';

const PEOPLE = ['ada', 'bob', 'cy', 'dee'];
/** Those that are there before any directory is. */
const BY_HAND = ['ada', 'bob'];
const GROUPS = ['g1', 'g2', 'g3'];

const person = fc.constantFrom(...PEOPLE);
const team = fc.constantFrom(...FIRST_TEAMS.map(({ id }) => id));
const group = fc.constantFrom(...GROUPS);
const directory = fc.constantFrom('main' as const, 'main' as const, 'side' as const);
const teamRole = fc.constantFrom('Member', 'Developer', 'Administrator');
/** Some are names of teams that are there, in another letter case too. */
const groupName = fc.constantFrom('Ops', 'OPS', 'Ops EU', 'Dev', 'Alpha', 'beta', 'Gamma');

const mapping: fc.Arbitrary<ModelMapping> = fc.oneof(
  fc.record({ mode: fc.constant('off' as const), defaultTeams: fc.uniqueArray(team, { maxLength: 2 }) }),
  fc.record({
    mode: fc.constant('manual' as const),
    rows: fc.uniqueArray(
      fc.oneof(
        fc.record({ group, place: team, role: teamRole, allowed: fc.boolean() }),
        fc.record({
          group,
          place: fc.constant('organization'),
          role: fc.constantFrom('Member', 'Manager', 'Administrator', 'Owner'),
          allowed: fc.boolean(),
        }),
      ),
      { maxLength: 5, selector: (row) => `${row.group} ${row.place}` },
    ),
  }),
  fc.record(
    {
      mode: fc.constant('auto' as const),
      filter: fc.uniqueArray(fc.constantFrom('Ops*', '*a', '!*EU', 'dev'), { maxLength: 2 }),
      teamRole: fc.constantFrom('Member', 'Developer'),
      organizationRole: fc.constant('Manager'),
    },
    { requiredKeys: ['mode', 'filter', 'teamRole'] },
  ),
);

const step: fc.Arbitrary<ModelStep> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('push' as const), directory, person, active: mostly() }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('set-active' as const), directory, person, active: fc.boolean() }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set-role' as const),
      directory,
      person,
      role: fc.constantFrom('Manager', 'Member', null),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), directory, person }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('create-group' as const), group, name: groupName }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rename-group' as const), group, name: groupName }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete-group' as const), group }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add-member' as const), group, person }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('remove-member' as const), group, person }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('map' as const), mapping }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('invite' as const), person, team, role: teamRole }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('uninvite' as const), person, team }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('override' as const), person, team, role: teamRole }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('login' as const),
      person,
      spaces: fc.constantFrom(undefined, '', 'Alpha', 'Alpha,Gamma', 'nowhere,gamma', 'Ops,Alpha,Alpha'),
      roles: fc.constantFrom(undefined, 'Developer', 'bogus,Developer', 'Member,,Developer,'),
      groups: fc.constantFrom('missing' as const, [], ['guid-a'], ['guid-a', 'guid-b', 'guid-z']),
    }),
  },
);

const policy: fc.Arbitrary<ModelPolicy> = fc.record({
  deactivation: fc.constantFrom('disable' as const, 'leave-teams' as const, 'delete' as const),
  deletion: fc.constantFrom('leave-teams' as const, 'delete' as const),
  activeWhen: fc.constantFrom('any' as const, 'all' as const),
  beforeFirstLogin: fc.constantFrom('active' as const, 'pending' as const, 'invited' as const),
  membersBeforeFirstLogin: fc.constantFrom('shown' as const, 'hidden' as const),
  membershipAuthority: fc.constantFrom('scim' as const, 'claims' as const, 'union' as const),
  loginUpdates: fc.constantFrom('first' as const, 'every' as const),
});

describe('plans, applied one after the other (X-1, X-2, X-4, X-5, X-6)', () => {
  it('lead to what the rules say about everything that has happened', () => {
    fc.assert(
      fc.property(policy, fc.array(step, { minLength: 1, maxLength: 40, size: 'max' }), (chosen, steps) => {
        const model = new ProvisioningModel(chosen, BY_HAND);
        const toy = new ToyProvisioning(chosen, BY_HAND);
        for (const each of steps) {
          model.step(each);
          toy.step(each);
          expect(toy.view()).toEqual(model.view());
        }
      }),
      { seed: 20_261_122, numRuns: 800 },
    );
  });

  it('change nothing when the same thing happens again (X-5)', () => {
    fc.assert(
      fc.property(policy, fc.array(step, { minLength: 1, maxLength: 25, size: 'max' }), (chosen, steps) => {
        const toy = new ToyProvisioning(chosen, BY_HAND);
        for (const each of steps) {
          toy.step(each);
          const seen = toy.view();
          const again = toy.step(each);
          expect(toy.view()).toEqual(seen);
          expect(again).toBe(0);
        }
      }),
      { seed: 20_261_123, numRuns: 250 },
    );
  });

  it('lead to the same whichever order people and members come in (X-6)', () => {
    const members = fc.uniqueArray(fc.tuple(group, person), { maxLength: 8, selector: (pair) => pair.join() });
    fc.assert(
      fc.property(policy, mapping, members, fc.func(fc.integer()), (chosen, mapped, pairs, order) => {
        const beginning: readonly ModelStep[] = [
          ...GROUPS.map((name, at) => ({ do: 'create-group', group: name, name: `Ops ${at}` }) as const),
          ...PEOPLE.map((name) => ({ do: 'push', directory: 'main', person: name, active: true }) as const),
        ];
        const moves = [
          ...pairs.map(([to, who]): ModelStep => ({ do: 'add-member', group: to, person: who })),
          { do: 'map', mapping: mapped } as const,
        ];
        const shuffled = moves
          .map((move, at) => ({ move, rank: order(at) }))
          .sort((a, b) => a.rank - b.rank)
          .map(({ move }) => move);
        const [straight, other] = [moves, shuffled].map((steps) => {
          const toy = new ToyProvisioning(chosen, BY_HAND);
          for (const each of [...beginning, ...steps]) toy.step(each);
          return toy.view();
        });
        expect(other).toEqual(straight);
      }),
      { seed: 20_261_124, numRuns: 300 },
    );
  });
});

/** More often true than not. */
function mostly(): fc.Arbitrary<boolean> {
  return fc.constantFrom(true, true, true, false);
}

import fc from 'fast-check';
import { FIRST_TEAMS, type ModelMapping, type ModelPolicy, type ModelStep } from './provisioning-model.js';

export const PEOPLE: readonly string[] = ['ada', 'bob', 'cy', 'dee'];
/** Those that are there before any directory is. */
export const BY_HAND: readonly string[] = ['ada', 'bob'];
export const GROUPS: readonly string[] = ['g1', 'g2', 'g3'];

export const anyPerson: fc.Arbitrary<string> = fc.constantFrom(...PEOPLE);
const team = fc.constantFrom(...FIRST_TEAMS.map(({ id }) => id));
export const anyGroup: fc.Arbitrary<string> = fc.constantFrom(...GROUPS);
const directory = fc.constantFrom('main' as const, 'main' as const, 'side' as const);
const teamRole = fc.constantFrom('Member', 'Developer', 'Administrator');
/** Some are names of teams that are there, in another letter case too. */
const groupName = fc.constantFrom('Ops', 'OPS', 'Ops EU', 'Dev', 'Alpha', 'beta', 'Gamma');

export const anyMapping: fc.Arbitrary<ModelMapping> = fc.oneof(
  fc.record({ mode: fc.constant('off' as const), defaultTeams: fc.uniqueArray(team, { maxLength: 2 }) }),
  fc.record({
    mode: fc.constant('manual' as const),
    rows: fc.uniqueArray(
      fc.oneof(
        fc.record({ group: anyGroup, place: team, role: teamRole, allowed: fc.boolean() }),
        fc.record({
          group: anyGroup,
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

export const anyStep: fc.Arbitrary<ModelStep> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('push' as const), directory, person: anyPerson, active: mostly() }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('set-active' as const),
      directory,
      person: anyPerson,
      active: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('set-role' as const),
      directory,
      person: anyPerson,
      role: fc.constantFrom('Manager', 'Member', null),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), directory, person: anyPerson }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('create-group' as const), group: anyGroup, name: groupName }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rename-group' as const), group: anyGroup, name: groupName }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('delete-group' as const), group: anyGroup }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('add-member' as const), group: anyGroup, person: anyPerson }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('remove-member' as const), group: anyGroup, person: anyPerson }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('map' as const), mapping: anyMapping }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('invite' as const), person: anyPerson, team, role: teamRole }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('restart' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('uninvite' as const), person: anyPerson, team }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('override' as const), person: anyPerson, team, role: teamRole }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('login' as const),
      person: anyPerson,
      spaces: fc.constantFrom(undefined, '', 'Alpha', 'Alpha,Gamma', 'nowhere,gamma', 'Ops,Alpha,Alpha'),
      roles: fc.constantFrom(undefined, 'Developer', 'bogus,Developer', 'Member,,Developer,'),
      groups: fc.constantFrom('missing' as const, [], ['guid-a'], ['guid-a', 'guid-b', 'guid-z']),
    }),
  },
);

export const anyPolicy: fc.Arbitrary<ModelPolicy> = fc.record({
  deactivation: fc.constantFrom('disable' as const, 'leave-teams' as const, 'delete' as const),
  deletion: fc.constantFrom('leave-teams' as const, 'delete' as const),
  activeWhen: fc.constantFrom('any' as const, 'all' as const),
  beforeFirstLogin: fc.constantFrom('active' as const, 'pending' as const, 'invited' as const),
  membersBeforeFirstLogin: fc.constantFrom('shown' as const, 'hidden' as const),
  membershipAuthority: fc.constantFrom('scim' as const, 'claims' as const, 'union' as const),
  loginUpdates: fc.constantFrom('first' as const, 'every' as const),
});

/** People and groups that are there, some in one another: where most of what can happen can happen. */
export const anyBeginning: fc.Arbitrary<readonly ModelStep[]> = fc
  .record({
    mapping: anyMapping,
    names: fc.array(groupName, { minLength: GROUPS.length, maxLength: GROUPS.length }),
    pairs: fc.uniqueArray(fc.tuple(anyGroup, anyPerson), {
      minLength: 4,
      maxLength: 9,
      selector: (pair) => pair.join(),
    }),
    mapFirst: fc.boolean(),
  })
  .map(({ mapping, names, pairs, mapFirst }) => {
    const map: readonly ModelStep[] = [{ do: 'map', mapping }];
    const members = pairs.map(([group, person]): ModelStep => ({ do: 'add-member', group, person }));
    return [
      ...PEOPLE.map((person): ModelStep => ({ do: 'push', directory: 'main', person, active: true })),
      ...GROUPS.map((group, at): ModelStep => ({ do: 'create-group', group, name: names[at] ?? group })),
      ...(mapFirst ? [...map, ...members] : [...members, ...map]),
    ];
  });

/** More often true than not. */
function mostly(): fc.Arbitrary<boolean> {
  return fc.constantFrom(true, true, true, false);
}

import { describe, expect, it, jest } from '@jest/globals';
import type { ScimType } from '../../src/scim/error.js';
import { cpuOf } from '../support/cpu-time.js';
import {
  addPeople,
  createAda,
  createTeam,
  createTickingClock,
  memberNames,
  type Operation,
} from '../support/patch-subjects.js';
import { expectScimError } from '../support/scim-error.js';
import { createGroup, numbered, UNKNOWN_ID } from '../support/scim-resources.js';
import { createScimSite } from '../support/scim-site.js';

const site = createScimSite({ clock: createTickingClock() });

jest.setTimeout(60_000);

/** The operation that puts one member in the place of another. */
function replaceOf(gone: string, come: string): Operation {
  return { op: 'replace', path: `members[value eq "${gone}"]`, value: { value: come } };
}

describe('members of a group', () => {
  it.each<[string, (id: string) => unknown]>([
    ['a list of objects', (id) => [{ value: id }]],
    ['one object', (id) => ({ value: id })],
    ['bare text', (id) => id],
    ['a list of bare texts', (id) => [id, id]],
    ['objects with $ref null', (id) => [{ $ref: null, value: id }]],
    ['objects with display, type and more', (id) => [{ value: id, display: 'x', type: 'Group', shoeSize: 38 }]],
  ])('180 adds members given as %s, once', async (_what, shape) => {
    const { client, path, idOf } = await createTeam(site, ['ada']);
    for (const _again of [1, 2]) {
      const answer = await client.patch(path, [{ op: 'add', path: 'members', value: shape(idOf('bob')) }]);
      // The order of members is the store's own.
      const members = answer.body.members.toSorted((a: GroupMember, b: GroupMember) =>
        a.display < b.display ? -1 : 1,
      );
      expect({ status: answer.status, members }).toEqual({
        status: 200,
        members: ['ada', 'bob'].map((name) => ({
          value: idOf(name),
          $ref: `${client.baseUrl}/Users/${idOf(name)}`,
          display: name,
          type: 'User',
        })),
      });
    }
  });

  it('180 add with a filter only ever adds', async () => {
    for (const filter of ['type eq "User"', 'value eq "bob"']) {
      const { client, path, idOf } = await createTeam(site, ['ada', 'bob']);
      const selector = filter.replace('bob', idOf('bob'));
      const value = [{ value: idOf('cy') }];
      const answer = await client.patch(path, [{ op: 'add', path: `members[${selector}]`, value }]);
      expect(answer.status).toBe(200);
      expect(await memberNames(client, path)).toEqual(['ada', 'bob', 'cy']);
    }
  });

  it.each<[string, Operation]>([
    ['remove without value', { op: 'remove', path: 'members' }],
    ['replace by null', { op: 'replace', path: 'members', value: null }],
    ['replace by an empty text, without path', { op: 'replace', value: { members: '' } }],
    ['remove by a filter that is not about ids', { op: 'remove', path: 'members[value pr]' }],
  ])('181 the policy against emptying a group refuses %s', async (_what, operation) => {
    const { client, path } = await createTeam(site, ['ada', 'bob'], { removeAllMembers: 'refuse' });
    expectScimError(await client.patch(path, [operation]), 400, 'noTarget');
    expect(await memberNames(client, path)).toEqual(['ada', 'bob']);
    const emptied = await client.patch(path, [{ op: 'replace', path: 'members', value: [] }]);
    expect({ status: emptied.status, members: emptied.body.members }).toEqual({ status: 200, members: undefined });
  });

  it.each<[string, (idOf: (name: string) => string) => readonly Operation[], readonly string[] | undefined]>([
    ['replace of a stranger', (idOf) => [replaceOf(idOf('cy'), idOf('dee'))], undefined],
    ['add at a stranger', (idOf) => [{ ...replaceOf(idOf('cy'), idOf('dee')), op: 'add' }], undefined],
    ['replace of an unknown id', (idOf) => [replaceOf(UNKNOWN_ID, idOf('dee'))], undefined],
    [
      'replace by a filter that nobody meets',
      (idOf) => [{ op: 'replace', path: 'members[display eq "cy"]', value: { value: idOf('dee') } }],
      undefined,
    ],
    [
      'replace of who was removed just now',
      (idOf) => [{ op: 'remove', path: `members[value eq "${idOf('bob')}"]` }, replaceOf(idOf('bob'), idOf('dee'))],
      undefined,
    ],
    [
      'replace of who was left out just now',
      (idOf) => [{ op: 'replace', path: 'members', value: [idOf('ada')] }, replaceOf(idOf('bob'), idOf('dee'))],
      undefined,
    ],
    ['replace of a member', (idOf) => [replaceOf(idOf('bob'), idOf('dee'))], ['ada', 'dee']],
    [
      'replace by a filter that somebody meets',
      (idOf) => [{ op: 'replace', path: 'members[display eq "bob"]', value: { value: idOf('dee') } }],
      ['ada', 'dee'],
    ],
    [
      'add beside a member by another filter',
      (idOf) => [{ op: 'add', path: 'members[type eq "User"]', value: { value: idOf('dee') } }],
      ['ada', 'bob', 'dee'],
    ],
    [
      'replace of who was added just now',
      (idOf) => [{ op: 'add', path: 'members', value: idOf('cy') }, replaceOf(idOf('cy'), idOf('dee'))],
      ['ada', 'bob', 'dee'],
    ],
    ['remove of a stranger', (idOf) => [{ op: 'remove', path: `members[value eq "${idOf('cy')}"]` }], ['ada', 'bob']],
  ])('163 where the policy refuses absent targets: %s', async (_what, operations, left) => {
    const { client, path, group, idOf } = await createTeam(site, ['ada', 'bob'], { absentTargets: 'refuse' });
    const answer = await client.patch(path, operations(idOf));
    if (!left) {
      expectScimError(answer, 400, 'noTarget');
      expect((await client.get(path)).body).toEqual(group);
      return;
    }
    expect({ status: answer.status, left: await memberNames(client, path) }).toEqual({ status: 200, left });
  });

  it('180 a group is never a member of itself, and two may be in each other', async () => {
    const { client, path, group, idOf } = await createTeam(site, ['ada'], { unknownMembers: 'skip' });
    const itself = { value: group.id };
    for (const operation of [
      { op: 'add', path: 'members', value: [itself, { value: idOf('bob') }] },
      { op: 'replace', path: 'members', value: [itself] },
      { op: 'replace', value: { members: [itself] } },
      replaceOf(idOf('ada'), group.id),
    ]) {
      expectScimError(await client.patch(path, [operation]), 400, 'invalidValue');
    }
    expectScimError(await client.put(path, { displayName: 'Team', members: [itself] }), 400, 'invalidValue');
    expect((await client.get(path)).body).toEqual(group);
    const other = await createGroup(client, 'Other', [group]);
    const answer = await client.patch(path, [{ op: 'add', path: 'members', value: [{ value: other.id }] }]);
    expect(answer.status).toBe(200);
    expect(await memberNames(client, path)).toEqual(['Other', 'ada']);
    expect((await client.get(`/Users/${idOf('ada')}`)).body.groups).toHaveLength(1);
    expect((await client.delete(`/Groups/${other.id}`)).status).toBe(204);
    expect(await memberNames(client, path)).toEqual(['ada']);
  });

  it('180 adding a member again changes neither version nor lastModified', async () => {
    const { client, path, group, idOf } = await createTeam(site, ['ada']);
    const answer = await client.patch(path, [{ op: 'add', path: 'members', value: [{ value: idOf('ada') }] }]);
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: group });
  });

  it.each<[string, (idOf: (name: string) => string) => readonly Operation[], readonly string[]]>([
    ['181 remove by a filter', (idOf) => [{ op: 'remove', path: `members[value eq "${idOf('ada')}"]` }], ['bob', 'cy']],
    [
      '181 remove by a filter of two',
      (idOf) => [{ op: 'remove', path: `members[value eq "${idOf('ada')}" or value eq "${idOf('cy')}"]` }],
      ['bob'],
    ],
    [
      '181 remove by a filter of another attribute',
      () => [{ op: 'remove', path: 'members[display eq "bob"]' }],
      ['ada', 'cy'],
    ],
    [
      '181 remove of the value of a filtered member',
      (idOf) => [{ op: 'remove', path: `members[value eq "${idOf('ada')}"].value` }],
      ['bob', 'cy'],
    ],
    [
      '181 remove with a list of the listed only (Entra)',
      (idOf) => [
        { op: 'Remove', path: 'members', value: [{ $ref: null, value: idOf('ada') }, { value: idOf('dee') }] },
      ],
      ['bob', 'cy'],
    ],
    [
      '181 remove with one object',
      (idOf) => [{ op: 'remove', path: 'members', value: { value: idOf('ada') } }],
      ['bob', 'cy'],
    ],
    [
      '181 remove with an empty list removes nobody',
      () => [{ op: 'remove', path: 'members', value: [] }],
      ['ada', 'bob', 'cy'],
    ],
    [
      '181 remove of a stranger removes nobody',
      () => [{ op: 'remove', path: 'members', value: [{ value: UNKNOWN_ID }] }],
      ['ada', 'bob', 'cy'],
    ],
    ['181 remove without value removes all', () => [{ op: 'remove', path: 'members' }], []],
    [
      '182 replace with a list',
      (idOf) => [{ op: 'replace', path: 'members', value: [{ value: idOf('dee') }, { value: idOf('cy') }] }],
      ['cy', 'dee'],
    ],
    ['182 replace with an empty list', () => [{ op: 'replace', path: 'members', value: [] }], []],
    [
      '182 replace with a list without path',
      (idOf) => [{ op: 'replace', value: { members: [{ value: idOf('dee') }] } }],
      ['dee'],
    ],
    [
      '182 replace of a filtered member by another',
      (idOf) => [{ op: 'replace', path: `members[value eq "${idOf('ada')}"]`, value: { value: idOf('dee') } }],
      ['bob', 'cy', 'dee'],
    ],
    [
      '172 changes of members apply in order (Okta)',
      (idOf) => [
        { op: 'remove', path: `members[value eq "${idOf('ada')}"]` },
        { op: 'add', path: 'members', value: [{ value: idOf('dee') }, { value: idOf('ada') }] },
        { op: 'remove', path: 'members', value: [{ value: idOf('dee') }] },
      ],
      ['ada', 'bob', 'cy'],
    ],
    [
      '172 what is removed after all were replaced is gone',
      (idOf) => [
        { op: 'remove', path: 'members' },
        { op: 'add', path: 'members', value: [idOf('ada'), idOf('dee')] },
        { op: 'remove', path: `members[value eq "${idOf('dee')}"]` },
      ],
      ['ada'],
    ],
  ])('%s', async (_title, operations, left) => {
    const { client, path, idOf } = await createTeam(site, ['ada', 'bob', 'cy']);
    const answer = await client.patch(path, operations(idOf));
    expect(answer.status).toBe(200);
    expect(await memberNames(client, path)).toEqual(left);
  });

  it('181 refuses to remove all without naming them where the policy guards against it', async () => {
    const { client, path, group, idOf } = await createTeam(site, ['ada', 'bob'], { removeAllMembers: 'refuse' });
    expectScimError(await client.patch(path, [{ op: 'remove', path: 'members' }]), 400, 'noTarget');
    expect((await client.get(path)).body).toEqual(group);
    const named = await client.patch(path, [{ op: 'remove', path: 'members', value: [{ value: idOf('ada') }] }]);
    expect({ status: named.status, left: await memberNames(client, path) }).toEqual({ status: 200, left: ['bob'] });
    const cleared = await client.patch(path, [{ op: 'replace', path: 'members', value: [] }]);
    expect({ status: cleared.status, left: await memberNames(client, path) }).toEqual({ status: 200, left: [] });
  });

  it.each<[string, (idOf: (name: string) => string) => Operation, ScimType]>([
    [
      '181 an object without value',
      () => ({ op: 'remove', path: 'members', value: [{ display: 'ada' }] }),
      'invalidValue',
    ],
    ['180 a member that is a number', () => ({ op: 'add', path: 'members', value: [7] }), 'invalidValue'],
    ['180 an id that no store can hold', () => ({ op: 'add', path: 'members', value: ['a\u0000b'] }), 'invalidValue'],
    ['180 an unknown member', () => ({ op: 'add', path: 'members', value: [{ value: UNKNOWN_ID }] }), 'invalidValue'],
    [
      '182 replace by an unknown member',
      () => ({ op: 'replace', path: 'members', value: [{ value: UNKNOWN_ID }] }),
      'invalidValue',
    ],
    [
      '168 what a member shows',
      (idOf) => ({ op: 'replace', path: `members[value eq "${idOf('ada')}"].display`, value: 'x' }),
      'mutability',
    ],
    ['166 remove of displayName', () => ({ op: 'remove', path: 'displayName' }), 'mutability'],
    ['169 brackets that do not close', () => ({ op: 'remove', path: 'members[value eq "x"' }), 'invalidPath'],
    ['169 an unknown attribute in brackets', () => ({ op: 'remove', path: 'members[shoe eq "x"]' }), 'invalidPath'],
  ])('%s is refused and changes nothing', async (_title, operation, scimType) => {
    const { client, path, group, idOf } = await createTeam(site, ['ada', 'bob']);
    const rename = { op: 'replace', path: 'displayName', value: 'Crew' };
    expectScimError(await client.patch(path, [rename, operation(idOf)]), 400, scimType);
    expect((await client.get(path)).body).toEqual(group);
  });

  it('180 leaves unknown members out where the policy says so', async () => {
    const { client, path, idOf } = await createTeam(site, ['ada'], { unknownMembers: 'skip' });
    const answer = await client.patch(path, [{ op: 'add', path: 'members', value: [UNKNOWN_ID, idOf('bob')] }]);
    expect({ status: answer.status, left: await memberNames(client, path) }).toEqual({
      status: 200,
      left: ['ada', 'bob'],
    });
  });

  it('180 refuses an id that no store can hold even where unknown members are left out', async () => {
    const { client, path, group } = await createTeam(site, ['ada'], { unknownMembers: 'skip' });
    for (const id of ['a\u0000b', '\ud800']) {
      const answer = await client.patch(path, [{ op: 'add', path: 'members', value: [id] }]);
      expectScimError(answer, 400, 'invalidValue');
    }
    expect((await client.get(path)).body).toEqual(group);
  });

  it('172 who is removed and added again in one request has not changed the group', async () => {
    const { client, path, group, idOf } = await createTeam(site, ['ada', 'bob']);
    const answer = await client.patch(path, [
      { op: 'remove', path: 'members', value: [idOf('ada')] },
      { op: 'add', path: 'members', value: [idOf('cy')] },
      { op: 'remove', path: `members[value eq "${idOf('cy')}"]` },
      { op: 'add', path: 'members', value: [idOf('ada')] },
    ]);
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 200, body: group });
  });

  it('172 refuses a filter it could only answer for the group as it was', async () => {
    const { client, path, group, idOf } = await createTeam(site, ['ada']);
    const answer = await client.patch(path, [
      { op: 'add', path: 'members', value: [idOf('bob')] },
      { op: 'remove', path: 'members[display eq "bob"]' },
    ]);
    expectScimError(answer, 400, 'invalidPath');
    expect((await client.get(path)).body).toEqual(group);
  });

  it('184 loses no change when 60 requests add, remove and rename at the same time', async () => {
    const client = await site.client();
    const people = numbered('p', 60);
    await addPeople(site, client, people);
    const half = people.slice(0, 30);
    const group = await createGroup(
      client,
      'Team',
      half.map((id) => ({ id })),
    );
    const path = `/Groups/${group.id}`;
    const answers = await Promise.all(
      people.map((id, index) =>
        client.patch(path, [
          index < 30
            ? { op: 'remove', path: `members[value eq "${id}"]` }
            : { op: 'add', path: 'members', value: [{ value: id }] },
          ...(index % 10 === 0 ? [{ op: 'replace', path: 'displayName', value: `Team ${index}` }] : []),
        ]),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(people.map(() => 200));
    const { body } = await client.get(path);
    expect(body.members.map(({ value }: { value: string }) => value).sort()).toEqual(people.slice(30).sort());
    expect(body.displayName).toMatch(/^Team \d0?$/);
  });
});

describe('bounds', () => {
  /** Milliseconds of a processor; without bounds it would be minutes. */
  const BEARABLE = 15_000;

  async function bearable<T>(work: () => PromiseLike<T>): Promise<T> {
    const answer: T[] = [];
    expect(await cpuOf(async () => answer.push(await work()))).toBeLessThan(BEARABLE);
    return answer[0] as T;
  }

  it('183 adds 5000 members in one operation and takes them away in 5000', async () => {
    const client = await site.client();
    const people = numbered('m', 5000);
    await addPeople(site, client, people);
    const group = await createGroup(client, 'All');
    const path = `/Groups/${group.id}`;
    const value = people.map((id) => ({ value: id, $ref: null }));
    const added = await bearable(() => client.patch(path, [{ op: 'add', path: 'members', value }]));
    expect({ status: added.status, members: added.body.members }).toEqual({ status: 200, members: undefined });
    const asked = await client.patch(`${path}?attributes=members`, [{ op: 'add', path: 'members', value }]);
    expect(asked.body.members).toHaveLength(5000);
    const removals = people.slice(1).map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` }));
    const removed = await bearable(() => client.patch(path, removals));
    expect({ status: removed.status, left: removed.body.members }).toEqual({
      status: 200,
      left: [expect.objectContaining({ value: people[0] })],
    });
  });

  it('183 takes 1000 operations on other attributes, each looking at 1000 values', async () => {
    const { client, path } = await createAda(site);
    const value = numbered('p', 1000).map((each) => ({ value: each, type: 'other' }));
    const fill = { op: 'replace', path: 'phoneNumbers', value };
    const edits = numbered('p', 999).map((each) => ({
      op: 'replace',
      path: `phoneNumbers[value eq "${each}"].display`,
      value: each,
    }));
    const answer = await bearable(() => client.patch(path, [fill, ...edits]));
    expect(answer.status).toBe(200);
    expect(answer.body.phoneNumbers).toHaveLength(1000);
    expect(answer.body.phoneNumbers[998]).toEqual({ value: 'p998', type: 'other', display: 'p998' });
  });

  it.each<[string, (each: string) => Operation]>([
    ['by a filter that looks at all of them', (each) => ({ op: 'remove', path: `phoneNumbers[display co "${each}"]` })],
    [
      'for one text in another',
      (each) => ({ op: 'remove', path: `phoneNumbers[display co "${'a'.repeat(400)}${each}${'a'.repeat(400)}"]` }),
    ],
    [
      'for one text in that of one value',
      () => ({ op: 'remove', path: `emails[value eq "long" and display co "${'a'.repeat(400)}b${'a'.repeat(400)}"]` }),
    ],
    ['to change all of them', (each) => ({ op: 'replace', path: 'phoneNumbers.display', value: each })],
  ])('183 refuses to look at 1000 values with 1000 operations %s (413)', async (_what, operation) => {
    const { client, path } = await createAda(site);
    const value = numbered('p', 1000).map((each) => ({ value: each, display: 'a'.repeat(200) }));
    await client.patch(path, [
      { op: 'replace', path: 'phoneNumbers', value },
      { op: 'add', path: 'emails', value: [{ value: 'long', display: 'a'.repeat(20_000) }] },
    ]);
    const before = (await client.get(path)).body;
    const operations = numbered('p', 1000).map(operation);
    const detail = expectScimError(await bearable(() => client.patch(path, operations)), 413);
    expect(detail).toContain('[value eq "…"]');
    expect((await client.get(path)).body).toEqual(before);
    const few = await client.patch(path, operations.slice(0, 1));
    expect(few.status).toBe(200);
  });

  it('183 finds values by id whatever else the brackets say, and however they change', async () => {
    const { client, path } = await createAda(site);
    const value = ['a', 'b', 'c', 'd'].map((each) => ({ value: each, type: 'other' }));
    await client.patch(path, [{ op: 'replace', path: 'phoneNumbers', value }]);
    const answer = await client.patch(path, [
      { op: 'replace', path: 'phoneNumbers[value eq "A"].display', value: 'first' },
      { op: 'replace', path: 'phoneNumbers[type eq "other" and value eq "b"].value', value: 'B2' },
      { op: 'replace', path: 'phoneNumbers[value eq "b2"].display', value: 'second' },
      { op: 'remove', path: 'phoneNumbers[value eq "b" or value eq "c"]' },
      { op: 'replace', path: 'phoneNumbers[value eq "d" and type eq "work"].display', value: 'made' },
      { op: 'remove', path: 'phoneNumbers', value: [{ value: 'd', type: 'other' }] },
      { op: 'add', path: 'phoneNumbers', value: [{ value: 'c' }, { value: 'a', type: 'other', primary: true }] },
    ]);
    expect(answer.body.phoneNumbers).toEqual([
      { value: 'a', type: 'other', display: 'first', primary: true },
      { value: 'B2', type: 'other', display: 'second' },
      { value: 'd', type: 'work', display: 'made' },
      { value: 'c' },
    ]);
  });

  it('183 takes removals that list 9000 values in all, none of which is there', async () => {
    const { client, path } = await createAda(site);
    const addresses = numbered('p', 1000).map((locality) => ({ locality }));
    await client.patch(path, [{ op: 'replace', path: 'addresses', value: addresses }]);
    const strangers = numbered('q', 1000).map((locality) => ({ locality }));
    const removals = numbered('r', 9).map(() => ({ op: 'remove', path: 'addresses', value: strangers }));
    const answer = await bearable(() => client.patch(path, removals));
    expect({ status: answer.status, left: answer.body.addresses }).toEqual({ status: 200, left: addresses });
  });

  it.each<[string, readonly Operation[], string]>([
    ['1001 operations', numbered('x', 1001).map((value) => ({ op: 'add', path: 'title', value })), '1000'],
    [
      '11 lists of 1000 values',
      numbered('x', 11).map(() => ({ op: 'add', path: 'emails', value: numbered('e', 1000) })),
      '10000',
    ],
  ])('183 refuses %s on other attributes than members with 413', async (_what, operations, limit) => {
    const { client, path, user } = await createAda(site);
    expect(expectScimError(await client.patch(path, operations), 413)).toContain(limit);
    expect((await client.get(path)).body).toEqual(user);
  });

  it('183 refuses to let an attribute grow beyond 1000 values, in one step or in many', async () => {
    const value = numbered('e', 600);
    const other = numbered('f', 600);
    const { client, path, user } = await createAda(site);
    const atOnce = [{ op: 'add', path: 'emails', value: [...value, ...other] }];
    const inSteps = [
      { op: 'add', path: 'emails', value },
      { op: 'add', path: 'emails', value: other },
    ];
    for (const operations of [atOnce, inSteps]) {
      expect(expectScimError(await client.patch(path, operations), 400, 'invalidValue')).toContain('1000');
    }
    expect((await client.get(path)).body).toEqual(user);
  });
});

interface GroupMember {
  readonly display: string;
}

import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type Attributes, createTeam, createTickingClock, type Operation } from '../support/patch-subjects.js';
import { createGroup, createUser, UNKNOWN_ID } from '../support/scim-resources.js';
import { createScimSite, ENTERPRISE } from '../support/scim-site.js';

const site = createScimSite({ clock: createTickingClock() });
const SEED = { seed: 20260301 };

jest.setTimeout(60_000);

const word = fc.constantFrom('a', 'b', 'c');
const text = fc.oneof({ weight: 5, arbitrary: word }, { weight: 1, arbitrary: fc.constantFrom('', null) });
const setting = fc.constantFrom('add', 'replace');
const flag = fc.constantFrom(true, false, 'True');

const email = fc.record(
  { value: word, type: fc.constantFrom('work', 'home'), display: word, primary: flag },
  { requiredKeys: ['value'] },
);
const address = fc.record(
  { type: fc.constantFrom('work', 'home'), locality: word, primary: flag },
  { requiredKeys: [] },
);
const name = fc.record({ givenName: text, familyName: text }, { requiredKeys: [] });
const enterprise = fc.record({ department: text, division: text, manager: text }, { requiredKeys: [] });

const person: fc.Arbitrary<Attributes> = fc.record(
  {
    title: word,
    name,
    emails: fc.array(email, { maxLength: 4 }),
    addresses: fc.array(address, { maxLength: 3 }),
    [ENTERPRISE]: enterprise,
  },
  { requiredKeys: [] },
);

const FILTERS_OF_TYPE = ['type eq "work"', 'type eq "work" or type eq "home"', 'not (type eq "work")', 'type pr'];

/** Operations by the attribute they are about. */
const OPERATIONS: Readonly<Record<string, fc.Arbitrary<Operation>>> = {
  title: fc.oneof(
    fc.record({ op: setting, path: fc.constant('title'), value: text }),
    fc.record({ op: setting, value: fc.record({ title: text }) }),
    fc.constant({ op: 'remove', path: 'title' }),
  ),
  name: fc.oneof(
    fc.record({ op: setting, path: fc.constant('name'), value: name }),
    fc.record({ op: setting, path: fc.constantFrom('name.givenName', 'name.familyName'), value: text }),
    fc.record({ op: setting, value: fc.record({ 'name.givenName': text, name }, { requiredKeys: [] }) }),
    fc.constantFrom({ op: 'remove', path: 'name' }, { op: 'remove', path: 'name.givenName' }),
  ),
  emails: fc.oneof(
    fc.record({
      op: fc.constantFrom('add', 'replace', 'remove'),
      path: fc.constant('emails'),
      value: fc.array(email, { maxLength: 3 }),
    }),
    // What a filter speaks of is left alone: once that is changed the filter finds nothing, which is a fault (noTarget).
    filtered('emails', FILTERS_OF_TYPE, { value: text, display: text, primary: flag }),
    filtered('emails', ['value eq "a"', 'value co "a" and display pr'], { type: text, primary: flag }),
    filtered('emails', ['primary eq true', 'primary eq "False"'], { value: text, type: text, display: text }),
    fc.record({ op: setting, path: fc.constantFrom('emails.display', 'emails.type', 'emails.value'), value: text }),
    fc.record({ op: setting, path: fc.constant('emails.primary'), value: flag }),
    fc.record({
      op: fc.constant('replace'),
      path: fc.constant('emails[type eq "work"]'),
      value: fc.record({ value: text, display: text, primary: flag }, { requiredKeys: [] }),
    }),
    fc.record({
      op: fc.constant('add'),
      path: fc.constantFrom(...FILTERS_OF_TYPE.map((filter) => `emails[${filter}]`)),
      value: fc.record({ value: text, display: text }, { requiredKeys: [] }),
    }),
    fc.record({
      op: fc.constant('remove'),
      path: fc.constantFrom(...FILTERS_OF_TYPE.map((filter) => `emails[${filter}]`)),
    }),
    fc.constantFrom({ op: 'remove', path: 'emails' }, { op: 'remove', path: 'emails.primary' }),
  ),
  addresses: fc.oneof(
    fc.record({
      op: fc.constantFrom('add', 'replace', 'remove'),
      path: fc.constant('addresses'),
      value: fc.array(address, { maxLength: 3 }),
    }),
    filtered('addresses', ['type eq "work"', 'not (type eq "work")'], { locality: text, primary: flag }),
  ),
  [ENTERPRISE]: fc.oneof(
    fc.record({ op: setting, path: fc.constant(ENTERPRISE), value: enterprise }),
    fc.record({ op: setting, path: fc.constantFrom(`${ENTERPRISE}:department`, `${ENTERPRISE}:manager`), value: text }),
    fc.constantFrom({ op: 'remove', path: ENTERPRISE }, { op: 'remove', path: `${ENTERPRISE}:manager.value` }),
  ),
};

function filtered(
  attribute: string,
  filters: readonly string[],
  values: Readonly<Record<string, fc.Arbitrary<unknown>>>,
) {
  const edits = Object.entries(values).map(([sub, value]) =>
    fc.record({
      op: setting,
      path: fc.constantFrom(...filters.map((filter) => `${attribute}[${filter}].${sub}`)),
      value,
    }),
  );
  return fc.oneof(...edits);
}

const operation = fc.oneof(...Object.values(OPERATIONS));
/** Operations of which no two are about the same attribute. */
const operations = fc
  .record(OPERATIONS, { requiredKeys: [] })
  .map((chosen) => Object.values(chosen) as readonly Operation[])
  .filter((chosen) => chosen.length > 0);

async function patchTwice(attributes: Attributes, changes: readonly Operation[]) {
  const client = await site.client();
  const user = await createUser(client, 'ada', attributes);
  const path = `/Users/${user.id}`;
  const first = await client.patch(path, changes);
  const second = await client.patch(path, changes);
  return { first, second, user, now: (await client.get(path)).body };
}

describe('a PATCH that is repeated', () => {
  it('155 156 167 one operation does the same twice as once, and the second time not even the version moves', async () => {
    await fc.assert(
      fc.asyncProperty(person, operation, async (attributes, change) => {
        const { first, second, user, now } = await patchTwice(attributes, [change]);
        expect({ status: second.status, body: second.body }).toEqual({ status: first.status, body: first.body });
        expect(now).toEqual(first.status === 200 ? first.body : user);
      }),
      { ...SEED, numRuns: 300 },
    );
  });

  it('172 so do operations of which no two are about the same attribute', async () => {
    await fc.assert(
      fc.asyncProperty(person, operations, async (attributes, changes) => {
        const { first, second, user, now } = await patchTwice(attributes, changes);
        expect({ status: second.status, body: second.body }).toEqual({ status: first.status, body: first.body });
        expect(now).toEqual(first.status === 200 ? first.body : user);
      }),
      { ...SEED, numRuns: 100 },
    );
  });

  it('174 there is never more than one primary, nor one value twice', async () => {
    await fc.assert(
      fc.asyncProperty(person, fc.array(operation, { minLength: 1, maxLength: 5 }), async (attributes, changes) => {
        const { now } = await patchTwice(attributes, changes);
        for (const list of [now.emails ?? [], now.addresses ?? []] as (readonly Attributes[])[]) {
          expect(list.filter(({ primary }) => primary === true).length).toBeLessThan(2);
          const keys = list.map(({ primary: _, ...rest }) =>
            JSON.stringify('value' in rest ? [rest['type'], rest['value']] : Object.entries(rest).sort()),
          );
          expect(new Set(keys).size).toBe(keys.length);
        }
      }),
      { ...SEED, numRuns: 100 },
    );
  });
});

describe('a PATCH whose last operation fails', () => {
  const failing = fc.constantFrom<Operation>(
    { op: 'remove' },
    { op: 'move', path: 'title' },
    { op: 'add', path: 'title' },
    { op: 'replace', path: 'id', value: UNKNOWN_ID },
    { op: 'replace', path: 'active', value: 'perhaps' },
    { op: 'remove', path: 'userName' },
    { op: 'replace', path: 'emails[type sw "nowhere"].value', value: 'a' },
    { op: 'add', path: 'shoeSize', value: 38 },
    { op: 'replace', path: 'userName', value: 'BOB' },
  );

  it('173 changes nothing of a user', async () => {
    await fc.assert(
      fc.asyncProperty(person, fc.array(operation, { maxLength: 4 }), failing, async (attributes, changes, last) => {
        const client = await site.client();
        await createUser(client, 'bob');
        const user = await createUser(client, 'ada', attributes);
        const path = `/Users/${user.id}`;
        const answer = await client.patch(path, [...changes, last]);
        expect(answer.status).toBeGreaterThanOrEqual(400);
        expect(answer.status).toBeLessThan(500);
        expect((await client.get(path)).body).toEqual(user);
      }),
      { ...SEED, numRuns: 100 },
    );
  });
});

describe('PATCH of a group by parts', () => {
  const PEOPLE = ['ada', 'bob', 'cy', 'dee'] as const;
  const somebody = fc.constantFrom(...PEOPLE);
  const some = fc.uniqueArray(somebody);

  /** A change of members, and what it means to a list of names. */
  interface Change {
    readonly operation: (idOf: (name: string) => string) => Operation;
    readonly model: (members: ReadonlySet<string>) => ReadonlySet<string>;
  }

  const asValues = (names: readonly string[], idOf: (name: string) => string) =>
    names.map((each) => ({ value: idOf(each) }));
  const minus = (members: ReadonlySet<string>, names: readonly string[]) =>
    new Set([...members].filter((each) => !names.includes(each)));

  const change: fc.Arbitrary<Change> = fc.oneof(
    some.map(
      (names): Change => ({
        operation: (idOf) => ({ op: 'add', path: 'members', value: asValues(names, idOf) }),
        model: (members) => new Set([...members, ...names]),
      }),
    ),
    some.map(
      (names): Change => ({
        operation: (idOf) => ({ op: 'add', value: { members: asValues(names, idOf) } }),
        model: (members) => new Set([...members, ...names]),
      }),
    ),
    some.map(
      (names): Change => ({
        operation: (idOf) => ({ op: 'remove', path: 'members', value: asValues(names, idOf) }),
        model: (members) => minus(members, names),
      }),
    ),
    somebody.map(
      (gone): Change => ({
        operation: (idOf) => ({ op: 'remove', path: `members[value eq "${idOf(gone)}"]` }),
        model: (members) => minus(members, [gone]),
      }),
    ),
    fc.tuple(somebody, somebody).map(
      ([gone, come]): Change => ({
        operation: (idOf) => ({
          op: 'replace',
          path: `members[value eq "${idOf(gone)}"]`,
          value: { value: idOf(come) },
        }),
        model: (members) => new Set([...minus(members, [gone]), come]),
      }),
    ),
    some.map(
      (names): Change => ({
        operation: (idOf) => ({ op: 'replace', path: 'members', value: asValues(names, idOf) }),
        model: () => new Set(names),
      }),
    ),
    fc.constant<Change>({ operation: () => ({ op: 'remove', path: 'members' }), model: () => new Set() }),
    fc.constant<Change>({
      operation: () => ({ op: 'replace', path: 'displayName', value: 'Crew' }),
      model: (members) => members,
    }),
  );
  const requests = fc.array(fc.array(change, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 });

  it('172 180 181 182 ends where a PATCH of the whole list ends, by a naive model', async () => {
    await fc.assert(
      fc.asyncProperty(some, requests, async (start, sent) => {
        const { client, path, idOf } = await createTeam(site, start);
        let model: ReadonlySet<string> = new Set(start);
        for (const changes of sent) {
          const answer = await client.patch(
            path,
            changes.map(({ operation }) => operation(idOf)),
          );
          expect(answer.status).toBe(200);
          for (const each of changes) model = each.model(model);
          expect(answer.body).toEqual((await client.get(path)).body);
        }
        const whole = await createGroup(client, 'Whole');
        await client.patch(`/Groups/${whole.id}`, [
          { op: 'replace', path: 'members', value: asValues([...model], idOf) },
        ]);
        const membersAt = async (at: string) =>
          ((await client.get(at)).body.members ?? [])
            .map(({ display }: { readonly display: string }) => display)
            .sort();
        expect(await membersAt(path)).toEqual([...model].sort());
        expect(await membersAt(`/Groups/${whole.id}`)).toEqual([...model].sort());
      }),
      { ...SEED, numRuns: 100 },
    );
  });

  it('173 changes nothing when the last operation fails', async () => {
    const failing = fc.constantFrom<Operation>(
      { op: 'add', path: 'members', value: [{ value: UNKNOWN_ID }] },
      { op: 'remove', path: 'displayName' },
      { op: 'replace', path: 'members[display eq "ada"].display', value: 'x' },
      { op: 'add', path: 'members', value: [{ display: 'ada' }] },
      { op: 'replace', path: 'id', value: UNKNOWN_ID },
      { op: 'replace', path: 'displayName', value: 'WHOLE' },
    );
    await fc.assert(
      fc.asyncProperty(some, fc.array(change, { maxLength: 4 }), failing, async (start, changes, last) => {
        const { client, group, path, idOf } = await createTeam(site, start);
        await createGroup(client, 'Whole');
        const answer = await client.patch(path, [...changes.map(({ operation }) => operation(idOf)), last]);
        expect([400, 409]).toContain(answer.status);
        expect((await client.get(path)).body).toEqual(group);
      }),
      { ...SEED, numRuns: 100 },
    );
  });
});

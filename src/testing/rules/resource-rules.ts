import { UniqueConflictError } from '../../storage/errors.js';
import type { JsonObject } from '../../storage/resource-store.js';
import { T0, T1 } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectSameSet, expectThat } from '../expectation.js';
import { deface, draft, recordOf } from '../resource-draft.js';
import { CUSTOM_RESOURCES, GROUPS, type ResourceKind, USERS } from '../resource-kind.js';

/** What is promised of reading and adding resources of every kind. */
export function resourceRules(kind: ResourceKind): readonly ContractRule[] {
  const other = kind === GROUPS ? USERS : GROUPS;
  return [
    {
      code: 'R1',
      promise: 'a new resource has version 1 and `lastModified` equal to `created`, and reads back as it was answered',
      notice: 'the entity tag of a POST fails in the If-Match of the very next PATCH',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        const given = draft('r1', { displayName: 'Ada' }, ['key:ada']);
        const answered = await kind.insert(storage, scope, given);
        expectSame(recordOf(answered), { ...given, version: 1, lastModified: T0 }, 'the answer of insert');
        expectSame(recordOf(await kind.get(storage, scope, 'r1')), recordOf(answered), 'what get reads');
        const page = await kind.query(storage, scope, { page: { startIndex: 1, count: 10 } });
        expectSame(page.items.map(recordOf), [recordOf(answered)], 'what query reads');
      },
    },
    {
      code: 'R2',
      promise: 'what does not exist is `undefined`, and no error',
      notice: 'a GET of an unknown id is a 500, and a sync stops there',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        await kind.insert(storage, scope, draft('r1'));
        expectSame(await kind.get(storage, scope, 'r2'), undefined, 'what get reads of an unknown id');
        expectSame(await kind.get(storage, scope, ''), undefined, 'what get reads of an empty id');
        expectSame(await kind.get(storage, scope, "' OR 1=1 --"), undefined, 'what get reads of a hostile id');
        expectSame(await kind.get(storage, scope, '%'), undefined, 'what get reads of a wildcard');
      },
    },
    {
      code: 'R3',
      promise: 'what is stored reads back as it was given, every value and text as it is',
      notice:
        'a name with an emoji, a quotation mark or a trailing blank comes back changed, and each sync repairs it again',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        const keys = ['key:%_\\', "key:'; --", 'key: blank ', 'key:ı𝒜'];
        const given = draft('r1', AWKWARD, keys);
        const answered = await kind.insert(storage, scope, given);
        const read = await kind.get(storage, scope, 'r1');
        for (const [found, who] of [
          [answered, 'insert'],
          [read, 'get'],
        ] as const) {
          expectSame(found?.attributes, AWKWARD, `the attributes that ${who} answers`);
          expectSame(found?.uniqueKeys, keys, `the unique keys that ${who} answers`);
        }
      },
    },
    {
      code: 'R4',
      promise: 'the keys of attributes stay in their order',
      notice:
        'answers list attributes in another order after each change of the database, and comparing logs becomes hard',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        const attributes = { zebra: 1, ant: { b: 1, a: 2 }, longer: 1, b: [{ y: 1, x: 2 }] };
        await kind.insert(storage, scope, draft('r1', attributes));
        const read = await kind.get(storage, scope, 'r1');
        expectSame(JSON.stringify(read?.attributes), JSON.stringify(attributes), 'the order of keys');
      },
    },
    {
      code: 'R5',
      promise:
        'a unique key that a live resource of the type holds is refused, with a UniqueConflictError that names it',
      notice: 'two POSTs of one userName both get 201: a person exists twice',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        await kind.insert(storage, scope, draft('r1', {}, ['userName:ada', 'badge:7']));
        for (const [id, keys, taken] of [
          ['r2', ['userName:ada'], 'userName:ada'],
          ['r3', ['userName:eve', 'badge:7'], 'badge:7'],
        ] as const) {
          const refused = kind.insert(storage, scope, draft(id, {}, keys));
          const error = await expectRefusal(refused, UniqueConflictError, `an insert with the held key ${taken}`);
          expectSame(error.key, taken, 'the key that the error names');
          expectSame(await kind.get(storage, scope, id), undefined, 'what a refused insert leaves');
        }
        await kind.insert(storage, scope, draft('r3', {}, ['userName:eve']));
      },
    },
    {
      code: 'R6',
      promise: 'unique keys and ids are compared byte by byte: they are folded already',
      notice: 'somebody called `straße` cannot be created beside `strasse`: a 409 for a person who does not exist',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        const keys = ['k:strasse', 'k:straße', 'k:ada', 'k:ada ', 'k:adá', 'k:ada\u0301', 'k:Ada', 'k:i', 'k:ı', 'k:İ'];
        for (const [index, key] of keys.entries()) await kind.insert(storage, scope, draft(`r${index}`, {}, [key]));
        for (const id of ['a', 'A', 'a ', 'á']) await kind.insert(storage, scope, draft(id, { displayName: id }));
        for (const id of ['a', 'A', 'a ', 'á']) {
          expectSame((await kind.get(storage, scope, id))?.attributes, { displayName: id }, `what has the id "${id}"`);
        }
      },
    },
    {
      code: 'R7',
      promise: 'a unique key is held within its type: a resource of another type may have the same',
      notice: 'a group cannot have the name of an entitlement or an externalId that a user has',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        await kind.insert(storage, scope, draft('r1', {}, ['externalId:7']));
        await other.insert(storage, scope, draft('r2', {}, ['externalId:7']));
        const { customResources } = storage;
        await customResources.insert(scope, 'Role', draft('r3', {}, ['externalId:7']));
        await customResources.insert(scope, 'Badge', draft('r4', {}, ['externalId:7']));
        const again = customResources.insert(scope, 'Badge', draft('r5', {}, ['externalId:7']));
        await expectRefusal(again, UniqueConflictError, 'a key that the same custom type holds');
      },
    },
    {
      code: 'R8',
      promise: 'an id is never given out twice: not in another type, not after a deletion',
      notice: 'a link to somebody who left leads to somebody else, and so may the rights kept under that id',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        await kind.insert(storage, scope, draft('r1'));
        await expectRefusal(kind.insert(storage, scope, draft('r1')), UniqueConflictError, 'a second insert of an id');
        for (const elsewhere of [other, USERS, GROUPS, CUSTOM_RESOURCES].filter((each) => each !== kind)) {
          const refused = elsewhere.insert(storage, scope, draft('r1'));
          await expectRefusal(
            refused,
            UniqueConflictError,
            `the id of one of ${kind.title} given to ${elsewhere.title}`,
          );
        }
        await kind.remove(storage, scope, 'r1', 1, T1);
        const refused = kind.insert(storage, scope, draft('r1'));
        await expectRefusal(refused, UniqueConflictError, 'an insert with the id of a deleted resource');
      },
    },
    {
      code: 'R15',
      promise: 'what is stored changes by calls of the store alone, not through an object that was given or handed out',
      notice:
        'an answer that is put together for one request changes what is stored, without version and without a trace',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        const given = draft('r1', { emails: [{ value: 'ada@example.com' }] }, ['k:1']);
        const answered = await kind.insert(storage, scope, given);
        const expected = {
          ...draft('r1', { emails: [{ value: 'ada@example.com' }] }, ['k:1']),
          version: 1,
          lastModified: T0,
        };
        deface(given);
        deface(answered);
        expectSame(
          recordOf(await kind.get(storage, scope, 'r1')),
          expected,
          'what is stored, after its draft was written to',
        );
        deface(await kind.get(storage, scope, 'r1'));
        expectSame(
          recordOf(await kind.get(storage, scope, 'r1')),
          expected,
          'what is stored, after an answer was written to',
        );
        const page = await kind.query(storage, scope, { page: { startIndex: 1, count: 10 } });
        expectSame(page.items.map(recordOf), [expected], 'what is stored, after what get had answered was written to');
        deface(page.items[0]);
        expectSame(
          recordOf(await kind.get(storage, scope, 'r1')),
          expected,
          'what is stored, after an item was written to',
        );
      },
    },
    {
      code: 'R17',
      promise: 'a unique key may be long, and all of it counts',
      notice:
        'somebody with a long userName cannot be created, or is told to exist already since another one begins alike',
      async check({ storage, newDirectory }) {
        const scope = await newDirectory();
        const [one, other] = [`userName:${'ü'.repeat(8000)}1`, `userName:${'ü'.repeat(8000)}2`] as const;
        await kind.insert(storage, scope, draft('r1', {}, [one]));
        await kind.insert(storage, scope, draft('r2', {}, [other]));
        const again = kind.insert(storage, scope, draft('r3', {}, [one]));
        const error = await expectRefusal(again, UniqueConflictError, 'a long key that is held');
        expectThat(error.key === one, 'the error does not name the whole key');
        await kind.remove(storage, scope, 'r1', 1, T1);
        await kind.insert(storage, scope, draft('r3', {}, [one]));
      },
    },
    ...(kind.getMany ? [getManyRule(kind, kind.getMany)] : []),
  ];
}

function getManyRule(kind: ResourceKind, getMany: NonNullable<ResourceKind['getMany']>): ContractRule {
  return {
    code: 'R16',
    promise: 'getMany answers those that live among any number of ids, each once',
    notice: 'a page of people is a 500 as soon as it is long, or lists somebody twice',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      for (const id of ['r1', 'r2', 'r3']) await kind.insert(storage, scope, draft(id));
      const found = async (ids: readonly string[]) => (await getMany(storage, scope, ids)).map(({ id }) => id);
      expectSameSet(await found(['r3', 'r9', 'r1', 'r1']), ['r1', 'r3'], 'what getMany finds');
      expectSame(await found([]), [], 'what getMany finds of no ids');
      const many = Array.from({ length: 2000 }, (_, index) => `unknown-${index}`);
      expectSameSet(await found([...many, 'r2']), ['r2'], 'what getMany finds of 2,001 ids');
    },
  };
}

const AWKWARD: JsonObject = {
  displayName: ' Zoë "the\\great" O\'Hara %_ 👩‍🚀 \u200f ',
  empty: '',
  none: null,
  list: [],
  object: {},
  lists: [[], [null], [[1]]],
  numbers: [0, -1, 1.5, 1e21, 9007199254740991, 0.1],
  truths: [true, false],
  lines: 'a\nb\r\n\tc\u0001\u007f\u2028',
  normal: ['é', 'e\u0301', 'ﬀ', 'İ', 'ẞ'],
  date: '2026-03-01T10:00:00+01:00',
  number: '007',
  word: 'true',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { manager: { value: 'r0', $ref: '../Users/r0' } },
  long: 'x'.repeat(20_000),
};

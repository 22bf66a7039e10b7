import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Storage } from 'express-sso-scim';
import fc from 'fast-check';
import { createGroup, createUser, withQuery } from '../support/scim-resources.js';
import { createScimSite, ERROR, type ScimClient, USER } from '../support/scim-site.js';
import { DATABASES, openDatabase, type SqlDatabase } from '../support/sql-databases.js';

const SEED = 20261122;
const TABLES = ['resources', 'unique_keys', 'emails', 'memberships', 'group_counters', 'directories', 'tokens'];

/** What leaves a literal, a parameter, a pattern, a JSON path or a statement where somebody builds one of text. */
const ESCAPES = [
  "'",
  "''",
  '"',
  '`',
  '\\',
  ';',
  '--',
  '/*',
  '*/',
  '$1',
  '$$',
  '?',
  ':x',
  '@x',
  '%',
  '_',
  '{}',
  '[]',
  '$.',
  '."',
  ' or 1=1 ',
  ' OR organization_id IS NOT NULL ',
  ') union select * from sso_resources --',
  "'); drop table sso_resources; --",
  '\u2019',
  '\ufe68',
  '\ud83d\ude00',
  '\u0001',
  '\u202e',
];
const hostile = fc
  .array(fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...ESCAPES) }, fc.string({ unit: 'binary', maxLength: 8 })), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => parts.join(''))
  .filter((text) => text.isWellFormed() && !text.includes('\u0000'));
/** What no database can keep. */
const unstorable = fc
  .tuple(fc.constantFrom('\u0000', '\ud800', 'a\udfff', '\udc00\ud800'), hostile)
  .map((parts) => parts.join(''));

const OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];
const PATHS = ['userName', 'externalId', 'displayName', 'title', 'emails.value', 'id', 'name.familyName'];
const literal = (text: string) => JSON.stringify(text);

describe.each(DATABASES)('hostile text over HTTP, on %s', (name) => {
  let database: SqlDatabase;
  let storage: Storage;
  let victim: ScimClient;
  let attacker: ScimClient;
  let attackerId: string;
  let groupId: string;

  beforeAll(async () => {
    database = await openDatabase(name);
    storage = await database.storage();
    const site = createScimSite({}, storage);
    victim = await site.client({ organizationId: 'victim', id: 'victim' });
    attacker = await site.client({ organizationId: 'attacker', id: 'attacker' });
    const people = [];
    for (const userName of ['secret-1', 'secret-2', 'secret-3']) {
      const emails = [{ value: `${userName}@secret.example` }];
      people.push(await createUser(victim, userName, { displayName: 'secret', title: 'secret', emails }));
    }
    await createGroup(victim, 'secret', people);
    attackerId = (await createUser(attacker, 'mallory', { title: 'mine' })).id;
    groupId = (await createGroup(attacker, 'mine', [{ id: attackerId }])).id;
  });

  afterAll(() => database.close());

  async function stateOf(table: string, column: string, value: string): Promise<readonly string[]> {
    const rows = await database.send(`select * from sso_${table} where ${column} = '${value}'`);
    return rows.map((row) => JSON.stringify({ ...row, last_used_at: null })).sort();
  }

  const stateOfVictim = () =>
    Promise.all(TABLES.map((table) => stateOf(table, 'organization_id', 'victim'))).then((all) => JSON.stringify(all));

  it('of a filter stays a value: it finds nothing of another tenant, and changes nothing', async () => {
    const before = await stateOfVictim();
    let answered = 0;
    const property = fc.asyncProperty(
      fc.constantFrom(...PATHS),
      fc.constantFrom(...OPERATORS),
      hostile,
      async (path, operator, text) => {
        for (const filter of [
          `${path} ${operator} ${literal(text)}`,
          `not (emails[value ${operator} ${literal(text)}])`,
        ]) {
          const { status, text: body } = await attacker.get(withQuery('/Users', { filter }));
          expect({ filter, status }).toEqual({ filter, status: 200 });
          expect(body).not.toContain('secret');
          answered += 1;
        }
        for (const filter of [text, `userName eq ${text}`, `${text} eq "x"`]) {
          const { status, text: body } = await attacker.get(withQuery('/Users', { filter }));
          expect([200, 400]).toContain(status);
          expect(body).not.toContain('"secret');
        }
      },
    );
    await fc.assert(property, { seed: SEED, numRuns: 150 });
    expect(answered).toBe(300);
    expect(await stateOfVictim()).toBe(before);
  });

  it('of a name, an id, a member, a sort and a cursor stays a value, and reads back as it was', async () => {
    const before = await stateOfVictim();
    const property = fc.asyncProperty(hostile, async (text) => {
      const made = await attacker.post('/Users', { schemas: [USER], userName: `x${text}x`, title: text });
      expect([201, 409]).toContain(made.status);
      if (made.status === 201) {
        expect((await attacker.get(`/Users/${made.body.id}`)).body.userName).toBe(`x${text}x`);
        const patch = [{ op: 'replace', path: `emails[value eq ${literal(text)}].type`, value: 'work' }];
        expect([200, 204, 400]).toContain((await attacker.patch(`/Users/${made.body.id}`, patch)).status);
        expect((await attacker.delete(`/Users/${made.body.id}`)).status).toBe(204);
      }
      const members = [{ op: 'add', path: 'members', value: [{ value: text }] }];
      const groups = await attacker.get(withQuery('/Groups', { filter: `members eq ${literal(text)}` }));
      expect(groups.body).toMatchObject({ totalResults: 0 });
      expect((await attacker.patch(`/Groups/${groupId}`, members)).status).toBe(400);
      expect([400, 404]).toContain((await attacker.get(`/Users/${encodeURIComponent(`y${text}y`)}`)).status);
      for (const parameter of ['sortBy', 'cursor', 'attributes']) {
        const { status, text: body } = await attacker.get(withQuery('/Users', { [parameter]: text }));
        expect([200, 400]).toContain(status);
        expect(body).not.toContain('"secret');
      }
    });
    await fc.assert(property, { seed: SEED, numRuns: 60 });
    expect(await stateOfVictim()).toBe(before);
    expect((await victim.get('/Users')).body).toMatchObject({ totalResults: 3 });
  });

  it('that no database can keep is a 400, wherever it stands', async () => {
    const property = fc.asyncProperty(unstorable, async (text) => {
      const filter = `userName eq ${literal(text)}`;
      const search = ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'];
      const requests = {
        filter: attacker.get(withQuery('/Users', { filter })),
        search: attacker.post('/Users/.search', { schemas: search, filter }),
        body: attacker.post('/Users', { schemas: [USER], userName: text }),
        value: attacker.patch(`/Users/${attackerId}`, [{ op: 'replace', path: 'title', value: text }]),
        path: attacker.patch(`/Users/${attackerId}`, [
          { op: 'replace', path: `emails[value eq ${literal(text)}].type`, value: 'work' },
        ]),
      };
      for (const [where, request] of Object.entries(requests)) {
        const answer = await request;
        expect({ where, text, status: answer.status, schemas: answer.body.schemas }).toEqual({
          where,
          text,
          status: 400,
          schemas: [ERROR],
        });
      }
    });
    await fc.assert(property, { seed: SEED, numRuns: 40 });
    expect((await attacker.get(`/Users/${attackerId}`)).body).toMatchObject({ title: 'mine' });
  });
});

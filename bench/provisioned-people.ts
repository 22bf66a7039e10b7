import type { Clock, DirectoryScope, ManagedStorage, Storage } from 'express-sso-scim';
import type pg from 'pg';
import { addUser } from './new-directory.js';
import { type Scale, userId } from './population.js';
import { DIRECTORY_ID, ORGANIZATION_ID } from './serve.js';

export const SCOPE: DirectoryScope = { organizationId: ORGANIZATION_ID, directoryId: DIRECTORY_ID };

/** Users besides those of the scale, who are in no group: whoever changes groups one by one does it with them. */
export const OUTSIDERS = 100;

/** Teams of the host: one for each row of a mapping. */
export const TEAM_IDS: readonly string[] = Array.from({ length: 7 }, (_, index) => `team-${index}`);

/** Adds the users who are in no group. */
export async function addOutsiders(storage: Storage, clock: Clock, { users }: Scale): Promise<void> {
  const created = new Date(clock.now()).toISOString();
  for (let index = 0; index < OUTSIDERS; index += 1) await addUser(storage, users + index, created);
}

/** Makes every directory user a person who has the role that the directory gives, through the storage port. */
export async function addPeople(storage: ManagedStorage, clock: Clock, { users }: Scale): Promise<void> {
  const activatedAt = new Date(clock.now()).toISOString();
  for (let index = 0; index < users + OUTSIDERS; index += 1) {
    const id = userId(index);
    await storage.people.link(SCOPE, id, id);
    await storage.people.put(SCOPE, [{ userId: id, activatedAt, madeBy: 'directory' }]);
    const base = { userId: id, target: 'organization', role: 'Member', source: `directory:${DIRECTORY_ID}` } as const;
    await storage.grants.change(SCOPE, { add: [base], remove: [], change: [] });
  }
}

/** The same by set statements, with the teams: 100,000 people one by one would take minutes. */
export async function insertPeople(pool: pg.Pool, schema: string, clock: Clock): Promise<void> {
  const table = (name: string) => `"${schema}".sso_${name}`;
  const activatedAt = new Date(clock.now()).toISOString();
  const people = `from ${table('resources')} as r where r.type = 'User' order by r.id`;
  await pool.query(
    `insert into ${table('people')} (organization_id, user_id, document) select r.organization_id, r.id, ` +
      `'${JSON.stringify({ activatedAt, madeBy: 'directory' })}' ${people}`,
  );
  await pool.query(
    `insert into ${table('directory_links')} (organization_id, directory_id, directory_user_id, user_id) ` +
      `select r.organization_id, r.directory_id, r.id, r.id ${people}`,
  );
  await pool.query(
    `insert into ${table('grants')} (organization_id, user_id, target, source, role) ` +
      `select r.organization_id, r.id, 'organization', 'directory:' || r.directory_id, 'Member' ${people}`,
  );
  for (const id of TEAM_IDS) {
    await pool.query(
      `insert into ${table('teams')} (organization_id, id, name, name_key) values ('${ORGANIZATION_ID}', '${id}', '${id}', '${id}')`,
    );
  }
}

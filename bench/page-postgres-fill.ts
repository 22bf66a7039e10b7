import type pg from 'pg';
import { type BulkFill, MEMBERS } from './page-organization.js';
import { BUSY_CALL, BUSY_PERSON, type PageScale, pushedUsers } from './page-population.js';

const CREATED = '2026-11-01T00:00:00.000Z';

/** Fills by set statements: a million entries one by one would take minutes. */
export function postgresFill(pool: pg.Pool, schema: string): BulkFill {
  const table = (name: string) => `"${schema}".sso_${name}`;
  const numbers = (count: number) => `from generate_series(0, ${count - 1}) as n`;
  const person = `'person-' || lpad(n::text, 6, '0')`;
  const pushed = `'pushed-' || lpad(n::text, 6, '0')`;
  const group = `'group-' || lpad(n::text, 4, '0')`;
  const run = async (text: string) => void (await pool.query(text));

  return {
    async addPeople({ organizationId, directoryId }, scale) {
      const { users } = scale;
      const isPushed = `n < ${pushedUsers(scale)}`;
      const behind = (from: number, to: number) => `n >= ${users - to} and n < ${users - from}`;
      // What the triggers would find out one by one.
      const standing =
        `case when ${behind(0, 20)} then 'manual:new' when ${behind(20, 40)} then 'login:activated' ` +
        `when ${behind(40, 60)} then 'scim:ended' when ${behind(60, 80)} then 'scim:new' else 'scim:activated' end`;
      const document =
        `case when ${behind(0, 20)} then null when ${behind(60, 80)} then '{"madeBy":"directory"}' ` +
        `when ${behind(40, 60)} then '{"activatedAt":"${CREATED}","madeBy":"directory","ended":"deactivated"}' ` +
        `else '{"activatedAt":"${CREATED}","madeBy":"directory"}' end`;
      const triggers = async (state: 'disable' | 'enable') => {
        for (const name of ['users', 'people', 'directory_links', 'logins']) {
          await run(`alter table ${table(name)} ${state} trigger user`);
        }
      };
      await triggers('disable');
      await run(
        `insert into ${table('organizations')} (id, name) values ('${organizationId}', 'The ${organizationId} organization')`,
      );
      await run(
        `insert into ${table('resources')} (organization_id, directory_id, id, type, version, created, last_modified, ` +
          `attributes, unique_keys, key_entries) select '${organizationId}', '${directoryId}', ${pushed}, 'User', 1, ` +
          `'${CREATED}', '${CREATED}', json_build_object('userName', 'pushed.' || n || '@example.com', 'active', ` +
          `not (${behind(40, 60)}))::text, '[]', '[]' ${numbers(users)} where ${isPushed}`,
      );
      await run(
        `insert into ${table('directory_links')} (organization_id, directory_id, directory_user_id, user_id) ` +
          `select '${organizationId}', '${directoryId}', ${pushed}, ${person} ${numbers(users)} where ${isPushed}`,
      );
      await run(
        `insert into ${table('logins')} (organization_id, link_key, tenant_id, identity_key, user_id, document) ` +
          `select '${organizationId}', ${person}, 'tenant', ${person}, ${person}, '{}' ${numbers(users)} where ${behind(20, 40)}`,
      );
      await run(
        `insert into ${table('people')} (organization_id, user_id, document) select '${organizationId}', ${person}, ` +
          `${document} ${numbers(users)} where not (${behind(0, 20)})`,
      );
      await run(
        `insert into ${table('users')} (organization_id, id, email, email_key, display_name, standing) select '${organizationId}', ` +
          `${person}, 'person.' || n || '@example.com', 'person.' || n || '@example.com', 'Person Number ' || n, ${standing} ${numbers(users)}`,
      );
      await triggers('enable');
      for (const [target, source] of [
        ['organization', `directory:${directoryId}`],
        ['team:team-0000', 'group:group-0000'],
      ]) {
        await run(
          `insert into ${table('grants')} (organization_id, user_id, target, source, role) ` +
            `select '${organizationId}', ${person}, '${target}', '${source}', 'Member' ${numbers(users)} where ${isPushed}`,
        );
      }
    },

    async addGroups({ organizationId, directoryId }, scale) {
      const { groups } = scale;
      await run(
        `insert into ${table('teams')} (organization_id, id, name, name_key) select '${organizationId}', ` +
          `'team-' || lpad(n::text, 4, '0'), 'Team ' || n, 'team ' || n ${numbers(groups)}`,
      );
      await run(
        `insert into ${table('resources')} (organization_id, directory_id, id, type, version, created, last_modified, ` +
          `attributes, unique_keys, key_entries) select '${organizationId}', '${directoryId}', ${group}, 'Group', 1, ` +
          `'${CREATED}', '${CREATED}', json_build_object('displayName', 'Group ' || n)::text, '[]', '[]' ${numbers(groups)}`,
      );
      await run(
        `insert into ${table('memberships')} (organization_id, directory_id, group_id, member_id) ` +
          `select '${organizationId}', '${directoryId}', ${group}, 'pushed-' || lpad(((n * ${MEMBERS}) % ` +
          `${pushedUsers(scale) - MEMBERS} + m)::text, 6, '0') ${numbers(groups)}, generate_series(0, ${MEMBERS - 1}) as m`,
      );
      await run(
        `insert into ${table('group_counters')} (organization_id, directory_id, group_id, shard, changes, changed_at, ` +
          `members) select '${organizationId}', '${directoryId}', ${group}, 0, 1, '${CREATED}', ${MEMBERS} ${numbers(groups)}`,
      );
    },

    addJournal: ({ organizationId, users, entries }: PageScale) =>
      run(
        `insert into ${table('journal')} (organization_id, subject_key, cause_key, document) select '${organizationId}', ` +
          `subject, cause, json_build_object('id', '${organizationId}-' || n, 'subject', subject, 'kind', ` +
          `case when turn < 4 then 'user-changed' else 'grants' end, 'at', '${CREATED}', 'details', ` +
          `case when turn < 4 then json_build_object('stepId', 'step-' || n, 'cause', 'scim', 'directoryUserId', ` +
          `'pushed-' || lpad((n % ${users})::text, 6, '0'), 'userId', 'person-' || lpad((n % ${users})::text, 6, '0')) ` +
          `else json_build_object('stepId', 'step-' || n, 'cause', 'scim', 'remove', json_build_array(json_build_object(` +
          `'target', 'team:team-0000', 'source', 'group:group-0000', 'role', 'Member'))) end, 'causeId', cause)::text ` +
          `from (select n, turn, case when turn < 4 then 'provisioning' when turn < 7 then 'person:${BUSY_PERSON}' ` +
          `else 'person:person-' || lpad((n % ${users})::text, 6, '0') end as subject, case when turn < 3 then ` +
          `'${BUSY_CALL}' else 'call-of-' || n end as cause from (select n, n % 10 as turn ${numbers(entries)}) as turns) as told`,
      ),
  };
}

import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { groupId } from './population.js';
import { TEAM_IDS } from './provisioned-people.js';
import { DIRECTORY_ID, ORGANIZATION_ID } from './serve.js';

/** As many changes of memberships are in one event as ours has in one. */
const CHANGES_IN_AN_EVENT = 1000;

/**
 * What a change of the mapping writes, as one hand-written statement over everybody: grants, memberships of the team, the
 * journal and the events. `map` gives everybody in the large group a team, `unmap` takes it away.
 */
export async function mapByHand(pool: pg.Pool, schema: string, kind: 'map' | 'unmap', at: string): Promise<void> {
  const table = (name: string) => `"${schema}".sso_${name}`;
  const [teamId = ''] = TEAM_IDS;
  const group = groupId('large');
  const [target, source] = [`team:${teamId}`, `group:${group}`];
  const stepId = randomUUID();
  const step = `'stepId', '${stepId}', 'cause', 'mapping', 'by', 'owner', 'directoryId', '${DIRECTORY_ID}'`;
  const key = `'${ORGANIZATION_ID}:${stepId}:' || g.part + 1`;
  const grant = `json_build_object('target', g.target, 'role', g.role, 'source', g.source)`;
  const [adds, removes] = kind === 'map' ? [grant, ''] : ['', grant];
  const changed =
    kind === 'map'
      ? `insert into ${table('grants')} as g (organization_id, user_id, target, source, role) ` +
        `select l.organization_id, l.user_id, '${target}', '${source}', 'Member' from ${table('memberships')} as m ` +
        `join ${table('directory_links')} as l on l.organization_id = m.organization_id and l.directory_id = m.directory_id ` +
        'and l.directory_user_id = m.member_id and l.is_gone = 0 ' +
        `join ${table('resources')} as r on r.organization_id = m.organization_id and r.directory_id = m.directory_id ` +
        `and r.id = m.member_id and r.deleted_at is null where m.organization_id = '${ORGANIZATION_ID}' ` +
        `and m.directory_id = '${DIRECTORY_ID}' and m.group_id = '${group}' ` +
        'on conflict do nothing returning g.user_id, g.target, g.role, g.source'
      : `delete from ${table('grants')} as g where g.organization_id = '${ORGANIZATION_ID}' and g.source = '${source}' ` +
        `and g.target = '${target}' returning g.user_id, g.target, g.role, g.source`;
  const membership =
    kind === 'map'
      ? `insert into ${table('team_memberships')} (organization_id, team_id, user_id, role) ` +
        `select '${ORGANIZATION_ID}', '${teamId}', g.user_id, g.role from changed as g`
      : `delete from ${table('team_memberships')} as m using changed as g where m.organization_id = '${ORGANIZATION_ID}' ` +
        `and m.team_id = '${teamId}' and m.user_id = g.user_id`;
  const role = kind === 'map' ? `, 'role', g.role` : '';
  await pool.query(
    `with changed as (${changed}), shown as (${membership}), noted as (insert into ${table('journal')} ` +
      `(organization_id, subject_key, cause_key, document) select '${ORGANIZATION_ID}', 'person:' || g.user_id, '${stepId}', ` +
      `json_build_object('id', gen_random_uuid(), 'subject', 'person:' || g.user_id, 'kind', 'grants', 'at', '${at}', ` +
      `'details', json_build_object(${step}, 'add', json_build_array(${adds}), 'remove', json_build_array(${removes}), ` +
      `'change', json_build_array()), 'causeId', '${stepId}')::text from changed as g) insert into ${table('outbox')} ` +
      `(event_key, organization_id, topic, document) select ${key}, '${ORGANIZATION_ID}', 'provisioning', ` +
      `json_build_object('organizationId', '${ORGANIZATION_ID}', 'key', ${key}, 'topic', 'provisioning', ` +
      `'kind', 'memberships.changed', 'at', '${at}', 'payload', json_build_object('changes', ` +
      `json_agg(json_build_object('userId', g.user_id, 'teamId', '${teamId}'${role}))))::text from (select g.*, ` +
      `(row_number() over () - 1) / ${CHANGES_IN_AN_EVENT} as part from changed as g) as g group by g.part`,
  );
}

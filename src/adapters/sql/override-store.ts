import type { OverrideStore, StoredOverride } from '../../storage/override-store.js';
import type { Row } from './access.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

export function openOverrideStore({ names: { overrides }, dialect }: StoreSite): StoreOver<OverrideStore> {
  const ofUsers = prepare(
    `select o.user_id, o.team_id, o.role, o.base_role from ${dialect.ofEach(overrides, 'o', 'user_id', '{ids}')} ` +
      'order by o.user_id, o.team_id',
    dialect,
  );
  const put = prepare(
    `insert into ${overrides} (organization_id, user_id, team_id, role, base_role) ` +
      'values ({organizationId}, {userId}, {teamId}, {role}, {baseRole}) on conflict (organization_id, user_id, team_id) ' +
      'do update set role = excluded.role, base_role = excluded.base_role',
    dialect,
  );
  const remove = prepare(
    `delete from ${overrides} as o where o.organization_id = {organizationId} and (o.user_id, o.team_id) in ` +
      `(select entry.user_id, entry.team_id from ${dialect.records('{places}', ['user_id', 'team_id'])})`,
    dialect,
  );

  return (access) => ({
    async ofUsers({ organizationId }, userIds) {
      if (userIds.length === 0) return [];
      const values = { organizationId, ids: JSON.stringify(userIds) };
      return (await access.read({ organizationId }, (run) => run(ofUsers(values)))).map(overrideOf);
    },

    async put({ organizationId }, { userId, teamId, role, baseRole }) {
      const values = { organizationId, userId, teamId, role, baseRole };
      await access.single({ organizationId }, (run) => run(put(values)));
    },

    async remove({ organizationId }, places) {
      if (places.length === 0) return;
      const values = { organizationId, places: JSON.stringify(places.map(({ userId, teamId }) => [userId, teamId])) };
      await access.beside({ organizationId }, overrides, (run) => run(remove(values)));
    },
  });
}

function overrideOf(row: Row): StoredOverride {
  return {
    userId: String(row['user_id']),
    teamId: String(row['team_id']),
    role: String(row['role']),
    baseRole: String(row['base_role']),
  };
}

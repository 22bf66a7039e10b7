import { foldCase } from '../../core/fold.js';
import { newId } from '../../core/id.js';
import type { ManagedTeamStore, Team, TeamMembership } from '../../storage/host-storage.js';
import type { Row, Run } from './access.js';
import { indexKey } from './lookup-keys.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

/** Teams over tables of ours. Where the host fills them, with `foldCase` of names and identifiers as keys. */
export function openTeamStore({ names, dialect }: StoreSite): StoreOver<ManagedTeamStore> {
  const { teams, teamMemberships } = names;
  const { among, entries, records } = dialect;
  const ofThese = (column: string) => among(column, `select value from ${entries('{ids}')}`);
  const select = `select h.id, h.name, h.identifier, h.is_privileged from ${teams} as h where h.organization_id = {organizationId}`;
  const find = (key: string) => prepare(`${select} and h.${key} = {key} order by h.sequence limit 1`, dialect);
  const byId = find('id');
  const byName = find('name_key');
  const byCreation = find('creation_key');
  const list = prepare(`${select} and h.id > {after} order by h.id limit {limit}`, dialect);
  const many = prepare(`${select} and ${ofThese('h.id')} order by h.sequence`, dialect);
  const byIdentifiers = prepare(`${select} and ${ofThese('h.identifier_key')} order by h.sequence`, dialect);
  const create = prepare(
    `insert into ${teams} (organization_id, id, name, name_key, creation_key) ` +
      'values ({organizationId}, {id}, {name}, {nameKey}, {creationKey}) on conflict do nothing',
    dialect,
  );
  const rename = prepare(
    `update ${teams} set name = {name}, name_key = {nameKey} where organization_id = {organizationId} and id = {id}`,
    dialect,
  );
  const memberships = `select m.team_id, m.user_id, m.role from ${teamMemberships} as m where m.organization_id = {organizationId}`;
  const ofTeam = prepare(
    `${memberships} and m.team_id = {teamId} and m.user_id > {after} order by m.user_id limit {limit}`,
    dialect,
  );
  const ofUsers = prepare(
    `select m.team_id, m.user_id, m.role from ${dialect.ofEach(teamMemberships, 'm', 'user_id', '{ids}')} ` +
      'order by m.user_id, m.team_id',
    dialect,
  );
  const put = prepare(
    `insert into ${teamMemberships} (organization_id, team_id, user_id, role) ` +
      'select {organizationId}, entry.team_id, entry.user_id, entry.role ' +
      `from ${records('{put}', ['team_id', 'user_id', 'role'])} where true order by entry.team_id, entry.user_id ` +
      'on conflict (organization_id, team_id, user_id) do update set role = excluded.role',
    dialect,
  );
  const remove = prepare(
    `delete from ${teamMemberships} as m where m.organization_id = {organizationId} and (m.team_id, m.user_id) in ` +
      `(select entry.team_id, entry.user_id from ${records('{gone}', ['team_id', 'user_id'])})`,
    dialect,
  );

  return (access) => {
    const all = async (statement: ReturnType<typeof many>) =>
      (await access.read(undefined, (run) => run(statement))).map(teamOf);
    const first = async (statement: ReturnType<typeof byId>) => (await all(statement))[0];
    return {
      get: ({ organizationId }, key) => first(byId({ organizationId, key })),
      findByName: ({ organizationId }, name) => first(byName({ organizationId, key: foldCase(name) })),
      list: ({ organizationId }, { after, limit }) => all(list({ organizationId, after, limit })),
      getMany: ({ organizationId }, ids) => all(many({ organizationId, ids: JSON.stringify(ids) })),
      findByIdentifiers: ({ organizationId }, identifiers) =>
        all(byIdentifiers({ organizationId, ids: JSON.stringify(identifiers.map(foldCase)) })),

      create: ({ organizationId }, { key, name }) =>
        access.whole({ organizationId }, async (run) => {
          const creationKey = indexKey(key);
          await run(create({ organizationId, id: newId(), name, nameKey: foldCase(name), creationKey }));
          const [row] = await run(byCreation({ organizationId, key: creationKey }));
          return teamOf(row ?? {});
        }),

      async rename({ organizationId }, id, name) {
        const values = { organizationId, id, name, nameKey: foldCase(name) };
        await access.single({ organizationId }, (run) => run(rename(values)));
      },

      async memberships({ organizationId }, teamId, { after, limit }) {
        const values = { organizationId, teamId, after, limit };
        return (await access.read(undefined, (run) => run(ofTeam(values)))).map(membershipOf);
      },

      async membershipsOf({ organizationId }, userIds) {
        if (userIds.length === 0) return [];
        const values = { organizationId, ids: JSON.stringify(userIds) };
        return (await access.read(undefined, (run) => run(ofUsers(values)))).map(membershipOf);
      },

      async setMemberships({ organizationId }, wanted) {
        // Of several for one place the last counts.
        const byPlace = new Map(wanted.map((each) => [JSON.stringify([each.teamId, each.userId]), each]));
        const rows = [...byPlace.values()];
        const gone = rows.filter(({ role }) => role === undefined).map(({ teamId, userId }) => [teamId, userId]);
        const there = rows
          .filter(({ role }) => role !== undefined)
          .map(({ teamId, userId, role }) => [teamId, userId, role]);
        const work = async (run: Run) => {
          if (gone.length > 0) await run(remove({ organizationId, gone: JSON.stringify(gone) }));
          if (there.length > 0) await run(put({ organizationId, put: JSON.stringify(there) }));
        };
        if (gone.length > 0 && there.length > 0) await access.whole({ organizationId }, work);
        else if (rows.length > 0) await access.beside({ organizationId }, teamMemberships, work);
      },
    };
  };
}

function teamOf(row: Row): Team {
  const { identifier } = row;
  return {
    id: String(row['id']),
    name: String(row['name']),
    ...(typeof identifier === 'string' && { identifier }),
    ...(Number(row['is_privileged']) === 1 && { privileged: true }),
  };
}

function membershipOf(row: Row): Required<TeamMembership> {
  return { teamId: String(row['team_id']), userId: String(row['user_id']), role: String(row['role']) };
}

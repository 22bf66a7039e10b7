import type { GroupReference } from '../../storage/directory-user.js';
import type { GroupMember, GroupStore } from '../../storage/group-store.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { Row, Run } from './access.js';
import { createGroupWriter, createResourceEraser } from './create-resource-writer.js';
import { shardOf } from './group-counters.js';
import { refuseMissing } from './group-writer.js';
import { prepareMemberChange } from './member-change.js';
import { createResourceQuery } from './resource-query.js';
import { GROUP, groupOf, inScope, isLive, recordColumns, recordExpressions, USER } from './resource-rows.js';
import { resourceValues } from './resource-values.js';
import { changedRow, refuseConflict } from './resource-writer.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

export function openGroupStore(site: StoreSite): StoreOver<GroupStore> {
  const { names, dialect } = site;
  const { resources, memberships } = names;
  const { among, entries } = dialect;
  const writer = createGroupWriter(site);
  const erase = createResourceEraser(site, GROUP);
  const queryGroups = createResourceQuery(site, GROUP);
  const changeMembers = prepareMemberChange(site);
  const columns = recordColumns('r', recordExpressions(GROUP, 'r', names, dialect));
  const ofGroups = `from ${resources} as r where ${inScope('r')} and r.type = '${GROUP}' and ${isLive('r')}`;

  const get = prepare(`select ${columns} ${ofGroups} and r.id = {id}`, dialect);
  const getMany = prepare(
    `select ${columns} ${ofGroups} and ${among('r.id', `select value from ${entries('{ids}')}`)}`,
    dialect,
  );
  const members = prepare(
    `select m.member_id, r.type, r.user_name, r.display_name from (select m.member_id from ${memberships} as m ` +
      `where ${inScope('m')} and m.group_id = {groupId} and m.member_id > {after} order by m.member_id limit {limit}) as m ` +
      `join ${resources} as r on ${inScope('r')} and r.id = m.member_id order by m.member_id`,
    dialect,
  );
  const groupsOf = prepare(
    `select m.member_id, r.id, coalesce(r.display_name, '') as display_name from ${memberships} as m ` +
      `join ${resources} as r on r.organization_id = m.organization_id and r.directory_id = m.directory_id ` +
      `and r.id = m.group_id where ${inScope('m')} and ${among('m.member_id', `select value from ${entries('{ids}')}`)} ` +
      'order by r.sequence',
    dialect,
  );
  return (access) => {
    const one = ({ organizationId, directoryId }: DirectoryScope, id: string) => ({ organizationId, directoryId, id });
    const many = ({ organizationId, directoryId }: DirectoryScope, ids: readonly string[]) => ({
      organizationId,
      directoryId,
      ids: JSON.stringify(ids),
    });
    return {
      async get(scope, id) {
        const [row] = await access.read(scope, (run) => run(get(one(scope, id))));
        return row && groupOf(row);
      },

      async getMany(scope, ids) {
        return (await access.read(scope, (run) => run(getMany(many(scope, ids))))).map(groupOf);
      },

      query: (scope, query) => queryGroups(access, scope, GROUP, query, groupOf),

      async insert(scope, { id, created, attributes, uniqueKeys }, { ids, unknown }) {
        const input = { id, type: GROUP, attributes, uniqueKeys };
        const values = {
          ...resourceValues(scope, input),
          created,
          members: JSON.stringify([...new Set(ids)]),
          shard: shardOf(id),
          skip: unknown === 'skip' ? 1 : 0,
        };
        const work = async (run: Run) => {
          const outcome = await writer.insert(run, values);
          if (unknown === 'refuse') refuseMissing([...new Set(ids)], outcome.missing);
          refuseConflict(input, outcome);
          return outcome.memberCount;
        };
        const memberCount = await (writer.isSingle ? access.single(scope, work) : access.whole(scope, work));
        return { id, version: 1, created, lastModified: created, attributes, uniqueKeys, memberCount };
      },

      async update(scope, id, { lastModified: at, attributes, uniqueKeys }, ifVersion) {
        const input = { id, type: GROUP, attributes, uniqueKeys };
        const values = { ...resourceValues(scope, input), at, ifVersion };
        const row = await access.whole(scope, async (run) => changedRow(input, await writer.update(run, values)));
        return {
          id,
          version: ifVersion + 1,
          created: String(row['created']),
          lastModified: String(row['last_modified']),
          attributes,
          uniqueKeys,
          memberCount: Number(row['member_count']),
        };
      },

      async members(scope, groupId, { after, limit }) {
        const { organizationId, directoryId } = scope;
        const values = { organizationId, directoryId, groupId, after, limit: limit + 1 };
        const rows = await access.read(scope, (run) => run(members(values)));
        const last = rows[limit - 1];
        return {
          items: rows.slice(0, limit).map(memberOf),
          ...(last && rows.length > limit && { next: String(last['member_id']) }),
        };
      },

      async groupsOf(scope, memberIds) {
        const found = new Map<string, GroupReference[]>(memberIds.map((id) => [id, []]));
        for (const row of await access.read(scope, (run) => run(groupsOf(many(scope, memberIds))))) {
          const reference = { id: String(row['id']), displayName: String(row['display_name']) };
          found.get(String(row['member_id']))?.push(reference);
        }
        return found;
      },

      changeMembers: (scope, groupId, request) => changeMembers(access, scope, groupId, request),

      delete: (scope, id, ifVersion, at) =>
        access.whole(scope, (run) => erase(run, scope, { id, type: GROUP, ifVersion, at })),
    };
  };
}

function memberOf(row: Row): GroupMember {
  const { type, user_name: userName, display_name: displayName } = row;
  const isUser = type === USER;
  return {
    id: String(row['member_id']),
    type: isUser ? 'User' : 'Group',
    ...(isUser && typeof userName === 'string' && { userName }),
    ...(typeof displayName === 'string' && { displayName }),
  };
}

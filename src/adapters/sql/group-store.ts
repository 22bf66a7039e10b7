import type { GroupReference } from '../../storage/directory-user.js';
import { UnknownMembersError } from '../../storage/errors.js';
import type { DirectoryGroup, GroupMember, GroupStore } from '../../storage/group-store.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { Row } from './access.js';
import { createResourceWriter } from './create-resource-writer.js';
import { shardOf } from './group-counters.js';
import { prepareMemberChange } from './member-change.js';
import { createResourceEraser } from './resource-eraser.js';
import { createResourceQuery } from './resource-query.js';
import { GROUP, groupOf, inScope, isLive, recordColumns, recordExpressions, USER } from './resource-rows.js';
import { resourceValues } from './resource-values.js';
import { changedRow, refuseConflict } from './resource-writer.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

export function openGroupStore(site: StoreSite): StoreOver<GroupStore> {
  const { names, dialect } = site;
  const { resources, memberships, groupCounters } = names;
  const { among, entries, forUpdate } = dialect;
  const writer = createResourceWriter(site, GROUP);
  const erase = createResourceEraser(site, GROUP);
  const queryGroups = createResourceQuery(site, GROUP);
  const changeMembers = prepareMemberChange(site);
  const record = recordExpressions(GROUP, 'r', names, dialect);
  const columns = recordColumns('r', record);
  const ofGroups = `from ${resources} as r where ${inScope('r')} and r.type = '${GROUP}' and ${isLive('r')}`;

  const get = prepare(`select ${columns} ${ofGroups} and r.id = {id}`, dialect);
  const getMany = prepare(
    `select ${columns} ${ofGroups} and ${among('r.id', `select value from ${entries('{ids}')}`)}`,
    dialect,
  );
  const lock = prepare(`select r.id ${ofGroups} and r.id = {id} ${forUpdate}`, dialect);
  const memberCount = prepare(`select ${record.memberCount} as member_count ${ofGroups} and r.id = {id}`, dialect);
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
  const lockMembers = prepare(
    dialect.lockedIds('{ids}', resources, `${inScope('r')} and r.type in ('${USER}', '${GROUP}') and ${isLive('r')}`),
    dialect,
  );
  const join = prepare(
    `insert into ${memberships} (organization_id, directory_id, group_id, member_id) ` +
      `select {organizationId}, {directoryId}, {id}, entry.value from ${entries('{ids}')}`,
    dialect,
  );
  const count = prepare(
    `insert into ${groupCounters} (organization_id, directory_id, group_id, shard, changes, changed_at, members) ` +
      'values ({organizationId}, {directoryId}, {id}, {shard}, 0, {created}, {members})',
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
        const values = { ...resourceValues(scope, input), created };
        const wanted = [...new Set(ids)];
        const memberCount = await access.whole(scope, async (run) => {
          const found = wanted.length === 0 ? [] : await run(lockMembers(many(scope, wanted)));
          const live = new Set(found.map((row) => row['id']));
          const known = wanted.filter((each) => live.has(each));
          if (unknown === 'refuse' && known.length < wanted.length) {
            throw new UnknownMembersError(wanted.filter((each) => !live.has(each)));
          }
          refuseConflict(input, await writer.insert(run, values));
          if (known.length === 0) return 0;
          await run(join({ ...many(scope, known), id }));
          await run(count({ ...one(scope, id), shard: shardOf(id), created, members: known.length }));
          return known.length;
        });
        return { id, version: 1, created, lastModified: created, attributes, uniqueKeys, memberCount };
      },

      update: (scope, id, { lastModified: at, attributes, uniqueKeys }, ifVersion) =>
        access.whole(scope, async (run) => {
          const input = { id, type: GROUP, attributes, uniqueKeys };
          if (forUpdate !== '') await run(lock(one(scope, id)));
          const row = changedRow(input, await writer.update(run, { ...resourceValues(scope, input), at, ifVersion }));
          const [counted] = await run(memberCount(one(scope, id)));
          return changedGroup(row, counted, { id, version: ifVersion + 1, attributes, uniqueKeys });
        }),

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

function changedGroup(
  row: Row,
  counted: Row | undefined,
  rest: Pick<DirectoryGroup, 'id' | 'version' | 'attributes' | 'uniqueKeys'>,
): DirectoryGroup {
  return {
    ...rest,
    created: String(row['created']),
    lastModified: String(row['last_modified']),
    memberCount: Number(counted?.['member_count']),
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

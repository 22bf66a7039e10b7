import type {
  DeletedUser,
  DirectoryUser,
  DirectoryUserStore,
  GroupReference,
  UserQuery,
} from '../../storage/directory-user.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { Row, Run } from './access.js';
import { createResourceEraser, createResourceWriter } from './create-resource-writer.js';
import { createResourceQuery } from './resource-query.js';
import { inScope, isLive, recordColumns, recordExpressions, USER, userOf } from './resource-rows.js';
import { resourceValues } from './resource-values.js';
import { changedRow, refuseConflict } from './resource-writer.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';
import { groupsOf, userGroups } from './user-groups.js';
import { userNameSearch } from './user-name-search.js';

export function openUserStore(site: StoreSite): StoreOver<DirectoryUserStore> {
  const { names, dialect } = site;
  const { resources } = names;
  const writer = createResourceWriter(site, USER);
  const erase = createResourceEraser(site, USER);
  const queryUsers = createResourceQuery(site, USER);
  const columns = recordColumns('r', recordExpressions(USER, 'r', names, dialect));
  const ofUsers = `from ${resources} as r where ${inScope('r')} and r.type = '${USER}'`;
  const groups = userGroups(names, dialect);

  const get = prepare(`select ${columns} ${ofUsers} and r.id = {id} and ${isLive('r')}`, dialect);
  const getWithGroups = prepare(
    dialect.name === 'postgres'
      ? `select * from ${names.readUser}({organizationId}, {directoryId}, {id})`
      : `select ${columns}, ${groups} ${ofUsers} and r.id = {id} and ${isLive('r')}`,
    dialect,
  );
  const findByUserName = prepare(
    `select * from ${names.findUsers}({organizationId}, {directoryId}, {key}, {limit})`,
    dialect,
  );
  const getMany = prepare(
    `select ${columns} ${ofUsers} and ${isLive('r')} ` +
      `and ${dialect.among('r.id', `select value from ${dialect.entries('{ids}')}`)}`,
    dialect,
  );
  const getDeleted = prepare(
    `select r.id, r.deleted_at, r.access_ending, r.kept ${ofUsers} and r.id = {id} and r.deleted_at is not null`,
    dialect,
  );
  const clearAccessEnding = prepare(
    `update ${resources} as r set access_ending = 0 where ${inScope('r')} and r.type = '${USER}' and r.id = {id} ` +
      'and r.access_ending <> 0',
    dialect,
  );

  return (access) => {
    const write = <T>(scope: DirectoryScope, work: (run: Run) => Promise<T>) =>
      writer.isSingle ? access.single(scope, work) : access.whole(scope, work);
    /** A page with all who have the name; `undefined` when there are more, or the query asks for something else. */
    async function findPage({ organizationId, directoryId }: DirectoryScope, query: UserQuery) {
      const search = userNameSearch(query);
      if (!search) return undefined;
      const values = { organizationId, directoryId, key: search.key, limit: search.count + 1 };
      const rows = await access.read({ organizationId }, (run) => run(findByUserName(values)));
      if (rows.length > search.count) return undefined;
      const inOrder = [...rows].sort((a, b) => Number(a['sequence']) - Number(b['sequence']));
      const lists = new Map(rows.map((row) => [String(row['id']), groupsOf(row)]));
      return { items: inOrder.map(userOf), total: rows.length, groups: lists };
    }

    const one = ({ organizationId, directoryId }: DirectoryScope, id: string) => ({ organizationId, directoryId, id });
    return {
      async get(scope, id) {
        const [row] = await access.read(scope, (run) => run(get(one(scope, id))));
        return row && userOf(row);
      },

      async getMany(scope, ids) {
        const { organizationId, directoryId } = scope;
        const values = { organizationId, directoryId, ids: JSON.stringify(ids) };
        return (await access.read(scope, (run) => run(getMany(values)))).map(userOf);
      },

      async query(scope, query) {
        if (!query.withGroups) return queryUsers(access, scope, USER, query, userOf);
        const found = dialect.name === 'postgres' ? await findPage(scope, query) : undefined;
        if (found) return found;
        const lists = new Map<string, readonly GroupReference[]>();
        const read = (row: Row) => {
          const user = userOf(row);
          lists.set(user.id, groupsOf(row));
          return user;
        };
        return { ...(await queryUsers(access, scope, USER, query, read, groups)), groups: lists };
      },

      async getWithGroups(scope, id) {
        const [row] = await access.read(scope, (run) => run(getWithGroups(one(scope, id))));
        return row && { user: userOf(row), groups: groupsOf(row) };
      },

      async insert(scope, { id, created, attributes, uniqueKeys, accessEnding }) {
        const input = { id, type: USER, attributes, uniqueKeys, ...(accessEnding && { accessEnding }) };
        const values = { ...resourceValues(scope, input), created };
        await write(scope, async (run) => refuseConflict(input, await writer.insert(run, values)));
        const user = { id, version: 1, created, lastModified: created, attributes, uniqueKeys };
        return accessEnding ? { ...user, accessEnding } : user;
      },

      async update(scope, id, { lastModified: at, attributes, uniqueKeys, accessEnding }, ifVersion) {
        const input = { id, type: USER, attributes, uniqueKeys, ...(accessEnding && { accessEnding }) };
        const values = { ...resourceValues(scope, input), at, ifVersion };
        const row = await write(scope, async (run) => changedRow(input, await writer.update(run, values)));
        const user = { ...stampsOf(row), id, version: ifVersion + 1, attributes, uniqueKeys };
        return accessEnding ? { ...user, accessEnding } : user;
      },

      tombstone: (scope, { id, deletedAt: at, accessEnding, kept }, ifVersion) =>
        access.whole(scope, (run) =>
          erase(run, scope, {
            id,
            type: USER,
            ifVersion,
            at,
            ...(accessEnding && { accessEnding }),
            ...(kept && { kept: JSON.stringify(kept) }),
          }),
        ),

      async getDeleted(scope, id) {
        const [row] = await access.read(scope, (run) => run(getDeleted(one(scope, id))));
        return row && deletedOf(row);
      },

      async clearAccessEnding(scope, id) {
        await access.single(scope, (run) => run(clearAccessEnding(one(scope, id))));
      },
    };
  };
}

function stampsOf(row: Row): Pick<DirectoryUser, 'created' | 'lastModified'> {
  return { created: String(row['created']), lastModified: String(row['last_modified']) };
}

function deletedOf(row: Row): DeletedUser {
  const kept = row['kept'];
  return {
    id: String(row['id']),
    deletedAt: String(row['deleted_at']),
    ...(Number(row['access_ending']) === 1 && { accessEnding: true }),
    ...(typeof kept === 'string' && { kept: JSON.parse(kept) as DirectoryUser }),
  };
}

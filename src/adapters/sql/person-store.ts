import { UniqueConflictError } from '../../storage/errors.js';
import type { Person, PersonRecord, PersonStore } from '../../storage/person-store.js';
import type { OrganizationScope } from '../../storage/scope.js';
import type { Row, Run } from './access.js';
import { createPeopleLock } from './people-lock.js';
import { isLinked, personColumns } from './person-columns.js';
import { inScope } from './resource-rows.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

export function openPersonStore(site: StoreSite): StoreOver<PersonStore> {
  const { names, dialect } = site;
  const { people, directoryLinks, resources } = names;
  const { entries, isFalse, records } = dialect;
  const details = personColumns(site, '{organizationId}');
  const behind =
    `select distinct l.user_id from ${directoryLinks} as l join ${resources} as r on ${isLinked('r')} ` +
    `where ${inScope('l')} and l.is_gone = 0 ` +
    `and ${dialect.among('l.directory_user_id', `select value from ${entries('{ids}')}`)}`;

  const getMany = prepare(
    `select ${details} from (select value as user_id, place from ${entries('{ids}')}) as e order by e.place`,
    dialect,
  );
  const findBehind = prepare(behind, dialect);
  // With locks, which is several statements, unless a function has them all.
  const readLocked =
    dialect.name === 'postgres'
      ? prepare(`select * from ${names.readPeople}({organizationId}, {directoryId}, {ids})`, dialect)
      : undefined;
  const list = prepare(
    `select ${details} from (select p.user_id from ${people} as p where p.organization_id = {organizationId} ` +
      'and p.user_id > {after} and p.document is not null order by p.user_id limit {limit}) as e order by e.user_id',
    dialect,
  );
  const count = prepare(
    // One look-up for each link: a join would begin with all resources, however few are to be counted.
    `select count(*) as people from (select 1 from ${directoryLinks} as l where ${inScope('l')} and l.is_gone = 0 and ` +
      `(select 1 from ${resources} as r where ${isLinked('r')} and not ${isFalse('r.attributes', 'active')} limit 1) is not null ` +
      'limit {atMost}) as found',
    dialect,
  );
  const put = prepare(
    `insert into ${people} (organization_id, user_id, document) select {organizationId}, entry.user_id, entry.document ` +
      `from ${records('{records}', ['user_id', 'document'])} where true order by entry.user_id ` +
      'on conflict (organization_id, user_id) do update set document = excluded.document',
    dialect,
  );
  const forget = prepare(
    `update ${people} set document = null where organization_id = {organizationId} and user_id = {userId}`,
    dialect,
  );
  const leave = prepare(
    `update ${directoryLinks} set is_gone = 1 where organization_id = {organizationId} and user_id = {userId}`,
    dialect,
  );
  const another = prepare(
    `select l.directory_user_id from ${directoryLinks} as l join ${resources} as r on ${isLinked('r')} ` +
      `where ${inScope('l')} and l.user_id = {userId} and l.is_gone = 0 and l.directory_user_id <> {directoryUserId}`,
    dialect,
  );
  const link = prepare(
    `insert into ${directoryLinks} (organization_id, directory_id, directory_user_id, user_id, is_gone) ` +
      'values ({organizationId}, {directoryId}, {directoryUserId}, {userId}, 0) ' +
      'on conflict (organization_id, directory_id, directory_user_id) do update set user_id = excluded.user_id, is_gone = 0',
    dialect,
  );
  const linkedTo = prepare(
    `select l.user_id from ${directoryLinks} as l where ${inScope('l')} and l.directory_user_id = {directoryUserId}`,
    dialect,
  );
  const lock = createPeopleLock(site);
  const nameLock = dialect.nameLock('{lock}', 'exclusive');
  const lockName = nameLock === '' ? undefined : prepare<'lock'>(nameLock, dialect);

  return (access) => {
    const read = async (run: Run, { organizationId }: OrganizationScope, userIds: readonly string[]) => {
      if (userIds.length === 0) return [];
      if (readLocked && access.keepsLocks) {
        const values = { organizationId, directoryId: null, ids: JSON.stringify(userIds) };
        return (await run(readLocked(values))).map(personOf);
      }
      return (await run(getMany({ organizationId, ids: JSON.stringify(userIds) }))).map(personOf);
    };
    return {
      getMany: (scope, userIds) => access.read(scope, (run) => read(run, scope, userIds)),

      ofDirectoryUsers: (scope, ids) =>
        access.read(scope, async (run) => {
          const { organizationId, directoryId } = scope;
          if (ids.length === 0) return [];
          if (readLocked && access.keepsLocks) {
            return (await run(readLocked({ organizationId, directoryId, ids: JSON.stringify(ids) }))).map(personOf);
          }
          const rows = await run(findBehind({ organizationId, directoryId, ids: JSON.stringify(ids) }));
          return read(
            run,
            scope,
            rows.map((row) => String(row['user_id'])),
          );
        }),

      async list({ organizationId }, { after, limit }) {
        return (await access.read({ organizationId }, (run) => run(list({ organizationId, after, limit })))).map(
          personOf,
        );
      },

      async count({ organizationId, directoryId }, atMost = Number.MAX_SAFE_INTEGER) {
        const values = { organizationId, directoryId, atMost };
        const [row] = await access.read({ organizationId }, (run) => run(count(values)));
        return Number(row?.['people']);
      },

      async put({ organizationId }, given) {
        if (given.length === 0) return;
        const byId = new Map(given.map((record) => [record.userId, record]));
        const rows = [...byId].map(([userId, record]) => [userId, documentOf(record)]);
        await access.single({ organizationId }, (run) => run(put({ organizationId, records: JSON.stringify(rows) })));
      },

      remove: ({ organizationId }, userId) =>
        access.whole({ organizationId }, async (run) => {
          await run(forget({ organizationId, userId }));
          await run(leave({ organizationId, userId }));
        }),

      link: ({ organizationId, directoryId }, directoryUserId, userId) =>
        access.whole({ organizationId }, async (run) => {
          await lock(run, organizationId, [userId]);
          const values = { organizationId, directoryId, directoryUserId, userId };
          if ((await run(another(values))).length > 0) throw new UniqueConflictError(`user:${userId}`);
          await run(link(values));
        }),

      async lock({ organizationId }, name) {
        if (!lockName) return;
        const values = { lock: JSON.stringify([people, organizationId, name]) };
        await access.single({ organizationId }, (run) => run(lockName(values)));
      },

      async linkedTo({ organizationId, directoryId }, directoryUserId) {
        const values = { organizationId, directoryId, directoryUserId };
        const [row] = await access.read({ organizationId }, (run) => run(linkedTo(values)));
        return row && String(row['user_id']);
      },
    };
  };
}

function documentOf({ userId: _, ...rest }: PersonRecord): string {
  return JSON.stringify(rest);
}

function personOf(row: Row): Person {
  const document = row['document'];
  const record = typeof document === 'string' ? (JSON.parse(document) as Omit<PersonRecord, 'userId'>) : {};
  const found = JSON.parse(String(row['directory_users'] ?? '[]')) as readonly string[];
  const directoryUsers = found.map((each) => {
    const [place, state] = JSON.parse(each) as readonly [string, string];
    const [directoryId, id] = JSON.parse(place) as readonly [string, string];
    return { id, directoryId, active: state === 'active' };
  });
  return { userId: String(row['user_id']), ...record, directoryUsers, linked: Number(row['linked']) === 1 };
}

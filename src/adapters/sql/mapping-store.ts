import { StaleVersionError } from '../../storage/errors.js';
import type { MappingStore, ProvisioningSettings, StoredRow, StoredTeamLink } from '../../storage/mapping-store.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { Row, Run } from './access.js';
import { inScope } from './resource-rows.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

export function openMappingStore({ names, dialect }: StoreSite): StoreOver<MappingStore> {
  const { mappingSettings, mappingRows, teamLinks } = names;
  const { among, entries, records, nameLock } = dialect;
  const lockText = nameLock('{lock}', 'exclusive');
  const lock = lockText === '' ? undefined : prepare<'lock'>(lockText, dialect);
  const settings = prepare(`select s.version, s.document from ${mappingSettings} as s where ${inScope('s')}`, dialect);
  const insert = prepare(
    `insert into ${mappingSettings} (organization_id, directory_id, version, document) ` +
      'values ({organizationId}, {directoryId}, 1, {document}) on conflict do nothing returning version',
    dialect,
  );
  const update = prepare(
    `update ${mappingSettings} as s set version = s.version + 1, document = {document} ` +
      `where ${inScope('s')} and s.version = {ifVersion} returning version`,
    dialect,
  );
  const ofThese = (column: string) => among(column, `select value from ${entries('{ids}')}`);
  const rows = `select m.group_id, m.target, m.role, m.allowed_by from ${mappingRows} as m where ${inScope('m')}`;
  const allRows = prepare(`${rows} order by m.group_id, m.target`, dialect);
  const rowsOf = prepare(`${rows} and ${ofThese('m.group_id')} order by m.group_id, m.target`, dialect);
  const putRows = prepare(
    `insert into ${mappingRows} (organization_id, directory_id, group_id, target, role, allowed_by) ` +
      'select {organizationId}, {directoryId}, entry.group_id, entry.target, entry.role, entry.allowed_by ' +
      `from ${records('{put}', ['group_id', 'target', 'role', 'allowed_by'])} where true order by entry.place ` +
      'on conflict (organization_id, directory_id, group_id, target) ' +
      'do update set role = excluded.role, allowed_by = excluded.allowed_by',
    dialect,
  );
  const removeRows = prepare(
    `delete from ${mappingRows} as m where ${inScope('m')} and (m.group_id, m.target) in ` +
      `(select entry.group_id, entry.target from ${records('{remove}', ['group_id', 'target'])})`,
    dialect,
  );
  const links = `select k.group_id, k.team_id, k.created from ${teamLinks} as k where ${inScope('k')}`;
  const allLinks = prepare(`${links} order by k.group_id`, dialect);
  const linksOfGroups = prepare(`${links} and ${ofThese('k.group_id')} order by k.group_id`, dialect);
  const linksOfTeams = prepare(`${links} and ${ofThese('k.team_id')} order by k.group_id`, dialect);
  const putLinks = prepare(
    `insert into ${teamLinks} (organization_id, directory_id, group_id, team_id, created) ` +
      'select {organizationId}, {directoryId}, entry.group_id, entry.team_id, ' +
      `case when entry.created = 'yes' then 1 else 0 end ` +
      `from ${records('{put}', ['group_id', 'team_id', 'created'])} where true order by entry.place ` +
      'on conflict (organization_id, directory_id, group_id) ' +
      'do update set team_id = excluded.team_id, created = excluded.created',
    dialect,
  );
  const removeLinks = prepare(
    `delete from ${teamLinks} as k where ${inScope('k')} and ${ofThese('k.group_id')}`,
    dialect,
  );

  // One round trip: the function takes the lock first.
  const readLocked =
    dialect.name === 'postgres'
      ? prepare(
          `select * from ${names.readMappingSettings}({organizationId}, {directoryId}, {lock}, {isAlone})`,
          dialect,
        )
      : undefined;
  const lockName = ({ organizationId, directoryId }: DirectoryScope) =>
    JSON.stringify([mappingSettings, organizationId, directoryId]);

  async function takeAlone(run: Run, scope: DirectoryScope) {
    // A statement of its own: what it waits for is seen by the next one.
    if (lock) await run(lock({ lock: lockName(scope) }));
  }

  return (access) => ({
    settings: (scope, kind = 'shared') =>
      access.read(scope, async (run) => {
        const { organizationId, directoryId } = scope;
        const values = { organizationId, directoryId };
        const [row] =
          readLocked && access.keepsLocks
            ? await run(readLocked({ ...values, lock: lockName(scope), isAlone: kind === 'exclusive' ? 1 : 0 }))
            : await run(settings(values));
        return row && settingsOf(row);
      }),

    putSettings: (scope, changed, ifVersion) =>
      access.whole(scope, async (run) => {
        const { organizationId, directoryId } = scope;
        await takeAlone(run, scope);
        const values = { organizationId, directoryId, ifVersion, document: JSON.stringify(changed) };
        const written = await run(ifVersion === 0 ? insert(values) : update(values));
        if (written.length === 0) throw new StaleVersionError(directoryId);
      }),

    async rows({ organizationId, directoryId }, groupIds) {
      const scope = { organizationId, directoryId };
      const found = await access.read(scope, (run) =>
        run(groupIds ? rowsOf({ ...scope, ids: JSON.stringify(groupIds) }) : allRows(scope)),
      );
      return found.map(rowOf);
    },

    changeRows: ({ organizationId, directoryId }, { put, remove }) =>
      access.whole({ organizationId }, async (run) => {
        const scope = { organizationId, directoryId };
        const gone = remove.map(({ groupId, target }) => [groupId, target]);
        if (gone.length > 0) await run(removeRows({ ...scope, remove: JSON.stringify(gone) }));
        const byPlace = new Map(put.map((row) => [JSON.stringify([row.groupId, row.target]), row]));
        const wanted = [...byPlace.values()].map(({ groupId, target, role, allowedBy }) => [
          groupId,
          target,
          role,
          allowedBy ?? null,
        ]);
        if (wanted.length > 0) await run(putRows({ ...scope, put: JSON.stringify(wanted) }));
      }),

    async links({ organizationId, directoryId }, of) {
      const scope = { organizationId, directoryId };
      const found = await access.read(scope, (run) => {
        if (!of) return run(allLinks(scope));
        return 'teamIds' in of
          ? run(linksOfTeams({ ...scope, ids: JSON.stringify(of.teamIds) }))
          : run(linksOfGroups({ ...scope, ids: JSON.stringify(of.groupIds) }));
      });
      return found.map(linkOf);
    },

    changeLinks: ({ organizationId, directoryId }, { put, remove }) =>
      access.whole({ organizationId }, async (run) => {
        const scope = { organizationId, directoryId };
        if (remove.length > 0) await run(removeLinks({ ...scope, ids: JSON.stringify(remove) }));
        const byGroup = new Map(put.map((link) => [link.groupId, link]));
        const wanted = [...byGroup.values()].map(({ groupId, teamId, created }) => [
          groupId,
          teamId,
          created ? 'yes' : 'no',
        ]);
        if (wanted.length > 0) await run(putLinks({ ...scope, put: JSON.stringify(wanted) }));
      }),
  });
}

function settingsOf(row: Row): ProvisioningSettings {
  const document = JSON.parse(String(row['document'])) as Omit<ProvisioningSettings, 'version'>;
  return { ...document, version: Number(row['version']) };
}

function rowOf(row: Row): StoredRow {
  const allowedBy = row['allowed_by'];
  return {
    groupId: String(row['group_id']),
    target: String(row['target']) as StoredRow['target'],
    role: String(row['role']),
    ...(typeof allowedBy === 'string' && { allowedBy }),
  };
}

function linkOf(row: Row): StoredTeamLink {
  return {
    groupId: String(row['group_id']),
    teamId: String(row['team_id']),
    created: Number(row['created']) === 1,
  };
}

import type { PendingMemberStore } from '../../storage/pending-member-store.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { Run } from './access.js';
import { inScope } from './resource-rows.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

export function openPendingMemberStore({ names, dialect }: StoreSite): StoreOver<PendingMemberStore> {
  const { pendingMembers } = names;
  const { among, entries, nameLock } = dialect;
  const lockText = nameLock('{lock}', 'exclusive');
  const lock = lockText === '' ? undefined : prepare<'lock'>(lockText, dialect);
  const put = prepare(
    `insert into ${pendingMembers} (organization_id, directory_id, member_id, group_id) ` +
      `select {organizationId}, {directoryId}, value, {groupId} from ${entries('{ids}')} where true ` +
      'on conflict do nothing',
    dialect,
  );
  const removeAll = prepare(
    `delete from ${pendingMembers} as p where ${inScope('p')} and p.group_id = {groupId}`,
    dialect,
  );
  const removeThese = prepare(
    `delete from ${pendingMembers} as p where ${inScope('p')} and p.group_id = {groupId} ` +
      `and ${among('p.member_id', `select value from ${entries('{ids}')}`)}`,
    dialect,
  );
  const take = prepare(
    `delete from ${pendingMembers} as p where ${inScope('p')} and p.member_id = {memberId} returning group_id`,
    dialect,
  );

  async function lockAll(run: Run, { organizationId, directoryId }: DirectoryScope) {
    // A statement of its own: what it waits for is seen by the next one.
    if (lock) await run(lock({ lock: JSON.stringify([pendingMembers, organizationId, directoryId]) }));
  }

  return (access) => ({
    async put({ organizationId, directoryId }, groupId, memberIds) {
      if (memberIds.length === 0) return;
      const scope = { organizationId, directoryId };
      await access.whole(scope, async (run) => {
        await lockAll(run, scope);
        await run(put({ ...scope, groupId, ids: JSON.stringify([...new Set(memberIds)]) }));
      });
    },

    async remove({ organizationId, directoryId }, groupId, memberIds) {
      if (memberIds?.length === 0) return;
      const scope = { organizationId, directoryId };
      const values = { ...scope, groupId };
      await access.single(scope, (run) =>
        run(memberIds ? removeThese({ ...values, ids: JSON.stringify(memberIds) }) : removeAll(values)),
      );
    },

    async take({ organizationId, directoryId }, memberId) {
      const scope = { organizationId, directoryId };
      const rows = await access.whole(scope, async (run) => {
        await lockAll(run, scope);
        return run(take({ ...scope, memberId }));
      });
      return rows.map((row) => String(row['group_id']));
    },
  });
}

import type { PendingMemberStore } from '../../storage/pending-member-store.js';
import type { Access } from './access.js';
import { placeKey } from './record-table.js';

export function createPendingMemberStore(access: Access): PendingMemberStore {
  return {
    put: ({ organizationId, directoryId }, groupId, memberIds) =>
      access.writeTables({ organizationId }, ({ pendingMembers }, undo) => {
        for (const memberId of memberIds) pendingMembers.put({ directoryId, groupId, memberId }, undo);
      }),

    remove: ({ organizationId, directoryId }, groupId, memberIds) =>
      access.writeTables({ organizationId }, ({ pendingMembers }, undo) => {
        const ids = memberIds ?? pendingMembers.find(1, placeKey(directoryId, groupId)).map((each) => each.memberId);
        for (const memberId of ids) pendingMembers.remove(placeKey(directoryId, groupId, memberId), undo);
      }),

    take: ({ organizationId, directoryId }, memberId) =>
      access.writeTables({ organizationId }, ({ pendingMembers }, undo) => {
        const groupIds = pendingMembers.find(0, placeKey(directoryId, memberId)).map(({ groupId }) => groupId);
        for (const groupId of groupIds) pendingMembers.remove(placeKey(directoryId, groupId, memberId), undo);
        return groupIds;
      }),
  };
}

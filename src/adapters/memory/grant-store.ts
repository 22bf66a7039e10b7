import type { Grant, GrantChange } from '../../storage/grant.js';
import type { GrantStore } from '../../storage/grant-store.js';
import type { Access } from './access.js';
import { grantRowStep } from './grant-rows.js';
import type { OrganizationTables } from './organization-tables.js';
import { placeKey } from './record-table.js';
import type { UndoLog } from './undo-log.js';

export function createGrantStore(access: Access): GrantStore {
  return {
    ofUsers: (scope, userIds) =>
      access.readTables(scope, ({ grants }) => [...new Set(userIds)].flatMap((id) => grants.find(0, id))),

    ofSource: (scope, source, userIds) =>
      access.readTables(scope, ({ grants }) =>
        [...new Set(userIds)].flatMap((id) => grants.find(0, id).filter((grant) => grant.source === source)),
      ),

    holders: (scope, target, role) =>
      access.readTables(scope, ({ grants }) => [
        ...new Set(
          grants
            .find(2, target)
            .filter((grant) => grant.role === role)
            .map(({ userId }) => userId),
        ),
      ]),

    peopleAt: (scope, target, { after, limit }) =>
      access.readTables(scope, ({ grants }) =>
        [...new Set(grants.find(2, target).map(({ userId }) => userId))]
          .filter((userId) => after === '' || userId > after)
          .sort()
          .slice(0, limit),
      ),

    change: (scope, change) => access.writeTables(scope, (tables, undo) => changeGrants(tables, change, undo)),

    previewRows: (scope, plan, page) =>
      access.readOrganization(scope, (data) => grantRowStep(data, scope.directoryId, plan, page, false)),

    applyRows: (scope, plan, page) =>
      access.writeOrganization(scope, (data, undo) => {
        const step = grantRowStep(data, scope.directoryId, plan, page, true);
        changeGrants(data.tables, step.changed, undo);
        return step;
      }),
  };
}

function changeGrants({ grants }: OrganizationTables, change: GrantChange, undo: UndoLog): GrantChange {
  const keyOf = ({ userId, target, source }: Grant) => placeKey(userId, target, source);
  const removed = change.remove.flatMap((grant) => grants.get(keyOf(grant)) ?? []);
  for (const grant of removed) grants.remove(keyOf(grant), undo);
  const added: Grant[] = [];
  const changed: { grant: Grant; from: string }[] = [];
  for (const grant of [...change.change.map((each) => each.grant), ...change.add]) {
    const before = grants.get(keyOf(grant));
    if (before?.role === grant.role) continue;
    grants.put(grant, undo);
    if (before) changed.push({ grant, from: before.role });
    else added.push(grant);
  }
  return { add: added, remove: removed, change: changed };
}

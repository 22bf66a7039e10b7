import { StaleVersionError } from '../../storage/errors.js';
import type { MappingStore, ProvisioningSettings, StoredRow, StoredTeamLink } from '../../storage/mapping-store.js';
import type { Access } from './access.js';
import { placeKey } from './record-table.js';

export function createMappingStore(access: Access): MappingStore {
  return {
    settings: ({ organizationId, directoryId }) =>
      access.readTables({ organizationId }, ({ settings }) => withoutDirectory(settings.get(directoryId))),

    putSettings: ({ organizationId, directoryId }, changed, ifVersion) =>
      access.writeTables({ organizationId }, ({ settings }, undo) => {
        if ((settings.get(directoryId)?.version ?? 0) !== ifVersion) throw new StaleVersionError(directoryId);
        settings.put({ ...changed, version: ifVersion + 1, directoryId }, undo);
      }),

    rows: ({ organizationId, directoryId }, groupIds) =>
      access.readTables({ organizationId }, ({ rows }) => {
        const found = groupIds
          ? [...new Set(groupIds)].flatMap((id) => rows.find(0, placeKey(directoryId, id)))
          : rows.find(1, directoryId);
        return found.map(({ directoryId: _, ...row }): StoredRow => row);
      }),

    changeRows: ({ organizationId, directoryId }, { put, remove }) =>
      access.writeTables({ organizationId }, ({ rows }, undo) => {
        for (const { groupId, target } of remove) rows.remove(placeKey(directoryId, groupId, target), undo);
        for (const row of put) rows.put({ ...row, directoryId }, undo);
      }),

    links: ({ organizationId, directoryId }, of) =>
      access.readTables({ organizationId }, ({ teamLinks }) => {
        const found = !of
          ? teamLinks.find(1, directoryId)
          : 'teamIds' in of
            ? [...new Set(of.teamIds)].flatMap((id) => teamLinks.find(0, placeKey(directoryId, id)))
            : [...new Set(of.groupIds)].flatMap((id) => teamLinks.get(placeKey(directoryId, id)) ?? []);
        return found.map(({ directoryId: _, ...link }): StoredTeamLink => link);
      }),

    changeLinks: ({ organizationId, directoryId }, { put, remove }) =>
      access.writeTables({ organizationId }, ({ teamLinks }, undo) => {
        for (const groupId of remove) teamLinks.remove(placeKey(directoryId, groupId), undo);
        for (const link of put) teamLinks.put({ ...link, directoryId }, undo);
      }),
  };
}

function withoutDirectory(
  settings: (ProvisioningSettings & { readonly directoryId: string }) | undefined,
): ProvisioningSettings | undefined {
  if (!settings) return undefined;
  const { directoryId: _, ...rest } = settings;
  return rest;
}

import type { CustomResourceStore } from '../../storage/custom-resource-store.js';
import type { StorageCapabilities } from '../../storage/storage.js';
import type { Access } from './access.js';
import { rowInVersion } from './directory-resources.js';
import { nextVersion } from './next-version.js';
import { queryTable } from './table-query.js';

export function createCustomStore(access: Access, capabilities: StorageCapabilities): CustomResourceStore {
  return {
    get: (scope, type, id) => access.read(scope, (resources) => resources.custom(type).get(id)),
    query: (scope, type, query) =>
      queryTable(access, scope, (resources) => resources.custom(type), query, capabilities),

    insert: (scope, type, { id, created, attributes, uniqueKeys }) =>
      access.write(scope, (resources, undo) => {
        const resource = { id, version: 1, created, lastModified: created, attributes, uniqueKeys };
        return resources.custom(type).insert(resource, undo);
      }),

    update: (scope, type, id, { lastModified: at, attributes, uniqueKeys }, ifVersion) =>
      access.write(scope, (resources, undo) => {
        const table = resources.custom(type);
        const row = rowInVersion(table, id, ifVersion);
        const { created } = row.resource;
        const { version, lastModified } = nextVersion(row.resource, at);
        return table.replace(row, { id, version, created, lastModified, attributes, uniqueKeys }, undo);
      }),

    delete: (scope, type, id, ifVersion) =>
      access.write(scope, (resources, undo) => {
        const table = resources.custom(type);
        table.remove(rowInVersion(table, id, ifVersion), undo);
      }),
  };
}

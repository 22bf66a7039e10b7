import type { CustomResourceStore } from '../../storage/custom-resource-store.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { Run } from './access.js';
import { createResourceEraser, createResourceWriter } from './create-resource-writer.js';
import { createResourceQuery } from './resource-query.js';
import { customType, inScope, isLive, recordColumns, recordExpressions, resourceOf } from './resource-rows.js';
import { resourceValues } from './resource-values.js';
import { changedRow, refuseConflict } from './resource-writer.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

/** Stands for all types of the host's where statements are prepared. */
const ANY = 'custom';

export function openCustomStore(site: StoreSite): StoreOver<CustomResourceStore> {
  const { names, dialect } = site;
  const writer = createResourceWriter(site, ANY);
  const erase = createResourceEraser(site, ANY);
  const queryResources = createResourceQuery(site, ANY);
  const get = prepare(
    `select ${recordColumns('r', recordExpressions(ANY, 'r', names, dialect))} from ${names.resources} as r ` +
      `where ${inScope('r')} and r.type = {type} and r.id = {id} and ${isLive('r')}`,
    dialect,
  );

  return (access) => {
    const write = <T>(scope: DirectoryScope, work: (run: Run) => Promise<T>) =>
      writer.isSingle ? access.single(scope, work) : access.whole(scope, work);
    return {
      async get({ organizationId, directoryId }, type, id) {
        const values = { organizationId, directoryId, type: customType(type), id };
        const [row] = await access.read({ organizationId }, (run) => run(get(values)));
        return row && resourceOf(row);
      },

      query: (scope, type, query) => queryResources(access, scope, customType(type), query, resourceOf),

      async insert(scope, type, { id, created, attributes, uniqueKeys }) {
        const input = { id, type: customType(type), attributes, uniqueKeys };
        const values = { ...resourceValues(scope, input), created };
        await write(scope, async (run) => refuseConflict(input, await writer.insert(run, values)));
        return { id, version: 1, created, lastModified: created, attributes, uniqueKeys };
      },

      async update(scope, type, id, { lastModified: at, attributes, uniqueKeys }, ifVersion) {
        const input = { id, type: customType(type), attributes, uniqueKeys };
        const values = { ...resourceValues(scope, input), at, ifVersion };
        const row = await write(scope, async (run) => changedRow(input, await writer.update(run, values)));
        const created = String(row['created']);
        const lastModified = String(row['last_modified']);
        return { id, version: ifVersion + 1, created, lastModified, attributes, uniqueKeys };
      },

      delete: (scope, type, id, ifVersion) =>
        access.whole(scope, (run) => erase(run, scope, { id, type: customType(type), ifVersion })),
    };
  };
}

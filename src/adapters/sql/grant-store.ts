import type { GrantStore } from '../../storage/grant-store.js';
import { createGrantWriter, grantOf } from './grant-change.js';
import { createGrantRowWalk } from './grant-row-steps.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

export function openGrantStore(site: StoreSite): StoreOver<GrantStore> {
  const { names, dialect } = site;
  const columns = 'select g.user_id, g.target, g.source, g.role';
  const from = `from ${names.grants} as g where g.organization_id = {organizationId}`;
  const ofThese = `from ${dialect.ofEach(names.grants, 'g', 'user_id', '{ids}')}`;
  const ofUsers = prepare(`${columns} ${ofThese} order by g.user_id, g.target, g.source`, dialect);
  const ofSource = prepare(`${columns} ${ofThese} where g.source = {source} order by g.user_id, g.target`, dialect);
  const holders = prepare(
    `select distinct g.user_id ${from} and g.target = {target} and g.role = {role} order by g.user_id`,
    dialect,
  );
  const peopleAt = prepare(
    `select distinct g.user_id ${from} and g.target = {target} and g.user_id > {after} order by g.user_id limit {limit}`,
    dialect,
  );
  const write = createGrantWriter(site);
  const rows = createGrantRowWalk(site);

  return (access) => ({
    async ofUsers({ organizationId }, userIds) {
      if (userIds.length === 0) return [];
      const values = { organizationId, ids: JSON.stringify(userIds) };
      return (await access.read({ organizationId }, (run) => run(ofUsers(values)))).map(grantOf);
    },

    async ofSource({ organizationId }, source, userIds) {
      if (userIds.length === 0) return [];
      const values = { organizationId, source, ids: JSON.stringify(userIds) };
      return (await access.read({ organizationId }, (run) => run(ofSource(values)))).map(grantOf);
    },

    async holders({ organizationId }, target, role) {
      const rows = await access.read({ organizationId }, (run) => run(holders({ organizationId, target, role })));
      return rows.map((row) => String(row['user_id']));
    },

    async peopleAt({ organizationId }, target, { after, limit }) {
      const values = { organizationId, target, after, limit };
      const rows = await access.read({ organizationId }, (run) => run(peopleAt(values)));
      return rows.map((row) => String(row['user_id']));
    },

    change: (scope, change) =>
      dialect.name === 'postgres'
        ? access.beside(scope, names.grants, (run) => write(run, scope, change))
        : access.whole(scope, (run) => write(run, scope, change)),

    previewRows: (scope, plan, page) => access.read(scope, (run) => rows.read(run, scope, plan, page)),

    applyRows: (scope, plan, page) =>
      access.whole(scope, async (run) => {
        const { isDone, ...step } = await rows.take(run, scope, plan, page);
        return isDone ? step : { ...step, changed: await write(run, scope, step.changed) };
      }),
  });
}

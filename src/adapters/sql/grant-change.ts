import type { Grant, GrantChange } from '../../storage/grant.js';
import type { OrganizationScope } from '../../storage/scope.js';
import type { Row, Run } from './access.js';
import { prepare } from './sql-text.js';
import type { StoreSite } from './store-site.js';

/** Carries out a change of any number of grants. @returns what really changed */
export type GrantWriter = (run: Run, scope: OrganizationScope, change: GrantChange) => Promise<GrantChange>;

/** Prepares that: on PostgreSQL one statement, the function that is made for it; else one for each kind of change. */
export function createGrantWriter(site: StoreSite): GrantWriter {
  const write = site.dialect.name === 'postgres' ? byFunction(site) : byStatements(site);
  return async (run, { organizationId }, { add, remove, change }) => {
    if (add.length + remove.length + change.length === 0) return { add: [], remove: [], change: [] };
    const puts = distinct([...change.map(({ grant }) => grant), ...add]);
    const rows = await write(run, { organizationId, remove: listed(distinct(remove)), put: listed(puts) });
    const written = rows.filter((row) => Number(row['is_removed']) === 0);
    return {
      add: written.filter((row) => row['before'] === null).map(grantOf),
      remove: rows.filter((row) => Number(row['is_removed']) === 1).map(grantOf),
      change: written
        .filter((row) => row['before'] !== null)
        .map((row) => ({ grant: grantOf(row), from: String(row['before']) })),
    };
  };
}

/** Reads the columns `user_id`, `target`, `source` and `role`. */
export function grantOf(row: Row): Grant {
  return {
    userId: String(row['user_id']),
    target: String(row['target']) as Grant['target'],
    role: String(row['role']),
    source: String(row['source']) as Grant['source'],
  };
}

/** What is written, as values of a statement. */
type Values = Readonly<Record<'organizationId' | 'remove' | 'put', string>>;

function byFunction({ names, dialect }: StoreSite) {
  const change = prepare(`select * from ${names.changeGrants}({organizationId}, {remove}, {put})`, dialect);
  return (run: Run, values: Values) => run(change(values));
}

function byStatements({ names: { grants }, dialect }: StoreSite) {
  const columns = ['user_id', 'target', 'source', 'role'];
  const wanted = dialect.records('{put}', columns);
  const ofEntry =
    'g.organization_id = {organizationId} and g.user_id = entry.user_id and g.target = entry.target and g.source = entry.source';
  const remove = prepare(
    `delete from ${grants} where organization_id = {organizationId} and (user_id, target, source) in ` +
      `(select entry.user_id, entry.target, entry.source from ${dialect.records('{remove}', columns)}) ` +
      'returning user_id, target, source, role, null as before, 1 as is_removed',
    dialect,
  );
  const find = prepare(
    'select entry.user_id, entry.target, entry.source, entry.role, ' +
      `(select g.role from ${grants} as g where ${ofEntry}) as before, 0 as is_removed from ${wanted}`,
    dialect,
  );
  const put = prepare(
    `insert into ${grants} (organization_id, user_id, target, source, role) ` +
      `select {organizationId}, entry.user_id, entry.target, entry.source, entry.role from ${wanted} where true ` +
      'on conflict (organization_id, user_id, target, source) do update set role = excluded.role',
    dialect,
  );
  return async (run: Run, values: Values) => {
    const removed = values.remove === '[]' ? [] : await run(remove(values));
    if (values.put === '[]') return removed;
    const changing = (await run(find(values))).filter((row) => row['before'] !== row['role']);
    if (changing.length > 0) await run(put({ ...values, put: listed(changing.map(grantOf)) }));
    return [...removed, ...changing];
  };
}

function distinct(grants: readonly Grant[]): readonly Grant[] {
  const byPlace = new Map(grants.map((grant) => [JSON.stringify([grant.userId, grant.target, grant.source]), grant]));
  return [...byPlace.values()];
}

function listed(grants: readonly Grant[]): string {
  return JSON.stringify(grants.map(({ userId, target, source, role }) => [userId, target, source, role]));
}

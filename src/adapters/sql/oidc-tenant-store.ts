import { StaleVersionError, UniqueConflictError } from '../../storage/errors.js';
import type { OidcTenantRecord } from '../../storage/oidc-tenant-record.js';
import type { OidcTenantStore } from '../../storage/oidc-tenant-store.js';
import type { Row, Run } from './access.js';
import { listOf } from './resource-rows.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';
import { readPosition } from './walk-position.js';

export function openOidcTenantStore({ names, dialect }: StoreSite): StoreOver<OidcTenantStore> {
  const { oidcTenants, oidcDomains } = names;
  const { among, entries, listOf: jsonListOf, forUpdate } = dialect;
  const select = `select t.sequence, t.document from ${oidcTenants} as t`;
  const owned = 't.organization_id = {organizationId} and t.id = {tenantId}';

  const get = prepare(`${select} where t.id = {id}`, dialect);
  const findByDomain = prepare(
    `select t.document from ${oidcDomains} as d join ${oidcTenants} as t on t.id = d.tenant_id where d.domain = {domain}`,
    dialect,
  );
  const list = prepare(`${select} where t.organization_id = {organizationId} order by t.sequence`, dialect);
  const listByState = prepare(
    `${select} where t.state = {state} and t.sequence > {after} order by t.sequence limit {limit}`,
    dialect,
  );
  const listDue = prepare(
    `${select} where t.due_at is not null and t.due_at <= {at} order by t.due_at, t.sequence limit {limit}`,
    dialect,
  );
  const isTaken = prepare(`select t.id from ${oidcTenants} as t where t.id = {tenantId}`, dialect);
  const lock = prepare(`select t.version, t.document from ${oidcTenants} as t where ${owned} ${forUpdate}`, dialect);
  const takenDomains = prepare(
    `select ${jsonListOf(
      `select d.domain as value, 1 as place from ${oidcDomains} as d where d.tenant_id <> {tenantId} ` +
        `and ${among('d.domain', `select value from ${entries('{domains}')}`)}`,
    )} as taken`,
    dialect,
  );
  const insert = prepare(
    `insert into ${oidcTenants} (id, organization_id, version, state, due_at, document) ` +
      'values ({tenantId}, {organizationId}, {version}, {state}, {dueAt}, {document})',
    dialect,
  );
  const update = prepare(
    `update ${oidcTenants} as t set version = {version}, state = {state}, due_at = {dueAt}, document = {document} ` +
      `where ${owned}`,
    dialect,
  );
  const dropDomains = prepare(`delete from ${oidcDomains} as d where d.tenant_id = {tenantId}`, dialect);
  const addDomains = prepare(
    `insert into ${oidcDomains} (domain, organization_id, tenant_id) ` +
      `select distinct value, {organizationId}, {tenantId} from ${entries('{domains}')} where 1 = 1 order by value`,
    dialect,
  );

  async function refuseTaken(run: Run, { id: tenantId, provedDomains }: OidcTenantRecord): Promise<void> {
    if (provedDomains.length === 0) return;
    const [row] = await run(takenDomains({ tenantId, domains: JSON.stringify(provedDomains) }));
    const taken = new Set(listOf(row?.['taken']));
    const first = provedDomains.find((domain) => taken.has(domain));
    if (first !== undefined) throw new UniqueConflictError(`domain:${first}`);
  }

  return (access) => {
    const first = async (statement: ReturnType<typeof get>) => {
      const [row] = await access.read(undefined, (run) => run(statement));
      return row && tenantOf(row);
    };
    return {
      get: (id) => first(get({ id })),
      findByDomain: (domain) => first(findByDomain({ domain })),
      list: async ({ organizationId }) =>
        (await access.read(undefined, (run) => run(list({ organizationId })))).map(tenantOf),

      async listByState(state, { after, limit }) {
        const values = { state, after: readPosition(after), limit: limit + 1 };
        const rows = await access.read(undefined, (run) => run(listByState(values)));
        const page = rows.slice(0, limit);
        const last = page.at(-1);
        const next = last && rows.length > limit ? String(last['sequence']) : undefined;
        return { items: page.map(tenantOf), ...(next !== undefined && { next }) };
      },

      listDue: async (at, limit) => (await access.read(undefined, (run) => run(listDue({ at, limit })))).map(tenantOf),

      insert: (tenant) =>
        access.whole(tenant, async (run) => {
          const values = valuesOf(tenant);
          if ((await run(isTaken(values))).length > 0) throw new UniqueConflictError(`id:${tenant.id}`);
          await refuseTaken(run, tenant);
          await run(insert(values));
          if (tenant.provedDomains.length > 0) await run(addDomains(values));
        }),

      update: (tenant, ifVersion) =>
        access.whole(tenant, async (run) => {
          const values = valuesOf(tenant);
          const [row] = await run(lock(values));
          if (!row || Number(row['version']) !== ifVersion) throw new StaleVersionError(tenant.id);
          const isSame = String(tenantOf(row).provedDomains) === String(tenant.provedDomains);
          if (!isSame) await refuseTaken(run, tenant);
          await run(update(values));
          if (isSame) return;
          await run(dropDomains(values));
          if (tenant.provedDomains.length > 0) await run(addDomains(values));
        }),
    };
  };
}

function valuesOf(tenant: OidcTenantRecord) {
  const { id: tenantId, organizationId, version, state, dueAt = null, provedDomains } = tenant;
  const [domains, document] = [JSON.stringify(provedDomains), JSON.stringify(tenant)];
  return { tenantId, organizationId, version, state, dueAt, domains, document };
}

function tenantOf(row: Row): OidcTenantRecord {
  return JSON.parse(String(row['document'])) as OidcTenantRecord;
}

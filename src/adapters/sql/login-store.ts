import { UniqueConflictError } from '../../storage/errors.js';
import type { LoginLink, LoginStore } from '../../storage/login-store.js';
import type { Row } from './access.js';
import { indexKey } from './lookup-keys.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

export function openLoginStore({ names: { logins }, dialect }: StoreSite): StoreOver<LoginStore> {
  const select = `select o.document from ${logins} as o where o.organization_id = {organizationId}`;
  const find = prepare(`${select} and o.link_key = {linkKey}`, dialect);
  const findByIdentity = prepare(`${select} and o.tenant_id = {tenantId} and o.identity_key = {identityKey}`, dialect);
  const ofUser = prepare(`${select} and o.user_id = {userId} order by o.tenant_id`, dialect);
  const insert = prepare(
    `insert into ${logins} (organization_id, link_key, tenant_id, identity_key, user_id, document) ` +
      'values ({organizationId}, {linkKey}, {tenantId}, {identityKey}, {userId}, {document}) ' +
      'on conflict do nothing returning link_key',
    dialect,
  );
  const remove = prepare(
    `delete from ${logins} where organization_id = {organizationId} and user_id = {userId}`,
    dialect,
  );

  return (access) => ({
    async find({ organizationId }, linkKey) {
      const values = { organizationId, linkKey: indexKey(linkKey) };
      const [row] = await access.read({ organizationId }, (run) => run(find(values)));
      return row && loginOf(row);
    },

    async findByIdentity({ organizationId }, tenantId, identity) {
      const values = { organizationId, tenantId, identityKey: indexKey(identity) };
      const [row] = await access.read({ organizationId }, (run) => run(findByIdentity(values)));
      return row && loginOf(row);
    },

    async ofUser({ organizationId }, userId) {
      return (await access.read({ organizationId }, (run) => run(ofUser({ organizationId, userId })))).map(loginOf);
    },

    async insert({ organizationId }, link) {
      const { tenantId, linkKey, identity, userId } = link;
      const values = {
        organizationId,
        linkKey: indexKey(linkKey),
        tenantId,
        identityKey: indexKey(identity),
        userId,
        document: JSON.stringify(link),
      };
      const rows = await access.single({ organizationId }, (run) => run(insert(values)));
      if (rows.length === 0) throw new UniqueConflictError(`login:${linkKey}`);
    },

    async removeOfUser({ organizationId }, userId) {
      await access.single({ organizationId }, (run) => run(remove({ organizationId, userId })));
    },
  });
}

function loginOf(row: Row): LoginLink {
  return JSON.parse(String(row['document'])) as LoginLink;
}

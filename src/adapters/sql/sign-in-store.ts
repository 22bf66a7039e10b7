import { sha256 } from '../../core/sha256.js';
import type { DurableSignInStore, EndedSessions } from '../../storage/sign-in-store.js';
import { indexKey } from './lookup-keys.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

export function openSignInStore({ names, dialect }: StoreSite): StoreOver<DurableSignInStore> {
  const { consumedKeys, endedSessions } = names;

  const consume = prepare(
    `insert into ${consumedKeys} (organization_id, consumed_key, expires_at) ` +
      'values ({organizationId}, {key}, {expiresAt}) on conflict do nothing returning consumed_key',
    dialect,
  );
  const end = prepare(
    `insert into ${endedSessions} as e (organization_id, origin_key, ended_at, expires_at) ` +
      'values ({organizationId}, {originKey}, {at}, {expiresAt}) on conflict (organization_id, origin_key) do update ' +
      `set ended_at = ${dialect.greatest('e.ended_at', 'excluded.ended_at')}, ` +
      `expires_at = ${dialect.greatest('e.expires_at', 'excluded.expires_at')}`,
    dialect,
  );
  const endedAt = prepare(
    `select max(e.ended_at) as ended_at from ${endedSessions} as e where e.organization_id = {organizationId} ` +
      'and e.origin_key in ({ofSubject}, {ofSession}, {ofBoth})',
    dialect,
  );
  const forget = (table: string, key: string) =>
    prepare<'at' | 'limit'>(
      `delete from ${table} where (organization_id, ${key}) in (select f.organization_id, f.${key} from ${table} as f ` +
        `where f.expires_at < {at} order by f.expires_at limit {limit}) returning ${key}`,
      dialect,
    );
  const forgetting = [forget(consumedKeys, 'consumed_key'), forget(endedSessions, 'origin_key')];

  return (access) => ({
    async consumeOnce(scope, key, _at, expiresAt) {
      const values = { organizationId: scope.organizationId, key: indexKey(key), expiresAt };
      return (await access.single(scope, (run) => run(consume(values)))).length > 0;
    },

    async endSessions(scope, ended, at, expiresAt) {
      const originKey = originKeyOf(ended, ended.subject, ended.sessionId);
      const { organizationId } = scope;
      await access.single(scope, (run) => run(end({ organizationId, originKey, at, expiresAt })));
    },

    async sessionsEndedAt({ organizationId }, origin) {
      const { subject, sessionId } = origin;
      const isOne = sessionId !== undefined;
      const values = {
        organizationId,
        ofSubject: originKeyOf(origin, subject, undefined),
        ofSession: isOne ? originKeyOf(origin, undefined, sessionId) : null,
        ofBoth: isOne ? originKeyOf(origin, subject, sessionId) : null,
      };
      const [row] = await access.read(undefined, (run) => run(endedAt(values)));
      const at = row?.['ended_at'];
      return typeof at === 'string' ? at : undefined;
    },

    forgetExpired: (at, limit) =>
      access.whole(undefined, async (run) => {
        let count = 0;
        for (const statement of forgetting) count += (await run(statement({ at, limit: limit - count }))).length;
        return count;
      }),
  });
}

/** Who is concerned: a person, a login, or the login of a person. Hashed, since issuers and subjects may be long. */
function originKeyOf(
  { tenantId, issuer }: Pick<EndedSessions, 'tenantId' | 'issuer'>,
  subject: string | undefined,
  sessionId: string | undefined,
): string {
  return sha256(JSON.stringify([tenantId, issuer, subject ?? null, sessionId ?? null]));
}

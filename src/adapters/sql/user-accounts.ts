import { foldCase } from '../../core/fold.js';
import { newId } from '../../core/id.js';
import type { ManagedUserStore, User } from '../../storage/host-storage.js';
import { PERSON_STANDINGS } from '../../storage/person-standing.js';
import type { Row } from './access.js';
import { indexKey } from './lookup-keys.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

/** Users over a table of ours. Where the host fills it, with `foldCase` of e-mail addresses as keys. */
export function openUserAccounts({ names, dialect }: StoreSite): StoreOver<ManagedUserStore> {
  const { users, teamMemberships } = names;
  const columns = 'h.id, h.account_id, h.email, h.display_name, h.timezone';
  const select = `select ${columns} from ${users} as h where h.organization_id = {organizationId}`;
  const find = (key: string) => prepare(`${select} and h.${key} = {key} order by h.sequence limit 1`, dialect);
  const byId = find('id');
  const byEmail = find('email_key');
  const byCreation = find('creation_key');
  const list = prepare(`${select} and h.id > {after} order by h.id limit {limit}`, dialect);
  /** A look by the index for each standing, of which the first of all are taken: one for all of them would sort everybody. */
  const listOf = PERSON_STANDINGS.map((_, most) => {
    const parts = Array.from(
      { length: most + 1 },
      (_each, index) =>
        `select * from (select ${columns} from ${users} as h where h.organization_id = {organizationId} ` +
        `and h.standing = {standing${index}} and h.id > {after} order by h.id limit {limit}) as part${index}`,
    );
    return prepare<string>(`select * from (${parts.join(' union all ')}) as h order by h.id limit {limit}`, dialect);
  });
  const create = prepare(
    `insert into ${users} (organization_id, id, account_id, email, email_key, display_name, timezone, creation_key) ` +
      'values ({organizationId}, {id}, {accountId}, {email}, {emailKey}, {displayName}, {timezone}, {creationKey}) ' +
      'on conflict do nothing returning id',
    dialect,
  );
  const update = prepare(
    `update ${users} as h set email = coalesce({email}, h.email), email_key = coalesce({emailKey}, h.email_key), ` +
      'display_name = coalesce({displayName}, h.display_name), timezone = coalesce({timezone}, h.timezone) ' +
      'where h.organization_id = {organizationId} and h.id = {id}',
    dialect,
  );
  const setAccess = prepare(
    `update ${users} set access = {access} where organization_id = {organizationId} and id = {id}`,
    dialect,
  );
  const remove = prepare(`delete from ${users} where organization_id = {organizationId} and id = {id}`, dialect);
  const leave = prepare(
    `delete from ${teamMemberships} where organization_id = {organizationId} and user_id = {id}`,
    dialect,
  );

  return (access) => {
    const first = async (statement: ReturnType<typeof byId>) => {
      const [row] = await access.read(undefined, (run) => run(statement));
      return row && userOf(row);
    };
    return {
      get: ({ organizationId }, key) => first(byId({ organizationId, key })),
      findByEmail: ({ organizationId }, email) => first(byEmail({ organizationId, key: foldCase(email) })),

      async list({ organizationId }, { after, limit, standings }) {
        const values = { organizationId, after, limit };
        if (!standings) return (await access.read(undefined, (run) => run(list(values)))).map(userOf);
        const wanted = [...new Set(standings)];
        const listed = listOf[wanted.length - 1];
        if (!listed) return [];
        const named = Object.fromEntries(wanted.map((standing, index) => [`standing${index}`, standing]));
        return (await access.read(undefined, (run) => run(listed({ ...values, ...named })))).map(userOf);
      },

      create: ({ organizationId }, { key, email, displayName, timezone, accountId }) =>
        access.whole({ organizationId }, async (run) => {
          const creationKey = indexKey(key);
          const values = {
            organizationId,
            id: newId(),
            accountId: accountId ?? null,
            email,
            emailKey: foldCase(email),
            displayName: displayName ?? null,
            timezone: timezone ?? null,
            creationKey,
          };
          await run(create(values));
          const [row] = await run(byCreation({ organizationId, key: creationKey }));
          return userOf(row ?? {});
        }),

      async update({ organizationId }, id, { email, displayName, timezone }) {
        const values = {
          organizationId,
          id,
          email: email ?? null,
          emailKey: email === undefined ? null : foldCase(email),
          displayName: displayName ?? null,
          timezone: timezone ?? null,
        };
        await access.single({ organizationId }, (run) => run(update(values)));
      },

      async setAccess({ organizationId }, id, to) {
        await access.single({ organizationId }, (run) => run(setAccess({ organizationId, id, access: to })));
      },

      remove: ({ organizationId }, id) =>
        access.whole({ organizationId }, async (run) => {
          await run(leave({ organizationId, id }));
          await run(remove({ organizationId, id }));
        }),
    };
  };
}

function userOf(row: Row): User {
  const { account_id: accountId, display_name: displayName, timezone } = row;
  return {
    id: String(row['id']),
    ...(typeof accountId === 'string' && { accountId }),
    email: String(row['email']),
    ...(typeof displayName === 'string' && { displayName }),
    ...(typeof timezone === 'string' && { timezone }),
  };
}

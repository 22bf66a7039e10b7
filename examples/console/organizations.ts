import type { Organization } from 'express-sso-scim';
import type { Kysely } from 'kysely';

/** The organizations of the application. The library reads them and never writes any. */
export interface Organizations {
  list(): Promise<readonly Organization[]>;
  get(id: string): Promise<Organization | undefined>;
  /** Adds one. Answers the one of that id, which is another where somebody was faster. */
  add(organization: Organization): Promise<Organization>;
}

type Tables = {
  readonly sso_organizations: { readonly id: string; readonly name: string; readonly root_user_id: string | null };
};

/** Keeps organizations in the table of the SQL adapter. One that has such a table already puts its own store in place. */
export function openOrganizations(kysely: Kysely<unknown>): Organizations {
  const database = kysely.withTables<Tables>();
  const all = database.selectFrom('sso_organizations').select(['id', 'name', 'root_user_id']);
  return {
    list: async () => (await all.orderBy('id').execute()).map(organizationOf),
    async get(id) {
      const row = await all.where('id', '=', id).executeTakeFirst();
      return row && organizationOf(row);
    },
    async add({ id, name, rootUserId }) {
      const row = { id, name, root_user_id: rootUserId ?? null };
      await database
        .insertInto('sso_organizations')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doNothing())
        .execute();
      return organizationOf(await all.where('id', '=', id).executeTakeFirstOrThrow());
    },
  };
}

function organizationOf({ id, name, root_user_id: rootUserId }: Tables['sso_organizations']): Organization {
  return { id, name, ...(rootUserId !== null && { rootUserId }) };
}

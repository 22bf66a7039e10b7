import type { OrganizationStore } from 'express-sso-scim';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.js';

/** The customers of the application as organizations. */
export function createCustomerStore(database: Kysely<Tables>): OrganizationStore {
  return {
    async get(organizationId) {
      const customer = await database
        .selectFrom('customers')
        .selectAll()
        .where('id', '=', organizationId)
        .executeTakeFirst();
      if (!customer) return undefined;
      const { id, title: name, founder } = customer;
      return { id, name, ...(founder !== null && { rootUserId: founder }) };
    },
  };
}

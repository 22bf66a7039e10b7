import { foldCase, type User, type UserStore } from 'express-sso-scim';
import type { Kysely, Selectable } from 'kysely';
import type { Tables } from './tables.js';

/** The members of a customer as the users of an organization. */
export function createMemberStore(database: Kysely<Tables>): UserStore {
  // The customer is part of every statement: an id of another one finds nothing.
  const membersOf = (customer: string) => database.selectFrom('members').selectAll().where('customer', '=', customer);

  return {
    async get({ organizationId }, userId) {
      const member = await membersOf(organizationId).where('id', '=', userId).executeTakeFirst();
      return member && userOf(member);
    },

    async findByEmail({ organizationId }, email) {
      const member = await membersOf(organizationId).where('mail_key', '=', foldCase(email)).executeTakeFirst();
      return member && userOf(member);
    },
  };
}

function userOf({ id, mail, full_name: name }: Selectable<Tables['members']>): User {
  return { id, email: mail, ...(name !== null && { displayName: name }) };
}

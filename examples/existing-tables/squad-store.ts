import { foldCase, type TeamStore } from 'express-sso-scim';
import type { Kysely } from 'kysely';
import type { Tables } from './tables.js';

/** The squads of a customer as the teams of an organization. */
export function createSquadStore(database: Kysely<Tables>): TeamStore {
  const squadsOf = (customer: string) =>
    database.selectFrom('squads').select(['id', 'title as name']).where('customer', '=', customer);

  return {
    get: ({ organizationId }, teamId) => squadsOf(organizationId).where('id', '=', teamId).executeTakeFirst(),
    findByName: ({ organizationId }, name) =>
      squadsOf(organizationId).where('title_key', '=', foldCase(name)).executeTakeFirst(),
  };
}

import express, { type Express } from 'express';
import { composeStorage, createScimRouter, type JoinableStorage } from 'express-sso-scim';
import { createSqlStorage, migrate } from 'express-sso-scim/adapters/sql';
import type { Kysely } from 'kysely';
import { createCustomerStore } from './customer-store.js';
import { createMemberStore } from './member-store.js';
import { createSquadStore } from './squad-store.js';
import { createTables, type Tables } from './tables.js';

/**
 * A storage in which customers, members and squads are those of the application, and everything else is in tables of
 * the library beside them. Each part is made from what it is given: the database, or a transaction in which both take
 * part.
 */
export async function openStorage(database: Kysely<Tables>): Promise<JoinableStorage<Kysely<Tables>>> {
  await createTables(database);
  await migrate(database);
  return composeStorage(createSqlStorage(database), {
    organizations: createCustomerStore,
    users: createMemberStore,
    teams: createSquadStore,
  });
}

/** The application: SCIM beside a page of its own. */
export function createApplication(storage: JoinableStorage<Kysely<Tables>>, baseUrl: string): Express {
  const app = express();
  app.use('/scim/v2', createScimRouter(storage, { baseUrl: `${baseUrl}/scim/v2` }));
  app.get('/customers/:id', async ({ params: { id } }, response) => {
    const customer = await storage.organizations.get(id);
    response.status(customer ? 200 : 404).json(customer ?? { error: 'There is no such customer.' });
  });
  return app;
}

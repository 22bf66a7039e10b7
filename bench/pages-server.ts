import express from 'express';
import {
  type AdminAccess,
  createAdminRouter,
  createKeyRing,
  DEFAULT_PROVISIONING_POLICY,
  type ManagedStorage,
  type TrafficStores,
} from 'express-sso-scim';
import pg from 'pg';
import { createHeldClock } from './held-clock.js';
import { openMemory } from './page-memory-fill.js';
import { type BulkFill, fillPages, type PagePlaces } from './page-organization.js';
import { pageScales } from './page-population.js';
import { postgresFill } from './page-postgres-fill.js';
import { readSettings, serve } from './serve.js';
import { openTables, settle } from './tables.js';

const ORIGIN = 'https://app.example.com';
const MOUNT = '/settings';

const { instant, scale, database } = readSettings();
const scales = pageScales(scale.users, database ? 'postgres' : 'memory');
const clock = createHeldClock(instant);
const keyRing = createKeyRing({ writeWith: 'one', keys: { one: Buffer.alloc(32, 7).toString('base64url') } });
const pool = database && new pg.Pool({ connectionString: database.connectionString });
const { storage, bulk }: { readonly storage: ManagedStorage & TrafficStores; readonly bulk: BulkFill } =
  database && pool
    ? { storage: openTables(database).storage, bulk: postgresFill(pool, database.schema) }
    : openMemory(scales);
const places: PagePlaces[] = [];
for (const each of scales) places.push(await fillPages({ storage, bulk, clock, keyRing }, each));
if (pool) await settle(pool);
clock.letGo();

const app = express();
app.set('etag', false);
app.disable('x-powered-by');
app.use(
  MOUNT,
  createAdminRouter(storage, {
    baseUrl: `${ORIGIN}${MOUNT}`,
    scimBaseUrl: `${ORIGIN}/scim/v2`,
    signInBaseUrl: ORIGIN,
    keyRing,
    clock,
    lookupTxt: async () => [],
    provisioning: { mappingMode: 'manual', policy: DEFAULT_PROVISIONING_POLICY },
    authorize: ({ headers }, organizationId = 'small'): AdminAccess => ({
      organizationId,
      actor: { id: 'owner', name: 'The owner' },
      role: headers['x-role'] === 'operator' ? 'operator' : 'owner',
      features: ['oidc', 'scim'],
    }),
  }),
);

serve(app, { places: () => places });

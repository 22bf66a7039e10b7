import express from 'express';
import { createScimRouter } from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { measureGrowth } from './growth.js';
import { createHeldClock } from './held-clock.js';
import { createDirectory, fillDirectory } from './new-directory.js';
import { BASE_URL, MOUNT, readSettings, serve } from './serve.js';
import { openTables } from './tables.js';

const { instant, scale, database, traffic = false } = readSettings();
const clock = createHeldClock(instant);
const storage = database ? openTables(database).storage : createMemoryStorage();
const token = database?.token ?? (await createDirectory(storage, clock));
if (!database) await fillDirectory(storage, clock, scale);

const app = express();
app.set('etag', false);
app.disable('x-powered-by');
app.use(MOUNT, createScimRouter(storage, { baseUrl: BASE_URL, clock, traffic }));

serve(app, {
  token: () => token,
  letGo: () => clock.letGo(),
  growth: () => measureGrowth(storage, token, scale),
});

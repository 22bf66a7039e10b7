import express from 'express';
import {
  createDirectories,
  createDirectoryTokens,
  createScimRouter,
  type DirectoryScope,
  foldCase,
  type Storage,
} from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { measureGrowth } from './growth.js';
import { createHeldClock } from './held-clock.js';
import { planGroups, type Scale, userAttributes, userId } from './population.js';
import { BASE_URL, DIRECTORY_ID, MOUNT, noteProgress, readSettings, serve } from './serve.js';

const { instant, scale } = readSettings();
const clock = createHeldClock(instant);
const storage = createMemoryStorage();
const directory = await createDirectories({ storage, clock }).create({
  organizationId: 'bench',
  id: DIRECTORY_ID,
  name: 'Benchmark',
});
const { token } = await createDirectoryTokens({ storage, clock }).issue({ directory, name: 'benchmark' });
await fill(storage, { organizationId: 'bench', directoryId: DIRECTORY_ID }, scale);

const app = express();
app.set('etag', false);
app.disable('x-powered-by');
app.use(MOUNT, createScimRouter(storage, { baseUrl: BASE_URL, clock }));

serve(app, {
  token: () => token,
  letGo: () => clock.letGo(),
  growth: () => measureGrowth(storage, token, scale),
});

/** Fills the directory through the storage port, at the instant at which the clock stands. */
async function fill(storage: Storage, scope: DirectoryScope, scale: Scale): Promise<void> {
  const created = new Date(instant).toISOString();
  for (let index = 0; index < scale.users; index += 1) {
    const attributes = userAttributes(index);
    const uniqueKeys = [`userName:${foldCase(String(attributes['userName']))}`];
    await storage.directoryUsers.insert(scope, { id: userId(index), created, attributes, uniqueKeys });
    noteProgress('users of ours', index + 1, scale.users);
  }
  for (const { id, attributes, members } of planGroups(scale)) {
    const [from, to] = members;
    const uniqueKeys = [`displayName:${foldCase(String(attributes['displayName']))}`];
    const ids = Array.from({ length: to - from }, (_, offset) => userId(from + offset));
    await storage.groups.insert(scope, { id, created, attributes, uniqueKeys }, { ids, unknown: 'refuse' });
  }
}

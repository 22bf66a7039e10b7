import {
  type Clock,
  createDirectories,
  createDirectoryTokens,
  type DirectoryScope,
  foldCase,
  type Storage,
} from 'express-sso-scim';
import { planGroups, type Scale, userAttributes, userId } from './population.js';
import { DIRECTORY_ID, noteProgress, ORGANIZATION_ID } from './serve.js';

const SCOPE: DirectoryScope = { organizationId: ORGANIZATION_ID, directoryId: DIRECTORY_ID };
const AT_ONCE = 20;

/** Adds the directory, and gives a token for it. */
export async function createDirectory(storage: Storage, clock: Clock): Promise<string> {
  const directory = await createDirectories({ storage, clock }).create({
    organizationId: ORGANIZATION_ID,
    id: DIRECTORY_ID,
    name: 'Benchmark',
  });
  const { token } = await createDirectoryTokens({ storage, clock }).issue({ directory, name: 'benchmark' });
  return token;
}

/** Fills the directory through the storage port, at the instant at which the clock stands. */
export async function fillDirectory(storage: Storage, clock: Clock, scale: Scale): Promise<void> {
  const created = new Date(clock.now()).toISOString();
  for (let first = 0; first < scale.users; first += AT_ONCE) {
    const few = Array.from({ length: Math.min(AT_ONCE, scale.users - first) }, (_, offset) => first + offset);
    await Promise.all(few.map((index) => addUser(storage, index, created)));
    noteProgress('users of ours', first + few.length, scale.users);
  }
  for (const { id, attributes, members } of planGroups(scale)) {
    const [from, to] = members;
    const uniqueKeys = [`displayName:${foldCase(String(attributes['displayName']))}`];
    const ids = Array.from({ length: to - from }, (_, offset) => userId(from + offset));
    await storage.groups.insert(SCOPE, { id, created, attributes, uniqueKeys }, { ids, unknown: 'refuse' });
  }
}

/** Adds the user of a number through the storage port. */
export async function addUser(storage: Storage, index: number, created: string): Promise<void> {
  const attributes = userAttributes(index);
  const uniqueKeys = [`userName:${foldCase(String(attributes['userName']))}`];
  await storage.directoryUsers.insert(SCOPE, { id: userId(index), created, attributes, uniqueKeys });
}

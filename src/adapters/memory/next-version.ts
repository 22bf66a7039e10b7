import type { StoredResource } from '../../storage/resource-store.js';

/** The version after this one. `lastModified` always moves forward, also when the given time is not later. */
export function nextVersion(
  { version, lastModified }: StoredResource,
  at: string,
): Pick<StoredResource, 'version' | 'lastModified'> {
  const isLater = at > lastModified;
  return {
    version: version + 1,
    lastModified: isLater ? at : new Date(Date.parse(lastModified) + 1).toISOString(),
  };
}

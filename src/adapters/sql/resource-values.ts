import type { JsonObject } from '../../storage/resource-store.js';
import type { DirectoryScope } from '../../storage/scope.js';
import { indexKey, lookupKeys } from './lookup-keys.js';
import { searchDocument } from './search-document.js';
import type { SqlValue } from './sql-text.js';

/** What a caller gives of a resource, new or changed. */
export interface ResourceInput {
  readonly id: string;
  readonly type: string;
  readonly attributes: JsonObject;
  readonly uniqueKeys: readonly string[];
  readonly accessEnding?: true;
}

/** The same as values of a statement. */
export interface ResourceValues extends Readonly<Record<string, SqlValue>> {
  readonly organizationId: string;
  readonly directoryId: string;
  readonly id: string;
  readonly type: string;
  /** JSON lists: as given, and as they are in the index. */
  readonly uniqueKeys: string;
  readonly keyEntries: string;
  readonly emails: string;
}

export function resourceValues(scope: DirectoryScope, input: ResourceInput): ResourceValues {
  const { id, type, attributes, uniqueKeys, accessEnding } = input;
  const { emails, ...columns } = lookupKeys(type, attributes);
  return {
    organizationId: scope.organizationId,
    directoryId: scope.directoryId,
    id,
    type,
    attributes: JSON.stringify(attributes),
    search: searchDocument(id, attributes),
    uniqueKeys: JSON.stringify(uniqueKeys),
    // In one order for everybody, so that two who want the same keys do not wait for each other.
    keyEntries: JSON.stringify([...new Set(uniqueKeys.map(indexKey))].sort()),
    emails: JSON.stringify(emails),
    accessEnding: accessEnding ? 1 : 0,
    ...columns,
  };
}

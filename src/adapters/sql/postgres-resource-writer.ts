import type { GroupWriter } from './group-writer.js';
import { listOf } from './resource-rows.js';
import { outcomeOf, type ResourceWriter } from './resource-writer.js';
import { prepare } from './sql-text.js';
import type { StoreSite } from './store-site.js';

const RESOURCE =
  '{id}, {type}, {attributes}, {search}, {uniqueKeys}, {keyEntries}, {accessEnding}, {userName}, {displayName}, ' +
  '{userNameKey}, {externalIdKey}, {displayNameKey}, {emails}';

/**
 * Writes by one statement each. Keys that somebody takes at the same moment make it fail as a whole; tried again, it
 * finds them held.
 */
export function createPostgresWriter(site: StoreSite): ResourceWriter {
  const insert = insertStatement(site, "'[]', 0, 0");
  return {
    isSingle: true,
    insert: async (run, values) => outcomeOf((await run(insert(values)))[0]),
    update: prepareUpdate(site),
  };
}

/** The same for groups. */
export function createPostgresGroupWriter(site: StoreSite): GroupWriter {
  const insert = insertStatement(site, '{members}, {shard}, {skip}');
  return {
    isSingle: true,
    async insert(run, values) {
      const [row] = await run(insert(values));
      return { ...outcomeOf(row), missing: listOf(row?.['missing']), memberCount: Number(row?.['member_count']) };
    },
    update: prepareUpdate(site),
  };
}

function insertStatement({ names, dialect }: StoreSite, members: string) {
  return prepare(
    `select * from ${names.insertResource}({organizationId}, {directoryId}, {created}, ${RESOURCE}, ${members})`,
    dialect,
  );
}

function prepareUpdate({ names, dialect }: StoreSite): ResourceWriter['update'] {
  const update = prepare(
    `select * from ${names.updateResource}({organizationId}, {directoryId}, {ifVersion}, {at}, ${RESOURCE})`,
    dialect,
  );
  return async (run, values) => {
    const [row] = await run(update(values));
    return row ? { ...outcomeOf(row), row } : { held: [] };
  };
}

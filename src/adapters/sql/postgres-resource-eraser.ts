import { StaleVersionError } from '../../storage/errors.js';
import { shardOf } from './group-counters.js';
import type { ResourceEraser } from './resource-eraser.js';
import { prepare } from './sql-text.js';
import type { StoreSite } from './store-site.js';

/** Deletes by the function that is made for it. */
export function createPostgresEraser({ names, dialect }: StoreSite): ResourceEraser {
  const erase = prepare(
    `select * from ${names.eraseResource}({organizationId}, {directoryId}, {id}, {type}, {ifVersion}, {at}, ` +
      '{accessEnding}, {kept}, {shard})',
    dialect,
  );
  return async (run, { organizationId, directoryId }, { at = null, kept = null, accessEnding, ...target }) => {
    const rest = { at, kept, accessEnding: accessEnding ? 1 : 0, shard: shardOf(target.id) };
    const erased = await run(erase({ organizationId, directoryId, ...target, ...rest }));
    if (erased.length === 0) throw new StaleVersionError(target.id);
  };
}

import { setTimeout } from 'node:timers/promises';
import { StorageUnavailableError } from '../../storage/errors.js';
import type { SqlDialect } from './sql-dialect.js';
import { messageOf } from './thrown.js';

const ATTEMPTS = 9;
/** Milliseconds that nobody waits longer for between two attempts. */
const LONGEST_PAUSE = 500;

/**
 * Does something that can be done again: a single statement, or a transaction. While others are in the way it is tried
 * again, each time after a longer pause of random length. Faults of the database become errors of the port.
 * @throws {StorageUnavailableError}
 */
export async function withRetries<T>(dialect: Pick<SqlDialect, 'faultOf'>, attempt: () => Promise<T>): Promise<T> {
  for (let count = 1; ; count += 1) {
    try {
      return await attempt();
    } catch (error) {
      switch (dialect.faultOf(error)) {
        case 'conflict':
          if (count === ATTEMPTS) {
            throw new StorageUnavailableError('others kept changing the same rows', { cause: error, retryAfter: 1 });
          }
          await setTimeout(Math.min(LONGEST_PAUSE, 4 * 2 ** count) * Math.random());
          break;
        case 'unavailable':
          throw new StorageUnavailableError(`the database cannot be reached, or cannot write (${messageOf(error)})`, {
            cause: error,
          });
        case 'unmigrated':
          throw new StorageUnavailableError(
            `the tables of express-sso-scim are missing or of another version (${messageOf(error)}): run migrate(kysely)`,
            { cause: error },
          );
        default:
          throw error;
      }
    }
  }
}

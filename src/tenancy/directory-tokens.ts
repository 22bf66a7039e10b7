import { type Clock, systemClock } from '../core/clock.js';
import { ConfigurationError, createOptionsValidator } from '../core/configuration.js';
import { newId } from '../core/id.js';
import { toInstant } from '../core/instant.js';
import type { Directory, DirectoryStore, DirectoryToken } from '../storage/directory-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import { createBearerToken } from './bearer-token.js';
import { NAME_SCHEMA } from './name-schema.js';
import { SCOPE_PATTERN } from './scopes.js';

export interface DirectoryTokensOptions {
  readonly storage: { readonly directories: Pick<DirectoryStore, 'insertToken' | 'listTokens' | 'revokeToken'> };
  readonly clock?: Clock;
}

export interface NewDirectoryToken {
  readonly directory: Pick<Directory, 'id' | 'organizationId'>;
  readonly name: string;
  /** `users`, `groups` or another endpoint in lower case, each with `:read` where the token may not write; all unless given. */
  readonly scopes?: readonly string[];
  /** ISO 8601, in the future; never unless given. */
  readonly expiresAt?: string;
}

/** What may be shown of a token. */
export type DirectoryTokenRecord = Omit<DirectoryToken, 'hash'>;

export interface IssuedToken {
  readonly id: string;
  /** The secret. It is kept nowhere: show it now. */
  readonly token: string;
  readonly record: DirectoryTokenRecord;
}

/** The bearer tokens of directories. Several may live at once, so that one can replace another without a gap. */
export interface DirectoryTokens {
  /** @throws {ConfigurationError} when what was given cannot be a token. */
  issue(token: NewDirectoryToken): Promise<IssuedToken>;
  /** All tokens of a directory, also those that have expired or been revoked. */
  list(scope: DirectoryScope): Promise<readonly DirectoryTokenRecord[]>;
  /** Idempotent. Answers whether there is such a token; every node refuses it within seconds. */
  revoke(scope: DirectoryScope, tokenId: string): Promise<boolean>;
}

const parseNew = createOptionsValidator<NewDirectoryToken>('directoryTokens.issue', {
  properties: {
    directory: {
      type: 'object',
      properties: { id: { type: 'string' }, organizationId: { type: 'string' } },
      required: ['id', 'organizationId'],
    },
    name: NAME_SCHEMA,
    scopes: {
      type: 'array',
      minItems: 1,
      maxItems: 100,
      description: 'a list of at least one scope; leave it out for a token that may do everything',
      items: {
        type: 'string',
        pattern: SCOPE_PATTERN.source,
        description: '"users", "groups" or another endpoint in lower case, with ":read" where the token may not write',
      },
    },
    expiresAt: { type: 'string' },
  },
  required: ['directory', 'name'],
});

/**
 * Creates what issues and revokes the tokens of directories.
 *
 * @example
 * const tokens = createDirectoryTokens({ storage });
 * const { token } = await tokens.issue({ directory, name: 'Entra ID', expiresAt: '2030-01-31T00:00:00Z' });
 */
export function createDirectoryTokens({ storage, clock = systemClock }: DirectoryTokensOptions): DirectoryTokens {
  const { directories } = storage;

  return {
    async issue(given) {
      const { directory, name, scopes, expiresAt } = parseNew(given);
      const now = clock.now();
      const { token, hash } = createBearerToken();
      const record: DirectoryTokenRecord = {
        id: newId(),
        directoryId: directory.id,
        organizationId: directory.organizationId,
        name,
        ...(scopes && { scopes: [...new Set(scopes)] }),
        createdAt: new Date(now).toISOString(),
        ...(expiresAt !== undefined && { expiresAt: futureTime(expiresAt, now) }),
      };
      await directories.insertToken({ ...record, hash });
      return { id: record.id, token, record };
    },

    async list({ organizationId, directoryId }) {
      const tokens = await directories.listTokens({ organizationId }, directoryId);
      return tokens.map(({ hash: _, ...record }) => record);
    },

    revoke: ({ organizationId, directoryId }, tokenId) =>
      directories.revokeToken({ organizationId }, directoryId, tokenId, new Date(clock.now()).toISOString()),
  };
}

function futureTime(text: string, now: number): string {
  const instant = toInstant(text);
  const message =
    instant === undefined
      ? 'must be a time in ISO 8601 such as "2030-01-31T00:00:00Z"'
      : 'lies in the past: give a later time, or leave it out for a token that never expires';
  if (instant === undefined || !(Date.parse(instant) > now)) {
    throw new ConfigurationError('directoryTokens.issue', [{ path: 'expiresAt', message }]);
  }
  return new Date(instant).toISOString();
}

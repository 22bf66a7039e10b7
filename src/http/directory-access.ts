import type { Request } from 'express';
import type { Clock } from '../core/clock.js';
import type { Logger } from '../core/logger.js';
import { notFound, type ScimError } from '../scim/error.js';
import type { Directory } from '../storage/directory-store.js';
import type { Storage } from '../storage/storage.js';
import { type AuthenticationFailure, createAuthenticator } from '../tenancy/authenticator.js';
import { readAuthorization } from '../tenancy/bearer-token.js';
import { createDirectoryLocator, isAddressedBy } from '../tenancy/directory-locator.js';
import type { DirectoryPrincipal } from '../tenancy/principal.js';
import { AccessRefusal } from './access-refusal.js';
import { requestHost } from './request-host.js';
import type { ScimRouterOptions } from './scim-router-options.js';

/** Finds out which directory a request is for and who sends it. */
export interface DirectoryAccess {
  /** @throws {ScimError} 401, 403 or 404. */
  authenticate(request: Request, address: string | undefined): Promise<DirectoryPrincipal>;
  /** The directory without asking who sends the request; `undefined` where only a token would tell. */
  locate(request: Request, address: string | undefined): Promise<Directory | undefined>;
}

export type DirectoryAccessOptions = Required<Pick<ScimRouterOptions, 'directoryFrom' | 'kind' | 'tokenCacheSeconds'>> &
  Pick<ScimRouterOptions, 'authenticate'> & {
    readonly storage: Storage;
    readonly clock: Clock;
    readonly logger: Logger;
  };

const REFUSALS: Readonly<Record<AuthenticationFailure, string>> = {
  malformed: 'This is no token of this service. Copy the whole token into the identity provider again.',
  unknown: 'This token is not known for this address. Check the base URL, or create a new token.',
  expired: 'This token has expired. Create a new one and enter it in the identity provider.',
  revoked: 'This token has been revoked. Create a new one and enter it in the identity provider.',
  directory_disabled: 'This directory is switched off. Its owner can switch it on again.',
};

/** Creates the check by bearer tokens, or by the host's own function where it brings one. */
export function createDirectoryAccess(options: DirectoryAccessOptions): DirectoryAccess {
  const { storage, clock, logger, directoryFrom, kind, tokenCacheSeconds: cacheSeconds } = options;
  const authenticator = createAuthenticator({ storage, clock, logger, cacheSeconds });
  const byId = createDirectoryLocator({ storage, clock, mode: 'path', cacheSeconds });
  const byHost = createDirectoryLocator({ storage, clock, mode: 'host', cacheSeconds });

  async function byToken(request: Request, address: string | undefined): Promise<DirectoryPrincipal> {
    const token = readAuthorization(request.headers.authorization);
    if (token === undefined) throw unauthorized('Send the token of the directory in the Authorization header.');
    const result = await authenticator.authenticate(token);
    if (!result.ok) throw refused(result.reason);
    const { directory } = result.principal;
    const agrees = directoryFrom === 'token' || isAddressedBy(directory, directoryFrom, addressOf(request, address));
    // The same words as for a token that nobody knows: a foreign address must not learn that the token is good.
    if (!agrees || directory.kind !== kind) throw refused('unknown');
    return result.principal;
  }

  async function byHostFunction(
    ask: NonNullable<ScimRouterOptions['authenticate']>,
    request: Request,
    address: string | undefined,
  ): Promise<DirectoryPrincipal> {
    const known = await ask(request);
    if (!known) throw unauthorized('The request is not authenticated.');
    const directory = await locate(request, directoryFrom === 'token' ? known.directoryId : address);
    if (!directory || directory.id !== known.directoryId) throw refused('unknown');
    const { scopes, userId } = known;
    return { directory, ...(scopes ? { scopes } : {}), ...(userId === undefined ? {} : { userId }) };
  }

  async function locate(request: Request, address: string | undefined): Promise<Directory | undefined> {
    if (directoryFrom !== 'host' && address === undefined) return undefined;
    const locator = directoryFrom === 'host' ? byHost : byId;
    const result = await locator.locate(directoryFrom === 'host' ? requestHost(request) : (address ?? ''));
    if (!result.ok && result.reason === 'directory_disabled') throw refused('directory_disabled');
    if (!result.ok || result.directory.kind !== kind) throw notFound('There is no directory at this address.');
    return result.directory;
  }

  function addressOf(request: Request, address: string | undefined): string {
    return directoryFrom === 'host' ? requestHost(request) : (address ?? '');
  }

  const { authenticate } = options;
  return {
    authenticate: authenticate ? (request, address) => byHostFunction(authenticate, request, address) : byToken,
    locate,
  };
}

function refused(reason: AuthenticationFailure): ScimError {
  return reason === 'directory_disabled'
    ? new AccessRefusal(403, reason, REFUSALS[reason])
    : new AccessRefusal(401, reason, REFUSALS[reason]);
}

function unauthorized(detail: string): ScimError {
  return new AccessRefusal(401, 'none', detail);
}

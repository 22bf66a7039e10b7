import type { Request, Response } from 'express';
import type { Clock } from '../../core/clock.js';
import type { KeyRing } from '../../core/key-ring.js';
import type { Logger } from '../../core/logger.js';
import { sha256 } from '../../core/sha256.js';
import { type CallbackParameters, readParameter } from '../../oidc/callback-parameters.js';
import { CLOCK_TOLERANCE } from '../../oidc/client-configuration.js';
import type { OidcEngine } from '../../oidc/oidc-engine.js';
import { OidcError } from '../../oidc/oidc-error.js';
import type { SignInStore } from '../../storage/sign-in-store.js';
import type { OidcTenant } from '../../tenancy/oidc-tenant.js';
import type { TenantResolver } from '../../tenancy/tenant-resolver.js';
import { isSecureUrl } from './base-url.js';
import { endSession, readSignIn, type SignInRecord } from './host-session.js';
import { readCookies } from './request-cookies.js';

export interface LogoutOptions {
  readonly engine: OidcEngine;
  readonly tenantResolver: TenantResolver;
  readonly signIns: SignInStore;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long sessions of the host live at most. */
  readonly sessionSeconds: number;
}

/** Logout from either side. */
export interface Logout {
  /** Ends the session here and answers where the browser goes: to the provider's own logout, or `returnTo`. */
  leave(request: Request, response: Response, baseUrl: string, returnTo: string): Promise<string>;
  /** The browser comes back from the provider. Answers where it goes. @throws {OidcError} `logout_invalid` */
  comeBack(request: Request, response: Response, baseUrl: string, parameters: CallbackParameters): string;
  /** A provider says that sessions have ended. @throws {OidcError} */
  hear(tenant: OidcTenant, parameters: CallbackParameters): Promise<void>;
}

const NAME = 'sso-logout';
const SECONDS = 600;
const REMEMBERED = 3_600_000;

/** Creates {@link Logout}. */
export function createLogout(options: LogoutOptions): Logout {
  const { engine, tenantResolver, signIns, clock, logger } = options;
  const sealer = options.keyRing.sealer('logout');

  /** The session here is over whatever the provider does. */
  async function providerLogout(record: SignInRecord | undefined, postLogoutRedirectUri: string) {
    const tenant = record && (await tenantResolver.byId(record.tenantId));
    if (!tenant) return undefined;
    const hint = record.idToken === undefined ? {} : { idTokenHint: record.idToken };
    try {
      return await engine.startLogout(tenant, { postLogoutRedirectUri, ...hint });
    } catch (error) {
      if (!(error instanceof OidcError)) throw error;
      const { code, details } = error;
      logger.warn({ tenantId: tenant.id, code, details }, 'the logout at the provider could not be begun');
      return undefined;
    }
  }

  return {
    async leave(request, response, baseUrl, returnTo) {
      const record = readSignIn(request);
      await endSession(request);
      const started = await providerLogout(record, `${baseUrl}/logged-out`);
      if (!started) return returnTo;
      const { name, attributes } = cookieAt(baseUrl);
      const value = sealer.seal(JSON.stringify([started.state, returnTo]), name);
      response.cookie(name, value, { ...attributes, maxAge: SECONDS * 1000 });
      return started.url;
    },

    comeBack(request, response, baseUrl, parameters) {
      const { name, attributes } = cookieAt(baseUrl);
      const cookie = readCookies(request, name).find((each) => each.name === name);
      const opened = cookie && sealer.open(cookie.value, name);
      const [state, returnTo = ''] = opened === undefined ? [] : (JSON.parse(opened) as string[]);
      if (cookie) response.clearCookie(name, attributes);
      engine.completeLogout(state, parameters);
      return returnTo;
    },

    async hear(tenant, parameters) {
      const token = readParameter(parameters, 'logout_token');
      if (token === undefined) throw new OidcError('logout_invalid', { reason: 'no token' });
      const { issuer, subject, sessionId, tokenId, issuedAt, expiresAt } = await engine.verifyLogoutToken(
        tenant,
        token,
      );
      const scope = { organizationId: tenant.organizationId };
      const now = clock.now();
      // Not later than it was said, so that a token that comes late or again ends nothing that began meanwhile.
      const at = instant(Math.min(now, issuedAt + CLOCK_TOLERANCE * 1000));
      const ended = {
        tenantId: tenant.id,
        issuer,
        ...(subject !== undefined && { subject }),
        ...(sessionId !== undefined && { sessionId }),
      };
      // First what can be repeated: a provider sends the token again after a failure.
      await signIns.endSessions(scope, ended, at, instant(now + options.sessionSeconds * 1000));
      const key = `logout:${tenant.id}:${sha256(tokenId)}`;
      const until = instant(Math.max(expiresAt, now) + REMEMBERED);
      if (!(await signIns.consumeOnce(scope, key, instant(now), until))) {
        throw new OidcError('logout_invalid', { reason: 'used before' });
      }
    },
  };
}

function cookieAt(baseUrl: string) {
  const secure = isSecureUrl(baseUrl);
  const attributes = { httpOnly: true, secure, sameSite: 'lax', path: '/' } as const;
  return { name: secure ? `__Host-${NAME}` : NAME, attributes };
}

function instant(time: number): string {
  return new Date(time).toISOString();
}

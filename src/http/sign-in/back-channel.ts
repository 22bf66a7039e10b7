import type { Request, Response } from 'express';
import type { Logger } from '../../core/logger.js';
import { isStorableText } from '../../core/storable-text.js';
import type { TenantResolver } from '../../tenancy/tenant-resolver.js';
import type { Logout } from './logout.js';
import type { SignInRateLimiter } from './rate-limit.js';
import { noteRefusal } from './refusal-writer.js';
import { callbackParameters } from './sign-in-body.js';
import { protectAnswer } from './sign-in-page.js';
import { asRefusal, SignInRefusal } from './sign-in-refusal.js';

export interface BackChannelOptions {
  readonly tenantResolver: TenantResolver;
  readonly logout: Pick<Logout, 'hear'>;
  readonly limiter: SignInRateLimiter;
  readonly logger: Logger;
}

/** Hears a provider say that sessions have ended, and answers it. */
export type BackChannel = (request: Request, response: Response, tenantId: string) => Promise<void>;

/**
 * Creates a {@link BackChannel}, which answers as OpenID Connect Back-Channel Logout 1.0 section 2.8 says. A provider that
 * ends thousands of sessions says so thousands of times, so what holds has a wide limit, and only what is refused a narrow one.
 */
export function createBackChannel({ tenantResolver, logout, limiter, logger }: BackChannelOptions): BackChannel {
  async function hear(request: Request, tenantId: string): Promise<void> {
    await limiter.countLogout(request);
    const tenant = isStorableText(tenantId) ? await tenantResolver.byId(tenantId) : undefined;
    limiter.checkRefusedLogouts(request, tenant?.id);
    try {
      if (!tenant) throw new SignInRefusal('tenant_unknown');
      await logout.hear(tenant, await callbackParameters(request));
    } catch (thrown) {
      // A provider that is down, or a store, is not the fault of whoever calls.
      if (asRefusal(thrown).status < 500) await limiter.countRefusedLogout(request, tenant?.id);
      throw thrown;
    }
  }

  return async (request, response, tenantId) => {
    protectAnswer(response);
    try {
      await hear(request, tenantId);
      response.status(200).end();
    } catch (thrown) {
      const { status, message, retryAfter } = noteRefusal(request, thrown, logger).refusal;
      if (retryAfter !== undefined) response.set('Retry-After', String(retryAfter));
      const isOther = status >= 500 || status === 429;
      response.status(isOther ? status : 400).json({ error: 'invalid_request', error_description: message });
    }
  };
}

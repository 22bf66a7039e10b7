import type { Request, Response } from 'express';
import type { Clock } from '../../core/clock.js';
import { sha256 } from '../../core/sha256.js';
import type { CallbackParameters } from '../../oidc/callback-parameters.js';
import type { CompletedLogin } from '../../oidc/complete-login.js';
import type { OidcEngine, StartLogin } from '../../oidc/oidc-engine.js';
import { OidcError } from '../../oidc/oidc-error.js';
import type { PendingLogin } from '../../oidc/pending-login.js';
import type { SignInStore } from '../../storage/sign-in-store.js';
import type { OidcTenant } from '../../tenancy/oidc-tenant.js';
import type { TenantResolver } from '../../tenancy/tenant-resolver.js';
import type { PendingLoginCookies } from './pending-login-cookies.js';
import { SignInRefusal } from './sign-in-refusal.js';

/** What is known of a sign-in when its answer has come. */
export interface AnsweredLogin {
  readonly tenant: OidcTenant;
  readonly pending: PendingLogin;
  readonly request: Request;
  readonly response: Response;
}

/** A sign-in that is for something else than a session, such as the trial of a tenant that is not approved yet. */
export interface SignInPurpose {
  /** Finds the tenant in place of the resolver, which answers only tenants that may sign people in. */
  tenantById(tenantId: string): Promise<OidcTenant | undefined>;
  /** Gets the result, or what was thrown, and answers the request. No session is created. */
  onResult(result: { readonly login: CompletedLogin } | { readonly error: unknown }, answered: AnsweredLogin): unknown;
}

/** How a sign-in begins at the router. */
export interface SignInStart extends StartLogin {
  readonly tenantId: string;
}

/** What a call of `passport.authenticate` with the strategy may say. With a `tenantId` it begins a sign-in. */
export type OidcStrategyWishes = Partial<SignInStart>;

/** Begins and ends sign-ins of browsers. */
export interface SignInFlow {
  /** Answers where to send the browser, which is given the cookie of its pending login. */
  begin(request: Request, response: Response, start: SignInStart): Promise<BegunLogin>;
  /** `undefined` when the sign-in had another purpose and has been answered. */
  finish(request: Request, response: Response, parameters: CallbackParameters): Promise<FinishedLogin | undefined>;
}

export interface BegunLogin {
  readonly url: string;
  readonly tenant: OidcTenant;
  readonly pending: PendingLogin;
}

export interface FinishedLogin extends AnsweredLogin {
  readonly login: CompletedLogin;
}

export interface SignInFlowOptions {
  readonly engine: OidcEngine;
  readonly tenantResolver: TenantResolver;
  readonly cookies: PendingLoginCookies;
  readonly signIns: SignInStore;
  readonly clock: Clock;
  readonly purposes: ReadonlyMap<string, SignInPurpose>;
  /** Called for a tenant that is known, before anything is asked of its provider. @throws to refuse */
  readonly admit: (request: Request, tenant: OidcTenant) => Promise<void>;
}

/** How long the use of a pending login is remembered: longer than any engine takes its answer. */
const REMEMBERED = 2 * 3_600_000;

/** Creates a {@link SignInFlow}. */
export function createSignInFlow(options: SignInFlowOptions): SignInFlow {
  const { engine, tenantResolver, cookies, signIns, clock, purposes, admit } = options;

  async function tenantOf(request: Request, purpose: string, tenantId: string): Promise<OidcTenant> {
    const other = purposes.get(purpose);
    if (!other && purpose !== 'sign-in') throw new OidcError('request_invalid', { part: 'purpose' });
    const tenant = await (other ? other.tenantById(tenantId) : tenantResolver.byId(tenantId));
    if (!tenant) throw new SignInRefusal('tenant_unknown');
    await admit(request, tenant);
    return tenant;
  }

  async function complete({ tenant, pending }: AnsweredLogin, parameters: CallbackParameters): Promise<CompletedLogin> {
    await useUp(tenant, pending);
    return engine.complete(tenant, pending, parameters);
  }

  async function useUp({ organizationId }: OidcTenant, { state }: PendingLogin): Promise<void> {
    const now = clock.now();
    const [at, expiresAt] = [now, now + REMEMBERED].map((time) => new Date(time).toISOString());
    const isFirst = await signIns.consumeOnce({ organizationId }, `login:${sha256(state)}`, at ?? '', expiresAt ?? '');
    if (!isFirst) throw new OidcError('login_unknown', { reason: 'used before' });
  }

  return {
    async begin(request, response, { tenantId, ...login }) {
      const tenant = await tenantOf(request, login.purpose ?? 'sign-in', tenantId);
      const { url, pending } = await engine.start(tenant, login);
      cookies.keep(request, response, pending, tenant.responseMode === 'form_post');
      return { url, tenant, pending };
    },

    async finish(request, response, parameters) {
      const state = engine.stateOf(parameters);
      const pending = state === undefined ? undefined : cookies.take(request, response, state);
      if (!pending) throw new OidcError('login_unknown', { reason: state === undefined ? 'no state' : 'no cookie' });
      const tenant = await tenantOf(request, pending.purpose, pending.tenantId);
      const answered = { tenant, pending, request, response };
      const other = purposes.get(pending.purpose);
      if (!other) return { ...answered, login: await complete(answered, parameters) };
      const result = await complete(answered, parameters).then(
        (login) => ({ login }),
        (error: unknown) => ({ error }),
      );
      await other.onResult(result, answered);
      return undefined;
    },
  };
}

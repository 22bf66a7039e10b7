import type { Request } from 'express';
import OpenIDConnectStrategy from 'passport-openidconnect';
import type { Clock } from '../../core/clock.js';
import type { Logger } from '../../core/logger.js';
import { CLOCK_TOLERANCE } from '../../oidc/client-configuration.js';
import type { CompletedLogin } from '../../oidc/complete-login.js';
import { callbackParameters } from './sign-in-body.js';
import type { SignInDecision } from './sign-in-decision.js';
import type { BegunLogin, FinishedLogin, OidcStrategyWishes, SignInFlow } from './sign-in-flow.js';
import { asRefusal, SignInRefusal } from './sign-in-refusal.js';

interface OidcStrategyParts {
  readonly flow: SignInFlow;
  readonly redirectUri: string;
  readonly decide: (finished: FinishedLogin) => Promise<SignInDecision>;
  readonly clock: Clock;
  readonly logger: Logger;
}

type Verified = (error: unknown, user?: object | false, info?: object) => void;

const UNSET = 'https://unset.invalid';
const CLIENT = { issuer: UNSET, authorizationURL: UNSET, tokenURL: UNSET, clientID: UNSET, clientSecret: '' };

/**
 * Passport's strategy for OpenID Connect with the engine behind it: passport-openidconnect builds the redirect, checks
 * the claims a second time, makes profile and context, and tells passport; the engine does everything on the network and
 * every check that counts. Whatever belongs to one request is on a child of the strategy.
 */
export class PassportOidcStrategy extends OpenIDConnectStrategy {
  override name = 'sso';
  private readonly parts: OidcStrategyParts;

  constructor(parts: OidcStrategyParts) {
    super({ ...CLIENT, callbackURL: parts.redirectUri, userInfoURL: UNSET, skipUserProfile: true }, () => undefined);
    this.parts = parts;
  }

  override authenticate(request: Request, wishes: OidcStrategyWishes = {}): void {
    // Passport writes its functions onto a strategy that it is handed itself. Taken now, they are those of this request.
    const { success, fail, error, redirect } = this;
    const told: Told = { success, fail, error, redirect };
    const { tenantId } = wishes;
    const work =
      tenantId === undefined ? this.answer(told, request) : this.begin(told, request, { ...wishes, tenantId });
    work.catch((thrown: unknown) => this.giveUp(told, thrown));
  }

  private async begin(told: Told, request: Request, wishes: BeginWishes): Promise<void> {
    const { flow, redirectUri } = this.parts;
    const begun = await flow.begin(request, responseOf(request), { redirectUri, ...wishes });
    // The base class knows the code flow alone.
    if (begun.tenant.flow === 'id_token') told.redirect(begun.url);
    else callBase({}, { ...told, ...beginning(begun) });
  }

  private async answer(told: Told, request: Request): Promise<void> {
    const finished = await this.parts.flow.finish(request, responseOf(request), await callbackParameters(request));
    if (!finished) return;
    const verify = (_issuer: string, _profile: unknown, _context: unknown, verified: Verified) => {
      this.verify(finished, verified).catch((thrown: unknown) => this.giveUp(told, thrown));
    };
    // The code was exchanged already: of the answer the base class sees that there was one.
    const query = { code: 'exchanged', state: finished.pending.state };
    callBase(query, { ...told, ...ending(finished, this.parts.clock), _verify: verify });
  }

  private async verify(finished: FinishedLogin, verified: Verified): Promise<void> {
    const { login, tenant } = finished;
    const decision = await this.parts.decide(finished);
    if ('user' in decision) verified(null, decision.user, { login, tenant });
    else verified(null, false, new SignInRefusal('not_admitted', { sentence: decision.refusal }));
  }

  /** A refusal is no fault of the application. What is thrown while passport is told must not end the process. */
  private giveUp(told: Told, thrown: unknown): void {
    const refusal = asRefusal(thrown);
    try {
      if (refusal.code !== 'internal_error') told.fail(refusal, refusal.status);
      else told.error(thrown instanceof Error ? thrown : new TypeError('no error was thrown'));
    } catch (again) {
      this.parts.logger.error({ err: again }, 'the application threw while it was told the result of a sign-in');
    }
  }
}

/** What passport lets a strategy say about one request. */
type Told = Pick<OpenIDConnectStrategy, 'success' | 'fail' | 'error' | 'redirect'>;

/**
 * Lets the base class do its part. It sees the query that it shall see, not that of the request, and an object of this one
 * sign-in, which does not inherit from the strategy: making a prototype of an object for each request is slow.
 */
function callBase(query: object, members: object): void {
  const child: PassportOidcStrategy = Object.create(PassportOidcStrategy.prototype);
  Object.assign(child, { _skipUserProfile: true }, members);
  Reflect.apply(OpenIDConnectStrategy.prototype.authenticate, child, [{ query }, {}]);
}

type BeginWishes = OidcStrategyWishes & { readonly tenantId: string };

/** Members of the base class from which it builds the redirect. */
function beginning({ url, pending }: BegunLogin): object {
  const [endpoint = '', query] = url.split('?', 2);
  const parameters = Object.fromEntries(new URLSearchParams(query));
  return {
    _oauth2: { _authorizeUrl: endpoint, _accessTokenUrl: UNSET, _clientId: parameters['client_id'] },
    _callbackURL: pending.redirectUri,
    // The base class puts `openid` in front, and the whole in the place of ours.
    _scope: parameters['scope']?.replace(/^openid /, ''),
    authorizationParams: () => parameters,
    _stateStore: {
      store: (...given: readonly unknown[]) => callLast(given, null, pending.state),
    },
  };
}

/** Members of the base class from which it learns what the engine has verified. */
function ending({ login, tenant, pending }: FinishedLogin, clock: Clock): object {
  const { accessToken, refreshToken } = login.tokens;
  const answer = { id_token: withTolerance(login, clock) };
  return {
    _issuer: login.identity.issuer,
    _oauth2: {
      _authorizeUrl: UNSET,
      _accessTokenUrl: UNSET,
      _clientId: tenant.clientId,
      getOAuthAccessToken: (...given: readonly unknown[]) => callLast(given, null, accessToken, refreshToken, answer),
    },
    _stateStore: {
      verify: (...given: readonly unknown[]) => callLast(given, null, { nonce: pending.nonce }, undefined),
    },
  };
}

/**
 * The verified claims once more, for the base class, which asks the clock of the system and allows for no difference:
 * the end is put off by as much as the engine allows. It never sees the signature, and nobody else sees this.
 */
function withTolerance({ tokens }: CompletedLogin, clock: Clock): string {
  const payload = tokens.idToken?.split('.')[1] ?? '';
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { readonly exp: number };
  const exp = claims.exp + CLOCK_TOLERANCE + (Date.now() - clock.now()) / 1000;
  return `.${Buffer.from(JSON.stringify({ ...claims, exp })).toString('base64url')}.`;
}

/** Both interfaces take their callback last. */
function callLast(given: readonly unknown[], ...results: readonly unknown[]): void {
  const callback = given.at(-1);
  if (typeof callback === 'function') callback(...results);
}

function responseOf({ res }: Request) {
  if (!res) throw new TypeError('the strategy needs a request of Express');
  return res;
}

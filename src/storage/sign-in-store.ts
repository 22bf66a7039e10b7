import type { OrganizationScope } from './scope.js';

/** Whose sessions an identity provider has ended: one session of it, or all of one person. Without either: nobody's. */
export interface EndedSessions {
  readonly tenantId: string;
  readonly issuer: string;
  readonly subject?: string;
  /** `sid` of the ID Token. Where it is given, only sessions of that login are ended, and of the subject if there is one. */
  readonly sessionId?: string;
}

/** A session as the ID Token that began it describes it. */
export interface SessionOrigin {
  readonly tenantId: string;
  readonly issuer: string;
  readonly subject: string;
  readonly sessionId?: string;
}

/** What every node must know about sign-ins. Times are ISO 8601 in UTC. */
export interface SignInStore {
  /**
   * Takes a value that may be used once: `true` for exactly one of all callers. `at` is now; the store may forget the key
   * after `expiresAt`.
   */
  consumeOnce(scope: OrganizationScope, key: string, at: string, expiresAt: string): Promise<boolean>;
  /** Remembers that sessions begun until `at` are over. Idempotent; the latest time stays. May be forgotten after `expiresAt`. */
  endSessions(scope: OrganizationScope, ended: EndedSessions, at: string, expiresAt: string): Promise<void>;
  /** Until when sessions of this origin are over: the latest time that concerns it; `undefined` when none does. */
  sessionsEndedAt(scope: OrganizationScope, origin: SessionOrigin): Promise<string | undefined>;
}

/** Keeps them where all nodes see them, until somebody tidies up. */
export interface DurableSignInStore extends SignInStore {
  /**
   * Across organizations, for maintenance: forgets up to `limit` things that may be forgotten at `at`, and answers how many.
   * What may not is never forgotten.
   */
  forgetExpired(at: string, limit: number): Promise<number>;
}

import type { OrganizationScope } from '../../storage/scope.js';
import type { EndedSessions, SessionOrigin } from '../../storage/sign-in-store.js';
import { SteadyMap } from './steady-map.js';
import type { UndoLog } from './undo-log.js';

/** Something that is remembered for a while. */
interface Remembered {
  readonly at: string;
  readonly expiresAt: string;
}

/** What is known about sign-ins, under keys that begin with the organization. */
export class SignInTable {
  readonly #consumed = new SteadyMap<Remembered>();
  readonly #ended = new SteadyMap<Remembered>();

  consumeOnce({ organizationId }: OrganizationScope, key: string, entry: Remembered, undo: UndoLog): boolean {
    const place = JSON.stringify([organizationId, key]);
    if (this.#consumed.has(place)) return false;
    exchange(this.#consumed, place, entry, undo);
    return true;
  }

  endSessions(scope: OrganizationScope, ended: EndedSessions, entry: Remembered, undo: UndoLog): void {
    const place = placeOf(scope, ended, ended.subject, ended.sessionId);
    const known = this.#ended.get(place);
    const latest = known && known.at > entry.at ? known : entry;
    const expiresAt = known && known.expiresAt > entry.expiresAt ? known.expiresAt : entry.expiresAt;
    exchange(this.#ended, place, { at: latest.at, expiresAt }, undo);
  }

  sessionsEndedAt(scope: OrganizationScope, origin: SessionOrigin): string | undefined {
    const { subject, sessionId } = origin;
    const places = [placeOf(scope, origin, subject, undefined)];
    if (sessionId !== undefined) {
      places.push(placeOf(scope, origin, undefined, sessionId), placeOf(scope, origin, subject, sessionId));
    }
    const times = places.flatMap((place) => this.#ended.get(place)?.at ?? []);
    return times.sort().at(-1);
  }

  forgetExpired(at: string, limit: number, undo: UndoLog): number {
    const expired = [this.#consumed, this.#ended].flatMap((map) =>
      map
        .keys()
        .filter((key) => (map.get(key)?.expiresAt ?? at) < at)
        .map((key) => ({ map, key })),
    );
    const forgotten = expired.slice(0, limit);
    for (const { map, key } of forgotten) exchange(map, key, undefined, undo);
    return forgotten.length;
  }
}

/** Where it is noted who is concerned: a person, a login, or the login of a person. */
function placeOf(
  { organizationId }: OrganizationScope,
  { tenantId, issuer }: Pick<EndedSessions, 'tenantId' | 'issuer'>,
  subject: string | undefined,
  sessionId: string | undefined,
): string {
  return JSON.stringify([organizationId, tenantId, issuer, subject ?? null, sessionId ?? null]);
}

function exchange<V extends object>(map: SteadyMap<V>, key: string, after: V | undefined, undo: UndoLog): void {
  const before = map.get(key);
  const put = (value: V | undefined) => (value ? map.set(key, value) : map.delete(key));
  put(after);
  undo.note(() => put(before));
}

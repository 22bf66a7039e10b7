import { randomToken } from '../core/random-token.js';
import type { OidcDomain } from '../storage/oidc-tenant-record.js';

/** What a look-up of the proof found. Only the first three are the word of a name server. */
export type ProofFound = 'proof' | 'other-values' | 'nothing' | 'no-answer';

/** How long things about domains take. */
export interface DomainTimes {
  /** How many days a claim is looked for. */
  readonly claimDays: number;
  /** Hours between two look-ups of a proved domain. */
  readonly recheckHours: number;
  /**
   * Days that a proved domain stays proved while name servers say that its proof is gone; four times as many while they
   * say nothing at all.
   */
  readonly graceDays: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Look-ups of what is not proved yet: after a minute, then twice as long each time, at most so long. */
const LONGEST_PAUSE = 6 * HOUR;
/** While the proof of a proved domain is missing. */
const DOUBTFUL_PAUSE = HOUR;
const SILENCE_FACTOR = 4;

const iso = (time: number) => new Date(time).toISOString();

/** A domain that somebody has just named as theirs, with a random value to publish. */
export function claimDomain(name: string, now: number, times: DomainTimes): OidcDomain {
  return {
    name,
    state: 'pending',
    proof: randomToken(),
    claimedAt: iso(now),
    expiresAt: iso(now + times.claimDays * DAY),
    misses: 0,
    nextCheckAt: iso(now),
  };
}

/** What a TXT record says of a domain. */
export function judgeProof(domain: OidcDomain, values: readonly string[]): ProofFound {
  if (values.some((value) => value.trim() === domain.proof)) return 'proof';
  return values.length === 0 ? 'nothing' : 'other-values';
}

/** The domain after a look-up. */
export function noteLookup(domain: OidcDomain, found: ProofFound, now: number, times: DomainTimes): OidcDomain {
  const { reason: _, missingSince: _missing, silentSince: _silent, nextCheckAt: _next, ...kept } = domain;
  const checked = { ...kept, found, checkedAt: iso(now) };
  if (found === 'proof') {
    const provedAt = domain.state === 'proved' ? domain.provedAt : undefined;
    const nextCheckAt = iso(now + times.recheckHours * HOUR);
    return { ...checked, state: 'proved', provedAt: provedAt ?? iso(now), misses: 0, nextCheckAt };
  }
  const misses = domain.misses + 1;
  if (domain.state === 'proved') return doubt({ ...domain, ...checked, misses }, found, now, times);
  const reason = domain.reason && { reason: domain.reason };
  if (now >= Date.parse(domain.expiresAt)) return { ...checked, ...reason, misses, state: 'expired' };
  const pause = Math.min(LONGEST_PAUSE, MINUTE * 2 ** Math.min(misses - 1, 20));
  return { ...checked, ...reason, misses, nextCheckAt: iso(now + pause) };
}

/** A domain whose proof is there, and which another tenant has proved before. */
export function noteTaken(domain: OidcDomain, now: number, times: DomainTimes): OidcDomain {
  const noted = noteLookup({ ...domain, state: 'pending' }, 'other-values', now, times);
  return { ...noted, found: 'proof', ...(noted.state === 'pending' && { state: 'failed' }), reason: 'taken' };
}

/** A proved domain whose proof was not found. A company must not be locked out by one bad look-up. */
function doubt(domain: OidcDomain, found: ProofFound, now: number, times: DomainTimes): OidcDomain {
  const isSilence = found === 'no-answer';
  const silentSince = isSilence ? (domain.silentSince ?? iso(now)) : undefined;
  const missingSince = isSilence ? domain.missingSince : (domain.missingSince ?? iso(now));
  const grace = times.graceDays * DAY;
  const isOver = (since: string | undefined, time: number) => since !== undefined && now - Date.parse(since) >= time;
  const { silentSince: _silent, missingSince: _missing, ...rest } = domain;
  if (isSilence ? isOver(silentSince, SILENCE_FACTOR * grace) : isOver(missingSince, grace)) {
    const { provedAt: _proved, ...lapsed } = rest;
    const expiresAt = iso(now + times.claimDays * DAY);
    return { ...lapsed, state: 'failed', reason: 'lapsed', misses: 0, expiresAt, nextCheckAt: iso(now + MINUTE) };
  }
  return {
    ...rest,
    nextCheckAt: iso(now + Math.min(DOUBTFUL_PAUSE, times.recheckHours * HOUR)),
    ...(silentSince !== undefined && { silentSince }),
    ...(missingSince !== undefined && { missingSince }),
  };
}

import type { TrafficEntry } from '../storage/traffic-store.js';
import type { FindingSeverity } from './doctor-finding.js';
import type { GuideProvider } from './setup-guides/setup-guide.js';

/** How to mend something: where it differs by provider, and in general words for all others. */
export type Mend = Readonly<Partial<Record<GuideProvider, string>>> & { readonly other: string };

/** What a rule may look at besides the one call. */
export interface RuleGround {
  readonly provider: GuideProvider | 'other';
  /** Newest first. */
  readonly recent: readonly TrafficEntry[];
}

/** Something that shows in single calls. */
export interface DoctorRule {
  readonly code: string;
  readonly severity: FindingSeverity;
  /**
   * Which calls count: `latest`, those that were let in, but only while the newest of them shows it; `blocked`, those since
   * the last one that succeeded; `recent`, all; `unmended`, all that nothing of the same kind has succeeded after.
   */
  readonly over: 'latest' | 'blocked' | 'recent' | 'unmended';
  /** How many it takes; 1 unless given. */
  readonly fewest?: number;
  applies(entry: TrafficEntry, ground: RuleGround): boolean;
  /** Says what is wrong; `detail` is what the newest of the answers said. */
  sentence(newest: TrafficEntry): string;
  readonly mend: Mend;
}

/** `PATCH /Users`: calls of one kind. */
export function callKind({ method, path }: Pick<TrafficEntry, 'method' | 'path'>): string {
  return `${method} /${path.split('/')[1] ?? ''}`;
}

/** Whether the answer said this. */
export function says({ detail = '' }: TrafficEntry, pattern: RegExp): boolean {
  return pattern.test(detail);
}

/** The name in quotes that an answer begins with or names. */
export function namedIn({ detail = '' }: TrafficEntry): string {
  return /"([^"<>]+)"/.exec(detail)?.[1] ?? 'an attribute';
}

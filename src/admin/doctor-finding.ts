import type { GuideProvider } from './setup-guides/setup-guide.js';

/** What is wrong: `error` keeps people from being provisioned or signed in, `warning` soon will, `hint` could be better. */
export type FindingSeverity = 'error' | 'warning' | 'hint';

/** What a finding rests on. */
interface FindingEvidence {
  /** How often it was seen in what was looked at. */
  readonly count: number;
  /** When it was seen last. UTC, ISO 8601 with milliseconds. */
  readonly lastAt: string;
  /** One of the requests, to be opened; absent for what was seen at sign-ins. */
  readonly requestId?: string;
  /** What the answer to it said, redacted. */
  readonly detail?: string;
}

/** Something that is set up wrongly at the identity provider, and how to mend it there. */
export interface DoctorFinding {
  readonly code: string;
  readonly severity: FindingSeverity;
  /** What is wrong, as a sentence for the organization's owner. */
  readonly sentence: string;
  /** How to mend it at this provider; in general words where the provider is not known. */
  readonly mend: string;
  /** Whom `mend` is for. */
  readonly provider: GuideProvider | 'other';
  readonly evidence: FindingEvidence;
}

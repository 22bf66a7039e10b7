import type { TrafficEntry } from '../storage/traffic-store.js';
import { ACCESS_RULES } from './doctor-access-rules.js';
import type { DoctorFinding, FindingSeverity } from './doctor-finding.js';
import { MAPPING_RULES } from './doctor-mapping-rules.js';
import { callKind, type DoctorRule, type Mend, type RuleGround } from './doctor-rule.js';
import { SIGN_IN_RULES } from './doctor-sign-in-rules.js';
import { knownProvider } from './known-provider.js';
import type { GuideProvider } from './setup-guides/setup-guide.js';
import type { SignInSighting, SignInSign } from './sign-in-sighting.js';

/** What the doctor looks at. */
export interface DoctorGround {
  /** The newest calls, newest first; some hundreds. */
  readonly recent: readonly TrafficEntry[];
  /** Who the provider is, where somebody has said so; else it is found out from the calls. */
  readonly provider?: GuideProvider | undefined;
  readonly signIns?: readonly SignInSighting[];
}

const ORDER: readonly FindingSeverity[] = ['error', 'warning', 'hint'];

/**
 * Says what is set up wrongly at the identity provider, the worst first. What has been mended since is not found any more,
 * as far as later calls show it.
 */
export function examineTraffic({ recent, provider: told, signIns = [] }: DoctorGround): readonly DoctorFinding[] {
  const provider = told ?? knownProvider(recent);
  const ground = { provider, recent };
  const findings = [
    ...[...ACCESS_RULES, ...MAPPING_RULES].flatMap((rule) => findingOf(rule, ground)),
    ...signInFindings(signIns, provider),
  ];
  return findings.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));
}

function findingOf(rule: DoctorRule, ground: RuleGround): readonly DoctorFinding[] {
  const seen = candidates(rule, ground).filter((entry) => rule.applies(entry, ground));
  const [newest] = seen;
  if (!newest || seen.length < (rule.fewest ?? 1)) return [];
  const { provider } = ground;
  return [
    {
      code: rule.code,
      severity: rule.severity,
      sentence: rule.sentence(newest),
      mend: mendFor(rule.mend, provider),
      provider,
      evidence: {
        count: seen.length,
        lastAt: newest.at,
        requestId: newest.id,
        ...(newest.detail !== undefined && { detail: newest.detail }),
      },
    },
  ];
}

/** The calls that count for a rule, newest first. */
function candidates(rule: DoctorRule, ground: RuleGround): readonly TrafficEntry[] {
  const { recent } = ground;
  switch (rule.over) {
    case 'recent':
      return recent;
    case 'blocked': {
      const success = recent.findIndex(({ outcome }) => outcome !== 'unauthorized');
      return success < 0 ? recent : recent.slice(0, success);
    }
    case 'latest': {
      const letIn = recent.filter(({ outcome }) => outcome !== 'unauthorized');
      return letIn[0] && rule.applies(letIn[0], ground) ? letIn : [];
    }
    case 'unmended': {
      const mended = new Map<string, number>();
      for (const [place, entry] of recent.entries()) {
        const kind = callKind(entry);
        if (entry.outcome === 'done' && !mended.has(kind)) mended.set(kind, place);
      }
      return recent.filter((entry, place) => place < (mended.get(callKind(entry)) ?? recent.length));
    }
  }
}

function signInFindings(
  sightings: readonly SignInSighting[],
  provider: GuideProvider | 'other',
): readonly DoctorFinding[] {
  const seen = new Map<SignInSign, { readonly count: number; readonly lastAt: string }>();
  for (const { sign, at, count = 1 } of sightings) {
    const known = seen.get(sign);
    seen.set(sign, { count: count + (known?.count ?? 0), lastAt: known && known.lastAt > at ? known.lastAt : at });
  }
  return [...seen].map(([sign, evidence]) => {
    const { severity, sentence, mend } = SIGN_IN_RULES[sign];
    return { code: `sign-in-${sign}`, severity, sentence, mend: mendFor(mend, provider), provider, evidence };
  });
}

function mendFor(mend: Mend, provider: GuideProvider | 'other'): string {
  return mend[provider] ?? mend.other;
}

import type { Directory } from '../storage/directory-store.js';
import type { TrafficEntry } from '../storage/traffic-store.js';
import type { DoctorFinding } from './doctor-finding.js';
import type { GuideProvider } from './setup-guides/setup-guide.js';
import type { SignInSighting } from './sign-in-sighting.js';

/** What the doctor looks at. */
export interface DoctorGround {
  /** The newest calls, newest first; some hundreds. */
  readonly recent: readonly TrafficEntry[];
  readonly directory: Pick<Directory, 'policy' | 'resourceTypes'>;
  /** Who the provider is, where somebody has said so; else it is found out from the calls. */
  readonly provider?: GuideProvider;
  readonly signIns?: readonly SignInSighting[];
}

export declare function examineTraffic(ground: DoctorGround): readonly DoctorFinding[];

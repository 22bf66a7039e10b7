import type { DirectoryScope, OrganizationScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { type TrafficEntry, trafficOf } from '../storage/traffic-store.js';
import { type ActivityStep, activityStep } from './activity-step.js';
import { callTitle } from './call-title.js';

/** One call of an identity provider, in words. */
interface ActivityItem {
  readonly call: TrafficEntry;
  /** What was asked for, e.g. `Add a user`. */
  readonly title: string;
  /** What came of it, as a sentence. */
  readonly outcome: string;
  readonly failed: boolean;
}

export interface ActivityPage {
  readonly items: readonly ActivityItem[];
  readonly next?: string;
}

/** A page of a walk: `after` is `''`, or the `next` of the page before. */
interface WalkWish {
  readonly after: string;
  readonly limit: number;
}

interface ActivityWish extends WalkWish {
  /** `newest` first; `failures` alone; or `failures-first`, and then the others. A position is good for one of these. */
  readonly show: 'newest' | 'failures' | 'failures-first';
}

interface StepPage {
  /** Newest first. */
  readonly steps: readonly ActivityStep[];
  readonly next?: string;
}

/** A call with what followed from it. */
export interface OpenedActivity extends ActivityItem, StepPage {}

/** What identity providers have asked for, what followed, and what people have done by hand. */
export interface Activity {
  /** Calls of a directory. A position that is none is a `RangeError`. */
  page(scope: DirectoryScope, wish: ActivityWish): Promise<ActivityPage>;
  /** One call with its steps; `undefined` when it is not known, or not any more. */
  open(scope: DirectoryScope, requestId: string, steps: WalkWish): Promise<OpenedActivity | undefined>;
  /** All steps in an organization, whatever set them off: pushes, sign-ins, mappings, hands. */
  steps(scope: OrganizationScope, wish: WalkWish): Promise<StepPage>;
  /** The steps of one cause: of a request, or of another step by its `causeId`. */
  stepsOf(scope: OrganizationScope, causeId: string, wish: WalkWish): Promise<StepPage>;
}

/** What begins positions among the calls that did not fail. */
const REST = 'rest:';
/** The journal's subject of all steps in an organization. */
const STEPS = 'provisioning';

/** Creates the view on traffic and journal. Every page is a few indexed reads, however much there is. */
export function createActivity(storage: Pick<Storage, 'journal' | 'traffic'>): Activity {
  const { journal } = storage;

  async function pageOfCalls(scope: DirectoryScope, wish: WalkWish, failed?: boolean): Promise<ActivityPage> {
    const page = await trafficOf(storage).page(scope, { ...wish, ...(failed !== undefined && { failed }) });
    return { items: page.items.map(activityItem), ...(page.next !== undefined && { next: page.next }) };
  }

  async function failuresFirst(scope: DirectoryScope, { after, limit }: WalkWish): Promise<ActivityPage> {
    const isRest = after.startsWith(REST);
    const first = isRest ? { items: [] } : await pageOfCalls(scope, { after, limit }, true);
    if ('next' in first) return first;
    const left = limit - first.items.length;
    if (left === 0) return { items: first.items, next: REST };
    const rest = await pageOfCalls(scope, { after: isRest ? after.slice(REST.length) : '', limit: left }, false);
    const items = [...first.items, ...rest.items];
    return { items, ...(rest.next !== undefined && { next: `${REST}${rest.next}` }) };
  }

  async function stepsOf(scope: OrganizationScope, causeId: string, wish: WalkWish): Promise<StepPage> {
    const { items, next } = await journal.pageOfCause(scope, causeId, wish);
    return { steps: items.map(activityStep), ...(next !== undefined && { next }) };
  }

  return {
    page(scope, { show, after, limit }) {
      if (show === 'failures-first') return failuresFirst(scope, { after, limit });
      return pageOfCalls(scope, { after, limit }, show === 'failures' ? true : undefined);
    },

    async open(scope, requestId, wish) {
      const call = await trafficOf(storage).get(scope, requestId);
      return call && { ...activityItem(call), ...(await stepsOf(scope, requestId, wish)) };
    },

    async steps(scope, wish) {
      const { items, next } = await journal.page(scope, STEPS, wish);
      return { steps: items.map(activityStep), ...(next !== undefined && { next }) };
    },

    stepsOf,
  };
}

/** A call in words. */
function activityItem(call: TrafficEntry): ActivityItem {
  return { call, title: callTitle(call), outcome: outcomeOf(call), failed: call.outcome !== 'done' };
}

function outcomeOf({ method, status, detail, outcome }: TrafficEntry): string {
  if (outcome !== 'done') return detail ?? `It was answered with ${status}.`;
  if (status === 404) return 'Nothing was found.';
  if (status === 201) return 'It was created.';
  if (status === 304) return 'Nothing has changed.';
  return /^(?:GET|HEAD)$/.test(method) ? 'It was answered.' : 'It was done.';
}

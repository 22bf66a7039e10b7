import type { TrafficCount, TrafficOutcome } from '../storage/traffic-store.js';

/** Calls of one step of a chart, by how they ended. */
export interface ChartStep {
  /** When it begins. UTC, ISO 8601 with milliseconds. */
  readonly from: string;
  readonly calls: Readonly<Record<TrafficOutcome, number>>;
  /** How many of them have no entry. */
  readonly unrecorded: number;
}

const HOUR = 3_600_000;
const MOST_STEPS = 1000;

/**
 * Sums counts of hours into steps of a chart, oldest first, those without calls included.
 * @param hours in one step: 1, or 24 for days (of UTC, where `from` is at midnight)
 * @throws {RangeError} for more than 1,000 steps, or a step that is not a whole number of hours
 */
export function chartOf(
  counts: readonly TrafficCount[],
  { from, to, hours }: { readonly from: string; readonly to: string; readonly hours: number },
): readonly ChartStep[] {
  const [start, end, step] = [Date.parse(from), Date.parse(to), hours * HOUR];
  const length = Math.max(0, Math.ceil((end - start) / step));
  if (!(Number.isInteger(hours) && hours > 0 && length <= MOST_STEPS)) throw new RangeError('no steps of a chart');
  const steps = Array.from({ length }, (_, index) => ({
    from: new Date(start + index * step).toISOString(),
    calls: { done: 0, refused: 0, unauthorized: 0, failed: 0 },
    unrecorded: 0,
  }));
  for (const { hour, outcome, calls, unrecorded } of counts) {
    const place = steps[Math.floor((Date.parse(hour) - start) / step)];
    if (!place) continue;
    place.calls[outcome] += calls;
    place.unrecorded += unrecorded;
  }
  return steps;
}

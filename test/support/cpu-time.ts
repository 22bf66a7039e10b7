/** How often a cost is measured before it counts as too high. */
const ATTEMPTS = 6;

/**
 * The least CPU time, in milliseconds, that `work` took in up to six attempts, of which the first below `bound` is the last.
 * What a busy machine and the collector add differs each time; a cost that grows by the square is too high every time.
 */
export async function leastCpu(bound: number, work: () => unknown): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let left = ATTEMPTS; left > 0 && least >= bound; left -= 1) least = Math.min(least, await cpuOf(work));
  return least;
}

/** Milliseconds of CPU that the process takes while `work` is done. */
export async function cpuOf(work: () => unknown): Promise<number> {
  const started = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

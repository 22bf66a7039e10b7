import type { ChartStep } from '../admin/activity-chart.js';
import { type Html, html } from './html.js';
import { count, time } from './text.js';

const WIDTH = 400;
const HEIGHT = 110;
const FLOOR = 92;
const ROOF = 16;

/** Calls over time as bars, failures at their feet, with the same as a table for who cannot see them. */
export function callChart(steps: readonly ChartStep[]): Html {
  const bars = steps.map(({ from, calls, unrecorded }) => {
    const bad = calls.refused + calls.unauthorized + calls.failed;
    return { from, bad, done: calls.done, all: calls.done + bad, unrecorded };
  });
  const most = Math.max(1, ...bars.map(({ all }) => all));
  const width = WIDTH / Math.max(1, bars.length);
  const heightOf = (calls: number) => ((FLOOR - ROOF) * calls) / most;
  const [all, bad] = [bars.reduce((sum, bar) => sum + bar.all, 0), bars.reduce((sum, bar) => sum + bar.bad, 0)];
  const busy = bars.filter((bar) => bar.all > 0);
  return html`<figure>
<svg class="picture" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${count(all, 'call', 'calls')}, ${bad.toLocaleString('en')} of them failed">
<text class="small" x="4" y="11">${most.toLocaleString('en')}</text>
<path class="axis" d="M0 ${FLOOR} H${WIDTH}"/>
${bars.map(({ from, bad: failed, done }, index) => {
  const [low, high] = [heightOf(failed), heightOf(done)];
  const at = { x: rounded(index * width + 1), width: rounded(Math.max(1, width - 2)) };
  return html`${failed > 0 && html`<rect class="calls-bad" x="${at.x}" y="${rounded(FLOOR - low)}" width="${at.width}" height="${rounded(low)}"><title>${from.slice(0, 16)}: ${failed} failed</title></rect>`}${done > 0 && html`<rect class="calls-done" x="${at.x}" y="${rounded(FLOOR - low - high)}" width="${at.width}" height="${rounded(high)}"><title>${from.slice(0, 16)}: ${done} done</title></rect>`}`;
})}
<text class="small" x="4" y="${HEIGHT - 4}">${steps[0]?.from.slice(0, 10)}</text>
<text class="small" x="${WIDTH - 4}" y="${HEIGHT - 4}" text-anchor="end">now</text>
</svg>
<figcaption>${count(all, 'call', 'calls')}, <span class="loses">${bad.toLocaleString('en')} failed</span>. Failures are at the foot of each bar.</figcaption>
${
  busy.length > 0 &&
  html`<details><summary>The same as a list</summary><ul>${busy.map(
    (bar) =>
      html`<li>From ${time(bar.from)}: ${bar.done.toLocaleString('en')} done, ${bar.bad.toLocaleString('en')} failed${bar.unrecorded > 0 && html`; ${bar.unrecorded.toLocaleString('en')} were too many at once to be kept`}</li>`,
  )}</ul></details>`
}
</figure>`;
}

function rounded(number: number): string {
  return number.toFixed(1);
}

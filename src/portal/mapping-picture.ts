import type { MappingLine } from '../admin/mapping-preview.js';
import { type Html, html } from './html.js';

const ROW = 34;
const LEFT = 230;
const RIGHT = 470;
const WIDTH = 700;
const MOST = 20;
const WORDS = { appears: 'appears', stays: 'stays', goes: 'goes' } as const;

/** Groups on the left, what they give on the right, and the lines between them; the same as a list below for who cannot see it. */
export function mappingPicture(lines: readonly MappingLine[]): Html {
  const drawn = lines.slice(0, MOST);
  const groups = [...new Map(drawn.map(({ group }) => [group.id, group])).values()];
  const places = [...new Set(drawn.map(({ place }) => place))];
  const height = Math.max(groups.length, places.length) * ROW + 10;
  const at = (index: number) => index * ROW + 24;
  return html`<svg class="picture" viewBox="0 0 ${WIDTH} ${height}" aria-hidden="true">
${groups.map((group, index) => html`<text x="${LEFT - 10}" y="${at(index) + 5}" text-anchor="end">${cut(group.name)} (${group.memberCount})</text>`)}
${places.map((place, index) => html`<text x="${RIGHT + 10}" y="${at(index) + 5}">${cut(place)}</text>`)}
${drawn.map(({ group, place, change }) => {
  const [from, to] = [at(groups.findIndex(({ id }) => id === group.id)), at(places.indexOf(place))];
  return html`<path class="${change}" d="M${LEFT} ${from} C ${LEFT + 100} ${from}, ${RIGHT - 100} ${to}, ${RIGHT} ${to}"/>`;
})}
</svg>
<ul>${lines.map(
    ({ group, place, role, change }) =>
      html`<li><bdi>${cut(group.name)}</bdi> (${group.memberCount} members) → <bdi>${cut(place)}</bdi> as ${role}: <strong class="${change === 'goes' ? 'loses' : change === 'appears' ? 'gains' : 'quiet-text'}">${WORDS[change]}</strong></li>`,
  )}</ul>`;
}

/** Short enough for its side. Marks that turn the direction of writing would reach into the rest of the picture. */
function cut(text: string): string {
  const points = [...text.slice(0, 64).replace(/[\u202a-\u202e\u2066-\u2069\u200e\u200f]/g, '')];
  return points.length > 26 ? `${points.slice(0, 26).join('')}…` : points.join('');
}

import type { MappingLine } from '../admin/mapping-preview.js';
import { type Html, html } from './html.js';
import { listTable } from './list-table.js';
import { count, name, plainName } from './text.js';

const ROW = 36;
const LEFT = 165;
const RIGHT = 275;
const WIDTH = 440;
const MOST = 20;
const LETTERS = 20;
const WORDS = { appears: 'appears', stays: 'stays', goes: 'goes' } as const;
const LOOKS = { appears: 'gains', stays: 'stays', goes: 'loses' } as const;

/** Groups on the left, what they give on the right, and the lines between them; the same as a list below for who cannot see it. */
export function mappingPicture(lines: readonly MappingLine[]): Html {
  const drawn = lines.slice(0, MOST);
  const groups = [...new Map(drawn.map(({ group }) => [group.id, group])).values()];
  const places = [...new Set(drawn.map(({ place }) => place))];
  const height = Math.max(groups.length, places.length) * ROW + 8;
  const at = (index: number) => index * ROW + 22;
  return html`<svg class="picture" viewBox="0 0 ${WIDTH} ${height}" aria-hidden="true">
${groups.map((group, index) => html`<text x="${LEFT - 8}" y="${at(index)}" text-anchor="end">${plainName(group.name, LETTERS)}</text><text class="small" x="${LEFT - 8}" y="${at(index) + 12}" text-anchor="end">${count(group.memberCount, 'member', 'members')}</text>`)}
${places.map((place, index) => html`<text x="${RIGHT + 8}" y="${at(index) + 4}">${plainName(place, LETTERS)}</text>`)}
${drawn.map(({ group, place, change }) => {
  const [from, to] = [at(groups.findIndex(({ id }) => id === group.id)), at(places.indexOf(place))];
  return html`<path class="${change}" d="M${LEFT} ${from} C ${LEFT + 50} ${from}, ${RIGHT - 50} ${to}, ${RIGHT} ${to}"/>`;
})}
</svg>
${listTable(
  'Groups and what they give',
  ['Group', 'Members', 'Gives', 'Change'],
  lines.map(({ group, place, role, change }) => [
    name(group.name),
    group.memberCount,
    html`${name(place)} as ${role}`,
    html`<strong class="${LOOKS[change]}">${WORDS[change]}</strong>`,
  ]),
)}`;
}

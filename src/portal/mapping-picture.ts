import type { MappingLine } from '../admin/mapping-preview.js';
import { type Html, html } from './html.js';
import { listTable } from './list-table.js';
import { plainName } from './text.js';

const ROW = 26;
const WIDTH = 560;
/** Where the parts of a line end and begin, from left to right. */
const AT = { name: 200, members: 240, from: 246, to: 342, place: 350 } as const;
const BEND = 50;
const LETTERS = 18;
const END = 7;
const LETTERS_IN_LIST = 60;
const WORDS = { appears: 'appears', stays: 'stays', goes: 'goes' } as const;
const LOOKS = { appears: 'gains', stays: 'stays', goes: 'loses' } as const;
/** What matters most is drawn last, above the others. */
const LAYERS = ['stays', 'goes', 'appears'] as const;
const LEGEND = { appears: 'green lines appear', stays: 'thin grey ones stay', goes: 'dashed red ones go' } as const;

/** Groups on the left, what they give on the right, and the lines between them; the same as a list below for who cannot see it. */
export function mappingPicture(lines: readonly MappingLine[]): Html {
  const groupOf = new Map(lines.map(({ group }) => [group.id, group]));
  // Groups that give the same stand together, and what they give beside them, so that few lines cross.
  const ends = lines.map(({ group, place }) => [group.id, place] as const);
  const names = ranked([...new Set(ends.map(([, place]) => place))]);
  const groupIds = besides(ends, names);
  const rowOf = ranked(groupIds);
  const places = besides(
    ends.map(([groupId, place]) => [place, groupId]),
    rowOf,
  );
  const groups = groupIds.flatMap((id) => groupOf.get(id) ?? []);
  const height = Math.max(groups.length, places.length) * ROW + 12;
  // The shorter side is spread along the longer one.
  const at = (index: number, side: readonly unknown[]) =>
    Math.round(6 + ((index + 0.5) * (height - 12)) / Math.max(1, side.length));
  const kinds = LAYERS.filter((kind) => lines.some(({ change }) => change === kind));
  return html`<figure><svg class="picture" viewBox="0 0 ${WIDTH} ${height}" aria-hidden="true">
${kinds.map((kind) =>
  lines
    .filter(({ change }) => change === kind)
    .map(({ group, place }) => {
      const [from, to] = [at(rowOf.get(group.id) ?? 0, groups), at(places.indexOf(place), places)];
      return html`<path class="${kind}" d="M${AT.from} ${from} C ${AT.from + BEND} ${from}, ${AT.to - BEND} ${to}, ${AT.to} ${to}"/>`;
    }),
)}
${groups.map((group, index) => html`<text x="${AT.name}" y="${at(index, groups) + 4}" text-anchor="end">${pictureName(group.name)}</text><text class="small" x="${AT.members}" y="${at(index, groups) + 4}" text-anchor="end">${group.memberCount.toLocaleString('en')}</text>`)}
${places.map((place, index) => html`<text x="${AT.place}" y="${at(index, places) + 4}">${pictureName(place)}</text>`)}
</svg>
<figcaption>Beside each group stands how many members it has; ${kinds.map((kind, index) => html`${index > 0 && ', '}${LEGEND[kind]}`)}.</figcaption></figure>
${listTable(
  'Groups and what they give',
  ['Group', 'Members', 'Gives', 'Change'],
  lines.map(({ group, place, role, change }) => [
    html`<bdi>${plainName(group.name, LETTERS_IN_LIST)}</bdi>`,
    group.memberCount.toLocaleString('en'),
    html`<bdi>${plainName(place, LETTERS_IN_LIST)}</bdi> as ${role}`,
    html`<strong class="${LOOKS[change]}">${WORDS[change]}</strong>`,
  ]),
)}`;
}

/** A name as short as a picture needs it. What tells names of groups apart is often at their end. */
function pictureName(text: string): string {
  const letters = [...plainName(text, 200)];
  if (letters.length <= LETTERS) return letters.join('');
  return `${letters.slice(0, LETTERS - END - 1).join('')}…${letters.slice(-END).join('')}`;
}

function ranked(all: readonly string[]): ReadonlyMap<string, number> {
  return new Map(all.map((each, index) => [each, index]));
}

/** One side of the lines, each of it as near as it goes to what it is drawn to on the other side. */
function besides(
  ends: readonly (readonly [here: string, there: string])[],
  rowOf: ReadonlyMap<string, number>,
): readonly string[] {
  const rows = new Map<string, number[]>();
  for (const [here, there] of ends) rows.set(here, [...(rows.get(here) ?? []), rowOf.get(there) ?? 0]);
  const middle = (all: readonly number[]) => all.reduce((sum, row) => sum + row, 0) / all.length;
  return [...rows].sort(([, one], [, other]) => middle(one) - middle(other)).map(([here]) => here);
}

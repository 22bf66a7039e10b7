import type { BenchCase } from './cases.js';
import type { ContestantName } from './contestant.js';
import type { Growth } from './growth.js';
import { type Figures, ratioOf } from './measure-case.js';
import type { CycleScale } from './population.js';
import type { Usage } from './serve.js';

/** What is written of a storage: lines for the file, and whether they can be trusted. */
export interface HalfResult {
  readonly lines: readonly ResultLine[];
  readonly isControlled: boolean;
  /** Whether everything keeps to a limit whose breach ends the run with code 1; absent where nothing has one. */
  readonly isMet?: boolean;
}

export interface CaseResult {
  readonly benchCase: BenchCase;
  readonly figures: ReadonlyMap<ContestantName, Figures>;
}

/** One line of `bench/results.json`: requests each second, and ours divided by the others. */
export interface ResultLine {
  readonly case: string;
  readonly ours: number;
  readonly bare: number;
  readonly peer: number | null;
  readonly ratioToBare: number;
  readonly ratioToPeer: number | null;
}

/** How far two runs of the same code may be apart before a run says nothing. */
export const CONTROL = { low: 0.95, high: 1.05 } as const;

/** A group ten thousand times as large may make a member change so much dearer. */
const GROWTH_TARGET = 1.1;
/** The same where the change makes and ends memberships of three teams. */
export const PROVISIONED_GROWTH_TARGET = 1.3;

/** Preview and application of a change of the mapping, through one hand-written statement that writes the same rows. */
const MAPPING_TARGET = 3;

/** Megabytes: of ours with everything in memory, and of ours on PostgreSQL while it sets, or maps, all members of the large group. */
const MEMORY_TARGET = 600;
const SYNC_TARGET = 300;

/** Writers on one group, over as many on a group each. */
const WRITERS_TARGET = 0.6;

/** A first full cycle over HTTP, over inserts of the same rows without it. */
const CYCLE_TARGET = 0.4;

/** A login may take so many times the work of one by hand. */
const LOGIN_TARGET = 1.3;

function resultLine({ benchCase, figures }: CaseResult): ResultLine {
  const ours = figureOf(figures, 'ours');
  const bare = figureOf(figures, 'bare');
  const peer = figures.get('peer');
  return {
    case: benchCase.name,
    ours: rounded(ours.perSecond),
    bare: rounded(bare.perSecond),
    peer: peer === undefined ? null : rounded(peer.perSecond),
    ratioToBare: rounded(ratioOf(ours, bare)),
    ratioToPeer: peer === undefined ? null : rounded(ratioOf(ours, peer)),
  };
}

/** Bare against bare: what noise alone makes of two equal servers. */
function controlRatio({ figures }: CaseResult): number {
  return ratioOf(figureOf(figures, 'bare'), figureOf(figures, 'bare again'));
}

/** The results as they are kept. */
export function halfResult(results: readonly CaseResult[], others: readonly ResultLine[] = []): HalfResult {
  return { lines: [...results.map(resultLine), ...others], isControlled: results.every(isControlled) };
}

function isControlled(result: CaseResult): boolean {
  const ratio = controlRatio(result);
  return ratio >= CONTROL.low && ratio <= CONTROL.high;
}

/** All cases as a table of aligned columns. */
export function caseTable(results: readonly CaseResult[]): string {
  const head = ['case', 'ours/s', 'bare/s', 'ratio', 'target', '', 'CPU ours', 'bare', 'ratio', 'A/A', 'peer/s'];
  const rows = results.map((result) => {
    const { benchCase, figures } = result;
    const { ours, bare, peer, ratioToBare, ratioToPeer } = resultLine(result);
    const { bare: target, peer: peerTarget } = benchCase.targets;
    const cpu = [figureOf(figures, 'ours').cpuMicroseconds, figureOf(figures, 'bare').cpuMicroseconds] as const;
    return [
      benchCase.name,
      shown(ours),
      shown(bare),
      ratioToBare.toFixed(2),
      target.toFixed(2),
      verdict(ratioToBare >= target),
      `${shown(cpu[0])} µs`,
      `${shown(cpu[1])} µs`,
      (cpu[1] / cpu[0]).toFixed(2),
      `${controlRatio(result).toFixed(2)}${isControlled(result) ? '' : ' !'}`,
      peer === null ? '' : shown(peer),
      ratioToPeer === null ? '' : shown(ratioToPeer),
      peerTarget === undefined ? '' : shown(peerTarget),
      peerTarget === undefined || ratioToPeer === null ? '' : verdict(ratioToPeer >= peerTarget),
    ];
  });
  return aligned([[...head, 'ratio', 'target', ''], ...rows]);
}

/** What a member change costs as the group grows. */
export function growthTable(growth: readonly Growth[], atMost: number = GROWTH_TARGET): string {
  const smallest = growth[0]?.microseconds ?? Number.NaN;
  const rows = growth.map(({ size, microseconds, storageCalls }, index) => [
    size,
    `${microseconds.toFixed(1)} µs`,
    (microseconds / smallest).toFixed(2),
    index === growth.length - 1 ? atMost.toFixed(2) : '',
    index === growth.length - 1 ? verdict(microseconds / smallest <= atMost) : '',
    Object.entries(storageCalls)
      .map(([call, times]) => `${times} × ${call}`)
      .join(', '),
  ]);
  return aligned([['group', 'a change', 'ratio', 'at most', '', 'storage calls'], ...rows]);
}

/** The memory of our server with everything in it; after all cases, when it has grown by garbage too, beside bare's. */
export function memoryLine(filled: Usage, worked: { readonly ours: Usage; readonly bare: Usage }): string {
  const met = verdict(megabytes(filled) < MEMORY_TARGET);
  return (
    `memory of ours when filled: ${megabytes(filled)} MB, target below ${MEMORY_TARGET} MB: ${met}; ` +
    `after all cases: ours ${megabytes(worked.ours)} MB, bare ${megabytes(worked.bare)} MB`
  );
}

/** Changes of members each second: of writers on one group, and of as many on a group each. */
export function writersLine(writers: number, oneGroup: number, manyGroups: number): string {
  const ratio = oneGroup / manyGroups;
  return (
    `${writers} writers over HTTP: on one group ${shown(oneGroup)}/s, on ${writers} groups ${shown(manyGroups)}/s, ` +
    `ratio ${ratio.toFixed(2)}, target ${WRITERS_TARGET.toFixed(2)}: ${verdict(ratio >= WRITERS_TARGET)}`
  );
}

/** How long a first full cycle took, all users first. */
export interface Seconds {
  readonly users: number;
  readonly groups: number;
}

export interface CycleResult {
  readonly line: ResultLine;
  /** What is printed. */
  readonly text: string;
}

/** Writes each second: of the cycle through SCIM over HTTP, and of inserts of the same rows. */
export function cycleResult(cycle: CycleScale, ours: Seconds, byHand: Seconds): CycleResult {
  const writes = cycle.users + cycle.groups;
  const perSecond = { ours: writes / sum(ours), byHand: writes / sum(byHand) };
  const ratio = perSecond.ours / perSecond.byHand;
  return {
    line: {
      case: 'postgres: first full cycle',
      ours: rounded(perSecond.ours),
      bare: rounded(perSecond.byHand),
      peer: null,
      ratioToBare: rounded(ratio),
      ratioToPeer: null,
    },
    text:
      `first full cycle: ${shown(perSecond.ours)} writes/s over HTTP, ${shown(perSecond.byHand)} by hand, ` +
      `ratio ${ratio.toFixed(2)}, target ${CYCLE_TARGET.toFixed(2)}: ${verdict(ratio >= CYCLE_TARGET)}; ` +
      `${shown(cycle.users)} users in ${rounded(ours.users)} s and ${rounded(byHand.users)} s, ` +
      `${cycle.groups} groups of ${shown(cycle.membersInGroup)} in ${rounded(ours.groups)} s and ${rounded(byHand.groups)} s`,
  };
}

function sum({ users, groups }: Seconds): number {
  return users + groups;
}

/** What a login costs, in milliseconds of work of the application. */
export interface LoginFigures {
  readonly ours: number;
  readonly byHand: number;
  /** Ours through by hand, slice by slice. */
  readonly ratio: number;
  /** By hand through by hand again (A/A). */
  readonly control: number;
  readonly logins: number;
  /** Of the provider's document and keys, by ours. */
  readonly fetches: number;
}

/** Logins each second of work, and how dear ours is. */
export function loginResult(
  name: string,
  { ours, byHand, ratio, control, logins, fetches }: LoginFigures,
): { readonly text: string; readonly result: HalfResult } {
  const isControlled = control >= CONTROL.low && control <= CONTROL.high;
  const line: ResultLine = {
    case: name,
    ours: rounded(1000 / ours),
    bare: rounded(1000 / byHand),
    peer: null,
    ratioToBare: rounded(1 / ratio),
    ratioToPeer: null,
  };
  const text =
    `login: ${ours.toFixed(3)} ms of own work, ${byHand.toFixed(3)} ms by hand on openid-client, ` +
    `${ratio.toFixed(2)} times as much, at most ${LOGIN_TARGET.toFixed(2)}: ${verdict(ratio <= LOGIN_TARGET)}; ` +
    `A/A ${control.toFixed(2)}${isControlled ? '' : ' !'}; ` +
    `${fetches} fetches of document and keys for ${shown(logins)} logins: ${verdict(fetches === 2)}`;
  return { text, result: { lines: [line], isControlled } };
}

/** The memory of a fresh server before and at the highest while it sets all members of a group. */
export function syncLine(method: string, members: number, before: Usage, after: Usage): string {
  const peak = Math.round(after.peakRss / 1e6);
  return (
    `${method} of ${members.toLocaleString('en')} members: ${megabytes(before)} MB before, at most ${peak} MB, ` +
    `target below ${SYNC_TARGET} MB: ${verdict(peak < SYNC_TARGET)}`
  );
}

/** A change of the mapping that concerns many people; times in seconds. */
export interface MappingFigures {
  readonly kind: string;
  readonly people: number;
  readonly preview: number;
  readonly save: number;
  readonly byHand: number;
  /** How often the caller heard of progress. */
  readonly told: number;
  /** The most memory that a fresh process had. */
  readonly peakRss: number;
}

export function mappingLine({ kind, people, preview, save, byHand, told, peakRss }: MappingFigures): string {
  const ratio = (preview + save) / byHand;
  const peak = Math.round(peakRss / 1e6);
  return (
    `${kind} ${people.toLocaleString('en')} people: preview ${rounded(preview)} s, save ${rounded(save)} s, by hand ` +
    `${rounded(byHand)} s, ratio ${ratio.toFixed(2)}, at most ${MAPPING_TARGET.toFixed(2)}: ${verdict(ratio <= MAPPING_TARGET)}; ` +
    `at most ${peak} MB, target below ${SYNC_TARGET} MB: ${verdict(peak < SYNC_TARGET)}; progress told ${told} times`
  );
}

function megabytes({ rss }: Usage): number {
  return Math.round(rss / 1e6);
}

function figureOf(figures: ReadonlyMap<ContestantName, Figures>, name: ContestantName): Figures {
  const figure = figures.get(name);
  if (!figure) throw new RangeError(`"${name}" was not measured`);
  return figure;
}

export function verdict(isMet: boolean): string {
  return isMet ? 'met' : 'MISSED';
}

/** Three digits that mean something. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

export function shown(value: number): string {
  return value >= 100 ? Math.round(value).toLocaleString('en') : String(rounded(value));
}

export function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0))),
    )
    .map((cells) => cells.join('  ').trimEnd())
    .join('\n');
}

import { aligned, CONTROL, type HalfResult, rounded, shown, verdict } from './report.js';

/** A page in a large organization beside the same in a small one. */
export interface PageResult {
  readonly name: string;
  readonly milliseconds: { readonly small: number; readonly large: number };
  /** The time of the large through that of the small. */
  readonly ratio: number;
  /** The small one through itself. */
  readonly control: number;
  /** Of the longer one. */
  readonly bytes: number;
}

const MOST_TIMES = 1.5;
const MOST_BYTES = 100_000;

/** Prints all pages, and says whether they keep to the limits. */
export function pageResults(results: readonly PageResult[]): HalfResult {
  const head = ['page', 'small', 'large', 'ratio', 'at most', '', 'bytes', '', 'A/A'];
  const rows = results.map((result) => {
    const { name, milliseconds, ratio, control, bytes } = result;
    return [
      name,
      `${milliseconds.small.toFixed(2)} ms`,
      `${milliseconds.large.toFixed(2)} ms`,
      ratio.toFixed(2),
      MOST_TIMES.toFixed(2),
      verdict(ratio <= MOST_TIMES),
      shown(bytes),
      verdict(bytes <= MOST_BYTES),
      `${control.toFixed(2)}${isControlled(result) ? '' : ' !'}`,
    ];
  });
  console.log(`\n${aligned([head, ...rows])}\n`);
  return {
    lines: results.map(({ name, milliseconds, ratio }) => ({
      case: name,
      ours: rounded(1000 / milliseconds.large),
      bare: rounded(1000 / milliseconds.small),
      peer: null,
      ratioToBare: rounded(1 / ratio),
      ratioToPeer: null,
    })),
    isControlled: results.every(isControlled),
    isMet: results.every(({ ratio, bytes }) => ratio <= MOST_TIMES && bytes <= MOST_BYTES),
  };
}

function isControlled({ control }: PageResult): boolean {
  return control >= CONTROL.low && control <= CONTROL.high;
}

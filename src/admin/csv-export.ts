/** A table that is written while it is read. */
export interface CsvExport {
  /** Without its extension: letters, digits and `-`. */
  readonly fileName: string;
  readonly columns: readonly string[];
  readonly rows: AsyncIterable<readonly string[]>;
}

/** Rows of one file at most; the last one then says that there were more. */
export const MOST_ROWS = 100_000;

/** What spreadsheets take for the beginning of a formula, also in the wide forms of these characters. */
const FORMULA = /^[\s\p{Cf}]*[=+\-@\uff1d\uff0b\uff0d\uff20|]|^[\t\r]/u;

/** One line. Text that a spreadsheet would carry out stands behind an apostrophe, as text. */
export function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${(FORMULA.test(cell) ? `'${cell}` : cell).replaceAll('"', '""')}"`).join(',')}\r\n`;
}

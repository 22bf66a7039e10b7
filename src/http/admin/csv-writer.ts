import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response } from 'express';
import { type CsvExport, csvLine, MOST_ROWS } from '../../admin/csv-export.js';

/** Without it, spreadsheets take UTF-8 for something else. */
const MARK = '\ufeff';
/** Lines that are written at once. */
const LINES = 200;

/** Sends a table as a file, no faster than it is taken; who goes away stops the reading. */
export async function writeCsv(request: Request, response: Response, data: CsvExport): Promise<void> {
  const text = textOf(data);
  // What fails at once can still be answered in words.
  const first = request.method === 'HEAD' ? undefined : await text.next();
  response.status(200).set({
    'Content-Type': 'text/csv; charset=utf-8; header=present',
    'Content-Disposition': `attachment; filename="${data.fileName}.csv"`,
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  });
  if (!first || first.done) return void response.end();
  await pipeline(Readable.from(continued(first.value, text), { objectMode: true, highWaterMark: 1 }), response);
}

async function* continued(first: string, rest: AsyncGenerator<string, void>): AsyncGenerator<string> {
  yield first;
  yield* rest;
}

async function* textOf({ columns, rows }: CsvExport): AsyncGenerator<string, void> {
  let [text, waiting, written] = [MARK + csvLine(columns), 0, 0];
  for await (const row of rows) {
    if (written === MOST_ROWS) {
      text += csvLine([`Only the first ${MOST_ROWS} are here.`]);
      break;
    }
    text += csvLine(row);
    written += 1;
    waiting += 1;
    if (waiting < LINES) continue;
    yield text;
    [text, waiting] = ['', 0];
  }
  yield text;
}

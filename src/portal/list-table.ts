import { type Html, type HtmlPart, html } from './html.js';

/**
 * A table that becomes a list of cards on narrow screens: each cell knows its column. The roles keep it a table for whoever
 * does not see it, however it is shown.
 */
export function listTable(
  caption: string,
  columns: readonly string[],
  rows: readonly (readonly HtmlPart[])[],
): Html | undefined {
  if (rows.length === 0) return undefined;
  return html`<table class="list" role="table" aria-label="${caption}">
<thead role="rowgroup"><tr role="row">${columns.map((column) => html`<th role="columnheader" scope="col">${column}</th>`)}</tr></thead>
<tbody role="rowgroup">${rows.map(
    (cells) =>
      html`<tr role="row">${cells.map((cell, index) => html`<td role="cell" data-label="${columns[index] ?? ''}">${cell}</td>`)}</tr>
`,
  )}</tbody></table>`;
}

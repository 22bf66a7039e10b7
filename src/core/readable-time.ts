/** A time as sentences say it, with its zone: `2026-03-01 10:00 UTC`. What is no such time stays as it is. */
export function readableTime(iso: string): string {
  return iso.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::[\d.]+)?Z$/, '$1 $2 UTC');
}

const XSD_DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,12}))?(Z|[+-](?:0\d|1[0-4]):[0-5]\d)?$/;

/**
 * The instant that an `xsd:dateTime` names, as text that sorts in time order: UTC with nine digits of a second. A value
 * without zone counts as UTC. `undefined` when the text is no dateTime (RFC 7643 section 2.3.5).
 */
export function toInstant(text: string): string | undefined {
  const match = XSD_DATE_TIME.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  const atUtc = Date.parse(`${local}Z`);
  // Date.parse rolls 30 February over to March; such a date is no date.
  if (Number.isNaN(atUtc) || !new Date(atUtc).toISOString().startsWith(local)) return undefined;
  const utc = new Date(zone === 'Z' ? atUtc : Date.parse(`${local}${zone}`));
  const year4 = utc.getUTCFullYear();
  if (year4 < 0 || year4 > 9999) return undefined;
  return `${utc.toISOString().slice(0, 19)}.${fraction.slice(0, 9).padEnd(9, '0')}Z`;
}

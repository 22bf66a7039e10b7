/** What stands in the place of a value. */
export type ValueKind = '<empty>' | '<guid>' | '<email>' | '<url>' | '<time>' | '<number>' | '<text>';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether text has the form of a GUID, as all ids that are made here have. */
export function isGuid(text: string): boolean {
  return GUID.test(text);
}

/** The kind of a text: enough to see what is mapped to what, and nothing of what it says. */
export function kindOf(text: string): ValueKind {
  const trimmed = text.length > 512 ? '' : text.trim();
  if (text.length <= 512 && trimmed === '') return '<empty>';
  if (isGuid(trimmed)) return '<guid>';
  if (/^[^\s@]{1,64}@[^\s@]{1,255}$/.test(trimmed)) return '<email>';
  if (/^https?:\/\//i.test(trimmed)) return '<url>';
  if (/^\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)$/i.test(trimmed)) return '<time>';
  return /^[+-]?\d+(?:\.\d+)?$/.test(trimmed) ? '<number>' : '<text>';
}

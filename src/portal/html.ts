/** Text that is HTML already: everything in it that came from elsewhere is escaped. */
export interface Html {
  readonly html: string;
}

/** What may stand in a template: text is escaped, lists are put one after the other, nothing is left out. */
export type HtmlPart = Html | string | number | false | undefined | null | readonly HtmlPart[];

/** A template of HTML. Whatever is put into it as text stays text, between tags and in quoted attributes alike. */
export function html(strings: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return { html: strings.reduce((text, next, index) => text + written(parts[index - 1]) + next) };
}

function written(part: HtmlPart): string {
  if (part === undefined || part === null || part === false) return '';
  if (typeof part === 'string') return escaped(part);
  if (typeof part === 'number') return String(part);
  if (isList(part)) return part.map(written).join('');
  return part.html;
}

function isList(part: Html | readonly HtmlPart[]): part is readonly HtmlPart[] {
  return Array.isArray(part);
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

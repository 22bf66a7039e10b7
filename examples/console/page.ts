/** Makes text safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A whole page. `body` is HTML; what it holds of others was escaped by {@link escapeHtml}. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 3rem auto; padding: 0 1rem; color-scheme: light dark; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: start; padding: .4rem .8rem .4rem 0; border-block-end: 1px solid #8886; vertical-align: top; }
  button, input { font: inherit; padding: .3rem .8rem; }
  pre { overflow: auto; padding: .8rem; background: #8882; }
</style>
<h1>${escapeHtml(title)}</h1>
${body}
</html>
`;
}

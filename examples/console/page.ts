/** Makes text safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Whom a page is for, as far as its head says. */
interface Viewer {
  readonly name: string;
  readonly organizationId?: string;
}

/**
 * A whole page of the application. `body` is HTML; what it holds of others was escaped by {@link escapeHtml}.
 * @param viewer who is signed in, on pages that say so
 */
export function page(title: string, body: string, viewer?: Viewer): string {
  return sheet(title, `<h1><bdi>${escapeHtml(title)}</bdi></h1>\n${body}`, viewer && navigation(viewer));
}

/** A page that stands alone, such as one of an identity provider. */
export function sheet(title: string, content: string, head = ''): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
  nav, form.line { display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: baseline; }
  form.line { gap: .4rem; margin-block: .3rem; }
  table { border-collapse: collapse; width: 100%; display: block; overflow-x: auto; }
  th, td { text-align: start; padding: .4rem .8rem .4rem 0; border-block-end: 1px solid #8886; vertical-align: top; }
  button, input, select { font: inherit; padding: .3rem .6rem; max-width: 100%; }
  code, bdi { overflow-wrap: anywhere; }
  pre { overflow: auto; padding: .8rem; background: #8882; }
  .notice { border-inline-start: .3rem solid #c80; padding-inline-start: .8rem; }
  .locked { opacity: .8; font-size: .9em; }
</style>
${head}
<main>
${content}
</main>
</html>
`;
}

function navigation({ name, organizationId }: Viewer): string {
  const places: readonly (readonly [string, string])[] =
    organizationId === undefined
      ? [['/portal/oidc-requests', 'Requests']]
      : [
          ['/teams', 'Teams'],
          ['/portal', 'Single sign-on and provisioning'],
        ];
  const links = [['/', 'Start'], ...places, ['/me', name]].map(
    ([path, label = '']) => `<a href="${path}"><bdi>${escapeHtml(label)}</bdi></a>`,
  );
  return `<nav>${links.join('\n')}</nav>`;
}

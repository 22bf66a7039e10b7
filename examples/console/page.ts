import { STYLESHEET } from './stylesheet.js';

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
  return sheet(title, `<h1><bdi>${escapeHtml(title)}</bdi></h1>\n${body}`, navigation(viewer));
}

/** A page that belongs to no application but to somebody else, such as an identity provider: it looks different. */
export function foreignPage(title: string, content: string): string {
  return sheet(title, content, '', 'foreign');
}

function sheet(title: string, content: string, head: string, look = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(title)}</title>
<style>${STYLESHEET}</style>
</head>
<body class="${look}">
${head}
<main>
${content}
</main>
</body>
</html>
`;
}

function navigation(viewer: Viewer | undefined): string {
  const places: readonly (readonly [path: string, label: string])[] =
    viewer === undefined
      ? [['/login', 'Sign in']]
      : viewer.organizationId === undefined
        ? [['/portal/oidc-requests', 'Requests']]
        : [
            ['/teams', 'Teams'],
            ['/portal', 'Single sign-on and provisioning'],
          ];
  const own: readonly (readonly [path: string, label: string])[] = viewer
    ? [
        ['/me', viewer.name],
        ['/other-sign-in', 'Be somebody else'],
      ]
    : [];
  const links = [['/', 'Start'], ...places, ...own].map(
    ([path, label = '']) => `<li><a href="${path}"><bdi>${escapeHtml(label)}</bdi></a></li>`,
  );
  return `<header><nav aria-label="Application"><ul>${links.join('\n')}</ul></nav></header>`;
}

import { type Html, html } from './html.js';
import { pageAddress } from './page-address.js';
import type { PageView, ShownProblem } from './page-view.js';
import { partsOfDirectory } from './parts-of-directory.js';
import { problemBox, tellsProblem } from './problem-box.js';
import { name } from './text.js';

const NAVIGATION: readonly (readonly [route: string, label: string])[] = [
  ['read-overview', 'Overview'],
  ['list-oidc-tenants', 'Single sign-on'],
  ['list-directories', 'Provisioning'],
  ['list-people', 'People'],
  ['list-teams', 'Teams'],
  ['list-conflicts', 'Inbox'],
  ['list-setup-guides', 'Setup guides'],
  ['list-oidc-requests', 'Requests'],
];

/** A whole document. */
export function layout(view: PageView, title: string, body: Html): Html {
  const { assets, organizationName, homeUrl, context, done, submitted } = view;
  const entries = NAVIGATION.filter(([route]) => view.may(route));
  const here = sectionOf(view, entries);
  const content = html`<a class="skip" href="#content">Skip to content</a>
<header>
<p class="where"><strong>${name(organizationName)}</strong> <span>${name(context.actor.name)} · ${context.role}${homeUrl !== undefined && html` · <a href="${homeUrl}">Back to the application</a>`}</span></p>
<nav aria-label="Administration"><ul>${entries.map(
    ([route, label]) =>
      html`<li><a href="${view.link(route)}"${route === here && html` aria-current="true"`}>${label}</a></li>`,
  )}</ul></nav>
</header>
<main id="content">
<h1>${title}</h1>
${partsOfDirectory(view)}
${done !== undefined && html`<p class="done" role="status">${done}</p>`}
${submitted && !tellsProblem(body) && problemBox(submitted.problem, submitted.problem.faults)}
${body}
</main>`;
  return wholeDocument(assets, title, content);
}

/** The entry that the page belongs to: the one whose address its own goes on from. */
function sectionOf(view: PageView, entries: typeof NAVIGATION): string | undefined {
  const address = `${pageAddress(view)}/`;
  const above = entries.filter(([route]) => address.startsWith(`${view.link(route)}/`));
  return above.sort(([a], [b]) => view.link(b).length - view.link(a).length)[0]?.[0];
}

/** A document that belongs to nobody's navigation. */
export function bareLayout({ stylesheet }: Pick<PageView['assets'], 'stylesheet'>, title: string, body: Html): Html {
  const content = html`<main id="content">
<h1>${title}</h1>
${body}
</main>`;
  return wholeDocument({ stylesheet }, title, content);
}

/** A document that says what is wrong, where no page can. */
export function problemPage(
  assets: PageView['assets'],
  { sentence, mender, requestId }: ShownProblem,
  waysOut: readonly { readonly label: string; readonly url: string }[],
): Html {
  const body = html`<p>${sentence}</p>
<p>${mender}</p>
${waysOut.map(({ label, url }) => html`<p><a href="${url}">${label}</a></p>`)}
<p class="quiet">Request: <code>${requestId}</code></p>`;
  return bareLayout(assets, 'This did not work', body);
}

function wholeDocument(
  { stylesheet, script }: { readonly stylesheet: string; readonly script?: string },
  title: string,
  content: Html,
): Html {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="${stylesheet}">${
    script !== undefined &&
    html`
<script src="${script}" defer></script>`
  }
</head>
<body>
${content}
</body>
</html>
`;
}

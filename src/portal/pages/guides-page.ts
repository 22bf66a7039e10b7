import type { GuideAnswer, GuidesAnswer } from '../../admin/guide-routes.js';
import type { FilledGuide, FilledPiece } from '../../admin/setup-guides/setup-guides.js';
import { type Html, html } from '../html.js';
import { definePage, type PageView, type PortalPage } from '../page-view.js';
import { copied, plainName } from '../text.js';

/** The identity providers that there is a guide for. */
export const guidesPage: PortalPage = definePage<GuidesAnswer>({
  route: 'list-setup-guides',
  title: () => 'Setup guides',
  render: (view, { items }) => html`
<p>Which identity provider do you use? The guides hold your own values, ready to be copied.</p>
<ul>${items.map(({ provider, name }) => html`<li><a href="${view.link('read-setup-guide', { provider })}">${name}</a></li>`)}</ul>`,
});

/** How to set one identity provider up. */
export const guidePage: PortalPage = definePage<GuideAnswer>({
  route: 'read-setup-guide',
  title: ({ name }) => `Set up ${name}`,
  render: (view, { provider, oidc, scim, tenants, directories }) => html`
${chooser(view, provider, { tenantId: ['OIDC tenant', tenants], directoryId: ['Directory', directories] })}
<nav class="parts" aria-label="Parts of the guide"><ul><li><a href="#sign-in">Sign-in</a></li><li><a href="#provisioning">Provisioning</a></li></ul></nav>
<section aria-labelledby="sign-in"><h2 id="sign-in">Sign-in (OpenID Connect)</h2>${part(oidc)}</section>
<section aria-labelledby="provisioning"><h2 id="provisioning">Provisioning (SCIM)</h2>${part(scim)}</section>
<p><a href="${view.link('list-setup-guides')}">Other identity providers</a></p>`,
});

/** Whose values the guide holds, where there are several. */
function chooser(
  view: PageView,
  provider: string,
  choices: Readonly<Record<string, readonly [label: string, choice: GuideAnswer['tenants']]>>,
): Html | false {
  const several = Object.entries(choices).filter(([, [, { items }]]) => items.length > 1);
  if (several.length === 0) return false;
  return html`<form class="row" method="get" action="${view.link('read-setup-guide', { provider })}" aria-label="Whose values">
${several.map(
  ([field, [label, { chosen, items }]]) =>
    html`<div class="field"><label for="${field}">${label}</label><select id="${field}" name="${field}">${items.map(({ id, name }) => html`<option value="${id}"${id === chosen && html` selected`}>${plainName(name)}</option>`)}</select></div>`,
)}
<p><button>Show its values</button></p></form>`;
}

function part({ steps, notes }: FilledGuide): Html {
  return html`${
    steps.length > 0 &&
    html`<ol class="steps">${steps.map(
      ({ title, text, fields }) => html`<li><h3>${title}</h3><p>${pieces(text)}</p>
${fields.length > 0 && html`<dl>${fields.map(({ label, content }) => html`<dt>${label}</dt><dd>${pieces(content)}</dd>`)}</dl>`}</li>`,
    )}</ol>`
  }
${notes.length > 0 && html`<div class="notice hint">${notes.map((note) => html`<p>${pieces(note)}</p>`)}</div>`}`;
}

function pieces(all: readonly FilledPiece[]): readonly Html[] {
  return all.map(({ text, copy }) => (copy ? copied(text) : html`${text}`));
}

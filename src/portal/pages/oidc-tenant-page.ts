import type { OidcTenantAnswer } from '../../admin/oidc-tenant-answer.js';
import type { OidcTenantPlace } from '../../admin/oidc-tenant-routes.js';
import { form } from '../form.js';
import { type Html, html } from '../html.js';
import { tenantFields } from '../oidc-tenant-fields.js';
import { definePage, type PageView, type PortalPage } from '../page-view.js';
import { stateWords } from '../state-words.js';
import { copied, name, time } from '../text.js';

/** One OIDC tenant: its state, what to do next, its domains and secrets, and the form to change it. */
export const oidcTenantPage: PortalPage = definePage<OidcTenantPlace>({
  route: 'get-oidc-tenant',
  title: ({ tenant }) => `Single sign-on: ${tenant.domains[0]?.name ?? tenant.id}`,
  render: (view, answer) => {
    const { tenant, notices, urls } = answer;
    const { id: tenantId, state, message } = tenant;
    return html`
<p>${stateWords(state)} <a href="${view.link('read-oidc-history', { tenantId })}">What happened</a></p>
${message !== undefined && html`<p class="notice"><strong>Message:</strong> <bdi>${message}</bdi></p>`}
${notices.map(({ expiresAt, expired }) => html`<p class="notice">A client secret ${expired ? 'expired' : 'expires'} on ${time(expiresAt)}. Add the next one below, and remove the old one afterwards.</p>`)}
${review(view, answer)}
${domainList(view, answer)}
${connection(view, answer)}
${
  urls &&
  html`<section aria-labelledby="urls"><h2 id="urls">What to enter at your identity provider</h2>
<dl><dt>Redirect URI</dt><dd>${copied(urls.redirectUri)}</dd><dt>Initiate login URI</dt><dd>${copied(urls.loginUrl)}</dd><dt>Back-channel logout URI</dt><dd>${copied(urls.backchannelLogoutUrl)}</dd></dl></section>`
}
${secrets(view, answer)}
${state !== 'rejected' && changes(view, answer)}`;
  },
});

function review(view: PageView, { tenant }: OidcTenantAnswer): Html | false {
  const { id: tenantId, state, version } = tenant;
  if (!view.may('approve-oidc-tenant') || (state !== 'submitted' && state !== 'needs-information')) return false;
  const params = { organizationId: tenant.organizationId, tenantId };
  const hidden = { version: String(version) };
  const message = { kind: 'long-text', name: 'message', required: true } as const;
  return html`<section aria-labelledby="review"><h2 id="review">Decide about this request</h2>
${form(view, { action: 'approve-oidc-tenant', params, hidden, submit: 'Approve' })}
${form(view, { action: 'ask-about-oidc-tenant', params, hidden, submit: 'Ask for information', fields: [{ ...message, label: 'What is missing' }] })}
${form(view, { action: 'reject-oidc-tenant', params, hidden, submit: 'Reject for good', danger: true, fields: [{ ...message, label: 'Why it is rejected' }] })}
</section>`;
}

function domainList(view: PageView, { tenant, domainPage: { shown, next } }: OidcTenantPlace): Html {
  const { id: tenantId, domains, state } = tenant;
  const onPage = domains.filter((domain) => shown.includes(domain.name));
  const waiting = domains.some((domain) => domain.state !== 'proved');
  return html`<section aria-labelledby="domains"><h2 id="domains">Associated domains</h2>
<p>Publish this TXT record for each domain. It has to stay, since it is looked up from time to time.</p>
<ul class="plain">${onPage.map(
    (domain) => html`<li><h3>${name(domain.name)} ${stateWords(domain.state)}</h3>
<dl><dt>Name</dt><dd>${copied(domain.record.name)}</dd><dt>Value</dt><dd>${copied(domain.record.value)}</dd>
${domain.found !== undefined && html`<dt>Last look-up</dt><dd>${FOUND[domain.found]}${domain.checkedAt !== undefined && html`, ${time(domain.checkedAt)}`}</dd>`}
${domain.state === 'pending' && html`<dt>Looked for until</dt><dd>${time(domain.expiresAt)}</dd>`}
${domain.reason === 'taken' && html`<dt>Why</dt><dd>Another organization has proved this domain.</dd>`}</dl>
${domain.state === 'expired' && form(view, { action: 'renew-oidc-domain', params: { tenantId, domain: domain.name }, submit: 'Claim it anew' })}</li>`,
  )}</ul>
${next !== undefined && html`<p><a href="${view.here({ after: next })}">More domains</a></p>`}
${waiting && state !== 'rejected' && form(view, { action: 'check-oidc-domains', params: { tenantId }, submit: 'Look the domains up now' })}
</section>`;
}

const FOUND = {
  proof: 'the record is there',
  'other-values': 'there is a record of that name with another value',
  nothing: 'there is no such record yet',
  'no-answer': 'the name servers did not answer',
} as const;

function connection(view: PageView, { tenant }: OidcTenantAnswer): Html {
  const { id: tenantId, settings, breakGlassEmails, preferences, state } = tenant;
  return html`<section aria-labelledby="connection"><h2 id="connection">Connection</h2>
<dl><dt>Authority</dt><dd>${copied(settings.authority)}</dd><dt>Client ID</dt><dd>${copied(settings.clientId)}</dd>
<dt>Scopes</dt><dd><bdi>${['openid profile email', ...(settings.additionalScopes ?? [])].join(' ')}</bdi></dd>
<dt>Break-glass addresses</dt><dd><bdi>${breakGlassEmails.join(', ') || 'none'}</bdi></dd>
<dt>Provisioning by SCIM</dt><dd>${preferences.scim === true ? 'wanted' : 'not asked for'}</dd>
<dt>Phone numbers of provisioned people</dt><dd>${preferences.changePhoneNumber === true ? 'may be changed by them' : 'come from the identity provider'}; ${preferences.confirmPhoneNumber === false ? 'not confirmed' : 'confirmed by them'}</dd></dl>
${view.may('start-test-sign-in') && state !== 'rejected' && html`<p><a class="button" href="${view.link('start-test-sign-in', { tenantId })}">Test sign-in</a> shows what your identity provider says about you, and signs nobody in.</p>`}
${view.may('examine-oidc-tenant') && form(view, { action: 'examine-oidc-tenant', params: { tenantId }, submit: 'Look at the identity provider now', second: true })}
</section>`;
}

function secrets(view: PageView, { tenant }: OidcTenantAnswer): Html | false {
  const { id: tenantId, clientSecrets, state, version } = tenant;
  if (state === 'rejected') return false;
  const hidden = { version: String(version) };
  return html`<section aria-labelledby="secrets"><h2 id="secrets">Client secrets</h2>
<ul class="plain">${clientSecrets.map(({ id: secretId, fingerprint, addedAt, expiresAt, inUse }) => {
    const params = { tenantId, secretId };
    return html`<li><h3>Secret ${fingerprint}${inUse ? ' (tried first)' : ''}</h3>
<p>Added ${time(addedAt)}; ${expiresAt === undefined ? 'does not expire' : html`expires ${time(expiresAt)}`}.</p>
${form(view, { action: 'set-oidc-secret-expiry', method: 'PUT', params, hidden, submit: 'Save the expiry', second: true, fields: [{ kind: 'time', name: 'expiresAt', label: `Secret ${fingerprint} expires (UTC)`, hint: 'Empty when it does not.', ...(expiresAt !== undefined && { value: expiresAt }) }] })}
${!inUse && form(view, { action: 'promote-oidc-secret', params, hidden, submit: `Try ${fingerprint} first`, second: true })}
${clientSecrets.length > 1 && form(view, { action: 'remove-oidc-secret', method: 'DELETE', params, hidden, submit: `Remove ${fingerprint}`, danger: true })}</li>`;
  })}</ul>
${
  clientSecrets.length < 2 &&
  form(view, {
    action: 'add-oidc-secret',
    params: { tenantId },
    hidden,
    submit: 'Add a secret',
    second: true,
    fields: [
      {
        kind: 'secret',
        name: 'secret',
        label: 'Next client secret',
        hint: 'Both are tried until you remove the old one.',
        required: true,
      },
      { kind: 'time', name: 'expiresAt', label: 'It expires (UTC)' },
    ],
  })
}</section>`;
}

/** What operators alone change once they have approved it: a form that sent it would be refused as a whole. */
const APPROVED: ReadonlySet<string> = new Set(['authority', 'clientId']);

function changes(view: PageView, { tenant, approval }: OidcTenantAnswer): Html {
  const { id: tenantId, state, version } = tenant;
  const hidden = { version: String(version) };
  const params = { tenantId };
  const asked = state === 'needs-information';
  const isApproved = approval === 'operator' && (state === 'active' || state === 'disabled');
  const isTheOperators = isApproved && !view.may('approve-oidc-tenant');
  const fields = tenantFields(tenant).filter(({ name }) => !isTheOperators || !APPROVED.has(name));
  return html`<section aria-labelledby="change"><h2 id="change">${asked ? 'Answer and submit again' : 'Change it'}</h2>
${
  asked
    ? form(view, {
        action: 'resubmit-oidc-tenant',
        params,
        hidden,
        submit: 'Submit again',
        fields: [{ kind: 'long-text', name: 'message', label: 'Your answer' }, ...fields],
      })
    : html`<details${view.submitted?.action === 'change-oidc-tenant' && html` open`}><summary>Domains, addresses, scopes, claims and more</summary>
${isTheOperators && html`<p class="quiet">The authority and the client ID were approved: an operator can change them.</p>`}
${form(view, { action: 'change-oidc-tenant', method: 'PUT', params, hidden, submit: 'Save', fields })}</details>`
}
${state === 'active' && form(view, { action: 'disable-oidc-tenant', params, hidden, submit: 'Disable sign-in', danger: true })}
${state === 'disabled' && form(view, { action: 'enable-oidc-tenant', params, hidden, submit: 'Enable sign-in again' })}
</section>`;
}

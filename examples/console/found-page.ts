import { randomBytes } from 'node:crypto';
import { Router, urlencoded } from 'express';
import type { ConsoleSite } from './console-site.js';
import { type Founder, foundOrganization } from './founding.js';
import { escapeHtml, page } from './page.js';
import { personOf } from './person.js';
import { requireSameOrigin } from './same-origin.js';

interface FoundForm extends Founder {
  readonly organization: string;
}

/** Where somebody begins an organization, and is its owner from then on. */
export function createFounding(site: ConsoleSite): Router {
  const router = Router();
  router.get('/organizations/new', (request, response) => {
    response.send(foundPage({ organization: '', name: '', email: '' }, undefined, personOf(request)));
  });
  router.post('/organizations', requireSameOrigin, urlencoded(), async (request, response, next) => {
    const form = readForm(request.body);
    const fault = await faultOf(site, form);
    if (fault !== undefined) return response.status(422).send(foundPage(form, fault, personOf(request)));
    const { name, email, organization } = form;
    const id = await freeId(site, organization);
    const { founderId: userId } = await foundOrganization(site, { id, name: organization }, { name, email });
    request.login({ userId, organizationId: id, email, name }, (error) =>
      error ? next(error) : response.redirect(303, '/setup'),
    );
  });
  return router;
}

function readForm(body: Readonly<Record<string, unknown>> | undefined): FoundForm {
  const text = (name: keyof FoundForm) => String(body?.[name] ?? '').trim();
  return { organization: text('organization'), name: text('name'), email: text('email').toLowerCase() };
}

async function faultOf({ organizations, storage }: ConsoleSite, form: FoundForm): Promise<string | undefined> {
  if (Object.values(form).some((value) => value === '' || value.length > 100))
    return 'Each field takes 1 to 100 characters.';
  if (!/^[^\s@]+@[^\s@]+$/.test(form.email)) return 'This is not an e-mail address.';
  // Whoever signs in without an identity provider is found by the address alone.
  for (const { id: organizationId } of await organizations.list()) {
    if (await storage.users.findByEmail({ organizationId }, form.email))
      return 'There is an account of this address already.';
  }
  return undefined;
}

/** An id that people can read in addresses. */
async function freeId({ organizations }: ConsoleSite, name: string): Promise<string> {
  const readable = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, 30);
  const isFree = readable !== '' && !(await organizations.get(readable));
  return isFree ? readable : `${readable || 'organization'}-${randomBytes(4).toString('hex')}`;
}

function foundPage(form: FoundForm, fault: string | undefined, viewer: ReturnType<typeof personOf>): string {
  const field = (name: keyof FoundForm, label: string, type: string, hint = '') =>
    `<p><label for="${name}">${label}</label><br>
<input id="${name}" name="${name}" type="${type}" value="${escapeHtml(form[name])}" maxlength="100" required> ${hint}</p>`;
  return page(
    'Begin an organization',
    `${fault === undefined ? '' : `<p role="alert"><strong>${fault}</strong></p>`}
<form method="post" action="/organizations">
${field('organization', 'Name of the organization', 'text')}
${field('name', 'Your name', 'text')}
${field('email', 'Your e-mail address', 'email', 'You are its first owner: no identity provider can change you.')}
<p><button>Begin</button></p>
</form>
<p>An application would send a mail to this address, and ask for a password.</p>`,
    viewer,
  );
}

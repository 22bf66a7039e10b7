import { Router, urlencoded } from 'express';
import { requireSameOrigin } from '../same-origin.js';
import { connectionPage, deskPage } from './idp-pages.js';
import type { IdpRecords, RegisteredClient } from './idp-records.js';
import { PUSHED_CHANGES } from './pushed-change.js';
import { createScimClient, type ScimExchange } from './scim-connection.js';

/** The identity provider that somebody administrates here. */
interface IdpDeskParts {
  readonly name: string;
  readonly issuer: string;
  /** Where pages lead back to. */
  readonly applicationUrl: string;
  readonly records: IdpRecords;
  /** Lets people of the provider sign in to an application. */
  readonly onRegistered: (client: RegisteredClient) => void;
}

/** Calls that a page shows. */
const MOST_EXCHANGES = 20;

/**
 * The desk of the administrator of an identity provider: what one does at Entra or Okta, as a few forms. Each click on
 * people and groups becomes the SCIM request that a provider would send, and is shown with its answer.
 */
export function createIdpDesk({ name, issuer, applicationUrl, records, onRegistered }: IdpDeskParts): Router {
  const exchanges = new Map<string, readonly ScimExchange[]>();
  const note = (id: string, exchange: ScimExchange) =>
    exchanges.set(id, [exchange, ...(exchanges.get(id) ?? [])].slice(0, MOST_EXCHANGES));
  const show = (fault?: string) =>
    deskPage({ name, issuer, clients: records.clients(), connections: records.connections(), fault, applicationUrl });

  const router = Router();
  router.use(requireSameOrigin, urlencoded());
  router.get('/', (_request, response) => void response.send(show()));

  router.post('/clients', async ({ body }, response) => {
    const redirectUri = localUrl(body?.redirectUri);
    if (redirectUri === undefined) return response.status(422).send(show(NOT_LOCAL));
    onRegistered(await records.addClient(redirectUri));
    response.redirect(303, '/');
  });

  router.post('/connections', async ({ body }, response) => {
    const scimBaseUrl = localUrl(body?.scimBaseUrl);
    if (scimBaseUrl === undefined) return response.status(422).send(show(NOT_LOCAL));
    const token = String(body?.token ?? '').trim();
    // Providers have a button "Test connection": they look for somebody who is not there.
    const tried = await createScimClient({ scimBaseUrl, token }).send(
      'GET',
      '/Users?filter=userName%20eq%20%22nobody%22',
    );
    if (tried.status !== 200)
      return response
        .status(422)
        .send(show(`The application answers ${tried.status}: ${JSON.stringify(tried.answer)}`));
    const { id } = await records.connect({ scimBaseUrl, token });
    note(id, tried);
    response.redirect(303, `/connections/${id}`);
  });

  router.get('/connections/:id', async ({ params: { id } }, response) => {
    const connection = records.connections().find((each) => each.id === id);
    if (!connection) return response.redirect(303, '/');
    const client = createScimClient(connection);
    const [people, groups] = await Promise.all([client.list('/Users'), client.list('/Groups')]);
    response.send(
      connectionPage({ name, connection, people, groups, exchanges: exchanges.get(id) ?? [], applicationUrl }),
    );
  });

  router.post('/connections/:id/:change', async ({ params: { id, change }, body }, response) => {
    const connection = records.connections().find((each) => each.id === id);
    const push = Object.hasOwn(PUSHED_CHANGES, change) ? PUSHED_CHANGES[change] : undefined;
    if (connection && push) note(id, await push(createScimClient(connection), textsOf(body)));
    response.redirect(303, connection ? `/connections/${id}` : '/');
  });
  return router;
}

const NOT_LOCAL = 'A trial identity provider speaks to applications on this machine alone: http://localhost:…';

/** Without a slash at its end; `undefined` for what leads elsewhere. */
function localUrl(text: unknown): string | undefined {
  const url = URL.parse(String(text ?? '').trim());
  const isLocal =
    url !== null && /^https?:$/.test(url.protocol) && /^(?:localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
  return isLocal ? url.href.replace(/\/$/, '') : undefined;
}

function textsOf(body: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(Object(body)).map(([name, value]) => [name, String(value).trim()]));
}

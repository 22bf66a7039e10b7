import { Router, urlencoded } from 'express';
import type { ConsoleSite } from './console-site.js';
import { escapeHtml, page } from './page.js';
import { personOf } from './person.js';
import { requireSameOrigin } from './same-origin.js';
import type { TrialZone } from './trial-zone.js';

/** Where somebody does what is done at a DNS provider elsewhere. */
export function createDnsPage({ zone }: Pick<ConsoleSite, 'zone'>): Router {
  const router = Router();
  router.use(requireSameOrigin, urlencoded());
  router.get('/', (request, response) => {
    response.send(page('DNS of the example', dnsBody(zone), personOf(request)));
  });
  router.post('/', async ({ body }, response) => {
    const [name, value] = [body?.name, body?.value].map((each) => String(each ?? '').trim());
    if (name && value) await zone.add({ name, value });
    response.redirect(303, '/dns');
  });
  router.post('/remove', async ({ body }, response) => {
    await zone.remove({ name: String(body?.name), value: String(body?.value) });
    response.redirect(303, '/dns');
  });
  return router;
}

function dnsBody(zone: TrialZone): string {
  const rows = zone.records().map(
    ({
      name,
      value,
    }) => `<tr><td data-label="Name"><code>${escapeHtml(name)}</code><td data-label="Value"><code>${escapeHtml(value)}</code><td>
<form method="post" action="/dns/remove"><input type="hidden" name="name" value="${escapeHtml(name)}">
<input type="hidden" name="value" value="${escapeHtml(value)}"><button class="danger">Remove</button></form></tr>`,
  );
  return `<p>Whoever can write into the DNS of a domain owns it: so the settings ask for a TXT record. Domains of the example
are made up, and exist in no DNS. The example looks their records up on this page instead, by the option
<code>lookupTxt</code>. Without that option, DNS itself is asked.</p>
<form method="post" action="/dns">
<p><label for="name">Name</label><br><input id="name" name="name" size="50" placeholder="_sso-challenge.newco.example" required></p>
<p><label for="value">Value of the TXT record</label><br><input id="value" name="value" size="50" required></p>
<p><button>Add the record</button></p>
</form>
<table>
<thead><tr><th>Name<th>Value<th>Remove</tr></thead>
<tbody>
${rows.join('\n') || '<tr><td colspan="3">No record yet.</tr>'}
</tbody>
</table>
<p><a href="/setup">Back to the steps</a></p>`;
}

import type { OidcTenantView } from '../tenancy/tenant-view.js';
import { type Html, html } from './html.js';
import { name } from './text.js';

const SHOWN = 3;

/** An OIDC tenant as lists call it: by its domains, of which there may be a hundred. */
export function domainNames({ domains }: Pick<OidcTenantView, 'domains'>): Html {
  const more = domains.length - SHOWN;
  const first = name(
    domains
      .slice(0, SHOWN)
      .map((domain) => domain.name)
      .join(', '),
  );
  return more > 0 ? html`${first} and ${more} more` : first;
}

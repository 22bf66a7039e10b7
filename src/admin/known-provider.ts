import type { TrafficEntry } from '../storage/traffic-store.js';
import type { GuideProvider } from './setup-guides/setup-guide.js';

/** What gives a provider away, in order of how sure it is. */
const TRACES: readonly (readonly [GuideProvider, (entry: TrafficEntry) => boolean])[] = [
  ['okta', ({ agent = '' }) => /okta/i.test(agent)],
  ['onelogin', ({ agent = '' }) => /onelogin/i.test(agent)],
  ['jumpcloud', ({ agent = '' }) => /jumpcloud/i.test(agent)],
  ['auth0', ({ agent = '' }) => /auth0/i.test(agent)],
  ['google', ({ agent = '' }) => /google/i.test(agent)],
  ['keycloak', ({ agent = '' }) => /keycloak/i.test(agent)],
  ['entra', ({ agent = '' }) => /azure|entra|microsoft/i.test(agent)],
  ['onelogin', ({ signs }) => signs.includes('template-unfilled')],
  ['entra', ({ signs }) => signs.some((sign) => sign.startsWith('entra-flag') || sign === 'capital-operation')],
  ['entra', ({ body }) => JSON.stringify(body ?? '').includes('schemas.microsoft.com')],
];

/** Which identity provider has made these calls, as far as they give it away. */
export function knownProvider(recent: readonly TrafficEntry[]): GuideProvider | 'other' {
  const letIn = recent.filter(({ outcome }) => outcome !== 'unauthorized');
  for (const [provider, isTrace] of TRACES) {
    if ((letIn.length > 0 ? letIn : recent).some(isTrace)) return provider;
  }
  return 'other';
}

import type { RequestHandler } from 'express';
import { type AdminAccess, createAdminRouter, type OidcTenantRouter } from 'express-sso-scim';
import type { ConsoleSite } from './console-site.js';
import { type Person, personOf } from './person.js';
import { roleOf } from './person-role.js';
import { RULES } from './rules.js';

/** The settings of single sign-on and provisioning, for whoever is signed in. */
export function createPortal(
  site: ConsoleSite,
  { startSignIn }: Pick<OidcTenantRouter, 'startSignIn'>,
): RequestHandler {
  const { baseUrl, storage, provisioning, organizations, keyRing, engine, zone } = site;

  async function accessOf(person: Person, asked: string | undefined): Promise<AdminAccess> {
    const { userId: id, name } = person;
    // The operator belongs to no organization: the address says which one is meant.
    const organizationId = person.organizationId ?? asked ?? (await organizations.list())[0]?.id ?? '';
    // Here the plan of every organization includes everything.
    return {
      organizationId,
      actor: { id, name },
      role: await roleOf(provisioning, person),
      features: ['oidc', 'scim'],
    };
  }

  return createAdminRouter(storage, {
    authorize(request, asked) {
      const person = personOf(request);
      return person && accessOf(person, asked);
    },
    baseUrl: `${baseUrl}/portal`,
    scimBaseUrl: `${baseUrl}/scim/v2`,
    signInBaseUrl: baseUrl,
    signInUrl: '/login?returnTo=/portal',
    homeUrl: '/',
    keyRing,
    examine: engine.examine,
    lookupTxt: zone.lookupTxt,
    provisioning: RULES,
    startTestSignIn: (request, response, tenantId) => startSignIn(request, response, { tenantId, purpose: 'test' }),
  });
}

import { Router, urlencoded } from 'express';
import type { OidcTenantRouter } from 'express-sso-scim';
import type { ConsoleSite } from './console-site.js';
import { type LoginChoice, otherSignInPage } from './login-page.js';
import { OPERATOR, type Person, personOf } from './person.js';
import { requireSameOrigin } from './same-origin.js';

/** An account of the application itself. An application asks for its password; the example has none. */
export interface OwnAccount {
  readonly person: Person;
  readonly role: string;
}

/** Signs the founders of organizations and the operator in, without an identity provider. */
export function createOtherSignIn(
  { organizations, storage }: Pick<ConsoleSite, 'organizations' | 'storage'>,
  { signInMethodsFor }: Pick<OidcTenantRouter, 'signInMethodsFor'>,
  choices: readonly LoginChoice[],
): Router {
  async function accounts(): Promise<readonly OwnAccount[]> {
    const founders = (await organizations.list()).map(async ({ id: organizationId, name, rootUserId = '' }) => {
      const user = await storage.users.get({ organizationId }, rootUserId);
      if (!user) return [];
      const { id: userId, email, displayName = email } = user;
      return [{ person: { userId, organizationId, email, name: displayName }, role: `owner of ${name}` }];
    });
    return [...(await Promise.all(founders)).flat(), { person: OPERATOR, role: 'operator: reviews requests' }];
  }

  const router = Router();
  router.get('/other-sign-in', async (request, response) => {
    response.send(otherSignInPage(choices, await accounts(), personOf(request)));
  });
  router.post('/other-sign-in', requireSameOrigin, urlencoded(), async (request, response, next) => {
    const account = (await accounts()).find(({ person }) => person.email === request.body?.account);
    if (!account) return response.redirect(303, '/other-sign-in');
    const { person } = account;
    // Where the domain of the address signs in at an identity provider, a password is not enough, unless it is a
    // break-glass address.
    const { otherAllowed } = await signInMethodsFor(person.email);
    if (!otherAllowed) return response.redirect(303, `/login?email=${encodeURIComponent(person.email)}`);
    request.login(person, (error) => (error ? next(error) : response.redirect(303, '/')));
  });
  return router;
}

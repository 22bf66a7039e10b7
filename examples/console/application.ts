import express, { type Express } from 'express';
import { createScimRouter } from 'express-sso-scim';
import type { ConsoleSite } from './console-site.js';
import { createDnsPage } from './dns-page.js';
import { endAccess } from './end-access.js';
import { createFounding } from './found-page.js';
import { frontPage } from './front-page.js';
import type { LoginChoice } from './login-page.js';
import { personOf } from './person.js';
import { personPage } from './person-page.js';
import { roleOf } from './person-role.js';
import { createPortal } from './portal.js';
import { RULES } from './rules.js';
import { setupPage } from './setup-page.js';
import { type SetupStep, setupProgress } from './setup-progress.js';
import { mountSignIn } from './sign-in.js';
import { createTeamRoutes } from './teams/team-routes.js';

/** The application, as an Express app. The order matters: each part is mounted where docs/ says. */
export function createApplication(
  site: ConsoleSite,
  signIn: { readonly sessionSecret: string; readonly choices: readonly LoginChoice[] },
): Express {
  const { baseUrl, storage, provisioning, organizations } = site;
  const app = express();
  app.disable('x-powered-by');
  app.use(
    '/scim/v2',
    createScimRouter(storage, {
      baseUrl: `${baseUrl}/scim/v2`,
      provisioning: RULES,
      // What identity providers have sent, for the pages of activity and health. It writes for reads too.
      traffic: true,
      endAccess,
    }),
  );
  const router = mountSignIn(app, site, signIn);
  app.use('/portal', createPortal(site, router));
  app.use('/teams', createTeamRoutes(site));
  app.use('/dns', createDnsPage(site));
  app.use(createFounding(site));
  app.get('/setup', async (request, response) => {
    const person = personOf(request);
    const organization = person?.organizationId && (await organizations.get(person.organizationId));
    const done = organization ? await setupProgress(site, organization.id) : new Set<SetupStep>();
    const role = person && (await roleOf(provisioning, person));
    const text = setupPage(site, organization || undefined, person, { done, role });
    response.set('Cache-Control', 'no-store').send(text);
  });
  app.get('/', async (request, response) => {
    response.set('Cache-Control', 'no-store').send(await frontPage(site, personOf(request)));
  });
  app.get('/me', async (request, response) => {
    const person = personOf(request);
    if (!person) return response.redirect(303, '/login?returnTo=/me');
    const { organizationId, userId } = person;
    const choice = signIn.choices.find((each) => each.organizationId === organizationId);
    const entry = organizationId === undefined ? undefined : await provisioning.people.get({ organizationId }, userId);
    const facts = {
      organizationName: organizationId && (await organizations.get(organizationId))?.name,
      role: await roleOf(provisioning, person),
      directoryUserIds: (entry?.person.directoryUsers ?? []).map(({ id }) => id),
      choice,
    };
    response.set('Cache-Control', 'no-store').send(personPage(person, facts));
  });
  return app;
}

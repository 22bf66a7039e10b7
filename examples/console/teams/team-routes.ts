import { randomUUID } from 'node:crypto';
import { type Request, type RequestHandler, Router, urlencoded } from 'express';
import { createLockGuard, type WantedEdit } from 'express-sso-scim';
import type { ConsoleSite } from '../console-site.js';
import { type Member, memberOf } from '../person.js';
import { roleOf } from '../person-role.js';
import { requireSameOrigin } from '../same-origin.js';
import { TEAM_ROLES, teamPage, teamsPage } from './team-pages.js';
import { readTeam } from './team-view.js';

type TeamEdit = Extract<WantedEdit, { readonly teamId: string }>['kind'];

/**
 * The teams of the application: its own pages, and its own routes to edit them. Who is in a team by hand is the business
 * of these routes; what an identity provider decides they refuse, with the same sentence that the page shows.
 */
export function createTeamRoutes(site: Pick<ConsoleSite, 'storage' | 'provisioning'>): Router {
  const { storage, provisioning } = site;
  const { people } = provisioning;
  const router = Router();

  const requireMember: RequestHandler = (request, response, next) =>
    memberOf(request) ? next() : response.redirect(303, `/login?returnTo=${encodeURIComponent(request.originalUrl)}`);
  const mayEdit = async (person: Member) => (await roleOf(provisioning, person)) !== 'member';
  const requireEditor: RequestHandler = async (request, response, next) =>
    (await mayEdit(viewerOf(request)))
      ? next()
      : void response.status(403).send('Owners and administrators change teams.');

  /** A form of a team: for owners and administrators, and about nothing that an identity provider manages. */
  function take(path: string, kind: TeamEdit, work: (request: Request, person: Member) => Promise<unknown>): void {
    const guard = createLockGuard(provisioning, {
      editOf: (request) => ({ organizationId: viewerOf(request).organizationId, edit: { kind, ...placeOf(request) } }),
    });
    router.post(path, requireEditor, guard, async (request, response) => {
      await work(request, viewerOf(request));
      response.redirect(303, `/teams/${encodeURIComponent(placeOf(request).teamId)}`);
    });
  }

  router.use(requireMember, requireSameOrigin, urlencoded());

  router.get('/', async (request, response) => {
    const person = viewerOf(request);
    const teams = await storage.teams.list(person, { after: '', limit: 200 });
    const byName = [...teams].sort((one, other) => one.name.localeCompare(other.name));
    const counted = byName.map(async (team) => {
      const members = await storage.teams.memberships(person, team.id, { after: '', limit: 1000 });
      return { team, memberCount: members.length };
    });
    response.send(teamsPage(await Promise.all(counted), { person, mayEdit: await mayEdit(person) }));
  });

  router.get('/:teamId', async (request, response) => {
    const person = viewerOf(request);
    const view = await readTeam(site, person, placeOf(request).teamId);
    if (!view) return response.status(404).send('There is no such team.');
    response.send(teamPage(view, { person, mayEdit: await mayEdit(person) }));
  });

  router.post('/', requireEditor, async (request, response) => {
    const { id } = await storage.teams.create(viewerOf(request), { key: randomUUID(), name: nameIn(request) });
    response.redirect(303, `/teams/${encodeURIComponent(id)}`);
  });

  take('/:teamId/rename', 'rename-team', (request, person) =>
    storage.teams.rename(person, placeOf(request).teamId, nameIn(request)),
  );

  take('/:teamId/members', 'add-member', async (request, person) => {
    const { teamId, userId } = placeOf(request);
    if (!(await storage.users.get(person, userId)) || !(await storage.teams.get(person, teamId))) return;
    await people.grant(person, { userId, target: `team:${teamId}`, role: TEAM_ROLES[0], by: person.userId });
  });

  take('/:teamId/members/:userId/role', 'change-team-role', async (request, person) => {
    const role = TEAM_ROLES.find((each) => each === request.body?.role);
    if (role) await people.setTeamRole(person, { ...placeOf(request), role, by: person.userId });
  });

  take('/:teamId/members/:userId/remove', 'remove-member', (request, person) => {
    const { teamId, userId } = placeOf(request);
    return people.revoke(person, { userId, target: `team:${teamId}`, by: person.userId });
  });

  return router;
}

/** Whoever is behind `requireMember`: the organization of the session, whatever the address says. */
function viewerOf(request: Request): Member {
  const person = memberOf(request);
  if (!person) throw new Error('this route is for members of an organization');
  return person;
}

function placeOf({ params, body }: Request): { readonly teamId: string; readonly userId: string } {
  return { teamId: String(params['teamId']), userId: String(params['userId'] ?? body?.userId) };
}

function nameIn({ body }: Request): string {
  return (
    String(body?.name ?? '')
      .trim()
      .slice(0, 100) || 'Unnamed'
  );
}

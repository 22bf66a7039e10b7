import type { JoinChoice } from '../provisioning/person-join.js';
import type { Conflict } from '../storage/conflict-store.js';
import { type Hold, type HoldSummary, MOST_HELD_PEOPLE } from '../storage/hold-store.js';
import { managed } from '../storage/managed-storage.js';
import { AdminProblem } from './admin-problem.js';
import type { AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { doneSchema } from './answer-schemas/answer-schema.js';
import { CONFLICTS_SCHEMA, HOLDS_SCHEMA } from './answer-schemas/people-schemas.js';
import { DIRECTORY, OWNER, provisioningAt, provisioningOf } from './directory-place.js';
import { PAGE, type PageQuery, pageByKey, pageOf } from './page-query.js';
import { placeNames } from './place-names.js';

const CONFLICTS = '/organizations/{organizationId}/conflicts';
const HOLDS = `${DIRECTORY}/holds` as const;
/** A page shows some of what waits under each. */
const HOLDS_SHOWN = 10;

/** Something pushed that waits for a decision, in names. */
interface ConflictAnswer extends Conflict {
  readonly directoryName: string;
  /** What the identity provider calls it. */
  readonly pushedName: string;
  /** Whom it could be. */
  readonly candidate?: { readonly id: string; readonly name: string; readonly email: string };
}

/** Everything that waits. */
export interface ConflictsAnswer {
  readonly items: readonly ConflictAnswer[];
  readonly next?: string;
}

/** Removals that wait, in names and counts. */
interface HoldAnswer extends Omit<Hold, 'grants'> {
  readonly people: number;
  /** That there may be more people: they are counted no further. */
  readonly more?: true;
  readonly first: readonly { readonly userId: string; readonly name: string; readonly place: string }[];
}

/** All removals of a directory that wait. */
export interface HoldsAnswer {
  readonly directoryId: string;
  readonly items: readonly HoldAnswer[];
  readonly next?: string;
}

/** What waits for a decision of the organization. */
export function inboxRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    defineRoute({
      id: 'list-conflicts',
      method: 'GET',
      path: CONFLICTS,
      ...OWNER,
      title: 'What was pushed and waits for a decision',
      answer: CONFLICTS_SCHEMA,
      query: inputSchema<PageQuery>(PAGE),
      async handle({ organizationId }, { query }): Promise<ConflictsAnswer> {
        const { inbox } = provisioningOf(site);
        const page = await pageByKey(
          query,
          (part) => inbox.conflicts({ organizationId }, part),
          ({ id }) => id,
        );
        const items: ConflictAnswer[] = [];
        for (const conflict of page.items) items.push(await named(site, organizationId, conflict));
        return { ...page, items };
      },
    }),
    defineRoute({
      id: 'resolve-conflict',
      method: 'POST',
      path: `${CONFLICTS}/{conflictId}/resolve`,
      ...OWNER,
      title: 'Say who a pushed user is',
      answer: doneSchema('resolved'),
      body: inputSchema<{ readonly decision: 'link' | 'create'; readonly userId?: string }>(
        { decision: { enum: ['link', 'create'] }, userId: { type: 'string', minLength: 1, maxLength: 200 } },
        ['decision'],
      ),
      async handle({ organizationId, actor }, { params, body }) {
        const { inbox } = provisioningOf(site);
        const choice = await choiceOf(site, organizationId, body);
        const resolved = await inbox.resolve({ organizationId }, params.conflictId, { ...choice, by: actor.id });
        return resolved ? { resolved } : undefined;
      },
    }),
    defineRoute({
      id: 'list-holds',
      method: 'GET',
      path: HOLDS,
      ...OWNER,
      title: 'Removals that wait for a decision',
      query: inputSchema<PageQuery>(PAGE),
      answer: HOLDS_SCHEMA,
      async handle({ organizationId }, { params: { directoryId }, query }): Promise<HoldsAnswer> {
        const { scope, service } = await provisioningAt(site, organizationId, directoryId);
        const { after = '', limit = HOLDS_SHOWN } = query;
        const page = await pageOf(() => service.inbox.holdPage(scope, { after, limit }));
        const items: HoldAnswer[] = [];
        for (const hold of page.items) items.push(await heldInNames(site, organizationId, hold));
        return { directoryId, ...page, items };
      },
    }),
    defineRoute({
      id: 'approve-hold',
      method: 'POST',
      path: `${HOLDS}/{holdId}/approve`,
      ...OWNER,
      title: 'Let removals happen',
      answer: doneSchema('approved'),
      async handle({ organizationId, actor }, { params: { directoryId, holdId } }) {
        const { scope, service } = await provisioningAt(site, organizationId, directoryId);
        return (await service.inbox.approve(scope, holdId, actor.id)) ? { approved: true } : undefined;
      },
    }),
    defineRoute({
      id: 'reject-hold',
      method: 'POST',
      path: `${HOLDS}/{holdId}/reject`,
      ...OWNER,
      title: 'Keep what was to be removed, as given by hand',
      answer: doneSchema('rejected'),
      async handle({ organizationId, actor }, { params: { directoryId, holdId } }) {
        const { scope, service } = await provisioningAt(site, organizationId, directoryId);
        return (await service.inbox.reject(scope, holdId, actor.id)) ? { rejected: true } : undefined;
      },
    }),
  ];
}

async function choiceOf(
  { storage }: AdminSite,
  organizationId: string,
  { decision, userId }: { readonly decision: 'link' | 'create'; readonly userId?: string },
): Promise<JoinChoice> {
  if (decision === 'create') return { kind: 'create' };
  if (userId !== undefined && (await storage.users.get({ organizationId }, userId))) return { kind: 'link', userId };
  const faults = [{ path: 'userId', message: 'is nobody of this organization' }];
  throw new AdminProblem('invalid_input', { faults });
}

async function named({ storage }: AdminSite, organizationId: string, conflict: Conflict): Promise<ConflictAnswer> {
  const { directoryId, subject, userId } = conflict;
  const [kind = '', id = ''] = subject.split(/:(.*)/s);
  const scope = { organizationId, directoryId };
  const resource = kind === 'user' ? await storage.directoryUsers.get(scope, id) : await storage.groups.get(scope, id);
  const directory = await storage.directories.get(directoryId);
  const candidate = userId === undefined ? undefined : await storage.users.get({ organizationId }, userId);
  return {
    ...conflict,
    directoryName: directory?.name ?? directoryId,
    pushedName: String(resource?.attributes['userName'] ?? resource?.attributes['displayName'] ?? id),
    ...(candidate && {
      candidate: { id: candidate.id, name: candidate.displayName ?? candidate.email, email: candidate.email },
    }),
  };
}

async function heldInNames(
  site: AdminSite,
  organizationId: string,
  { first: grants, people, ...hold }: HoldSummary,
): Promise<HoldAnswer> {
  const placeOf = await placeNames(
    site,
    { organizationId },
    grants.map(({ target }) => target),
  );
  const { users } = managed(site.storage);
  const first: HoldAnswer['first'][number][] = [];
  for (const { userId, target } of grants) {
    const user = await users.get({ organizationId }, userId);
    first.push({ userId, name: user?.displayName ?? user?.email ?? userId, place: placeOf(target) });
  }
  return { ...hold, people, ...(people === MOST_HELD_PEOPLE && { more: true }), first };
}

import type { Lock } from '../provisioning/lock.js';
import type { PeopleService, PersonEntry } from '../provisioning/people-service.js';
import type { PersonFilter } from '../provisioning/person.js';
import type { AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema, type JsonSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { EXPLANATION_SCHEMA, PEOPLE_SCHEMA, PERSON_DETAILS_SCHEMA } from './answer-schemas/people-schemas.js';
import { provisioningOf } from './directory-place.js';
import { PAGE, PAGE_SIZE, type PageQuery, pageWithin } from './page-query.js';
import { placeNames } from './place-names.js';

const PEOPLE = '/organizations/{organizationId}/people';
const PERSON = '/organizations/{organizationId}/people/{userId}';

/** Somebody, as a list shows them. */
interface PersonAnswer extends Omit<PersonEntry, 'person'> {
  /** The column "Source". */
  readonly source: PersonEntry['origin'];
}

/** People of the organization. A page may hold fewer than asked for, and there may be more behind it all the same. */
export interface PeopleAnswer {
  readonly items: readonly PersonAnswer[];
  readonly next?: string;
  readonly source?: PersonEntry['origin'];
  readonly state?: PersonEntry['state'];
}

/** Somebody with the places they have, and what is locked. */
export interface PersonDetails extends PersonAnswer {
  readonly organizationRole?: string;
  readonly memberships: readonly {
    readonly teamId: string;
    readonly team: string;
    readonly role: string;
    readonly sources: readonly string[];
    readonly lock?: Lock;
  }[];
  /** Where the memberships go on. */
  readonly next?: string;
  readonly locks: readonly { readonly edit: string; readonly lock: Lock }[];
}

/** Why somebody is in a team. */
export interface MembershipExplanation {
  readonly person: PersonAnswer;
  readonly team: { readonly id: string; readonly name: string };
  readonly sentences: readonly string[];
  readonly lock?: Lock;
}

/** Which people are wanted. */
export interface PeopleFilter {
  readonly source?: PersonEntry['origin'];
  readonly state?: PersonEntry['state'];
}

/** The properties of {@link PeopleFilter}. */
export const PEOPLE_FILTER: { readonly source: JsonSchema; readonly state: JsonSchema } = {
  source: { enum: ['manual', 'scim', 'login'], description: 'one of manual, scim, login' },
  state: {
    enum: ['manual', 'pending', 'invited', 'active', 'deactivated'],
    description: 'one of manual, pending, invited, active, deactivated',
  },
};

/** The filter as the people of provisioning know it. */
export function personFilter({ source, ...filter }: PeopleFilter): PersonFilter {
  return { ...filter, ...(source && { origin: source }) };
}

interface PeopleQuery extends PageQuery, PeopleFilter {}

const EDITS = [
  'edit-profile',
  'change-email',
  'deactivate-person',
  'delete-person',
  'change-phone',
  'use-password',
] as const;

/** The people of an organization, where they come from, and why they are where they are. */
export function peopleRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    defineRoute({
      id: 'list-people',
      method: 'GET',
      path: PEOPLE,
      role: 'administrator',
      title: 'People with their source and state',
      answer: PEOPLE_SCHEMA,
      query: inputSchema<PeopleQuery>({
        ...PAGE,
        ...PEOPLE_FILTER,
      }),
      handle: async ({ organizationId }, { query }) => listPeople(provisioningOf(site).people, organizationId, query),
    }),
    defineRoute({
      id: 'get-person',
      method: 'GET',
      path: PERSON,
      role: 'administrator',
      title: 'Somebody with their teams, and what is locked',
      query: inputSchema<PageQuery>(PAGE),
      answer: PERSON_DETAILS_SCHEMA,
      handle: ({ organizationId }, { params, query }) => readPerson(site, organizationId, params.userId, query),
    }),
    defineRoute({
      id: 'explain-membership',
      method: 'GET',
      path: `${PERSON}/teams/{teamId}`,
      role: 'administrator',
      title: 'Why somebody is in a team',
      answer: EXPLANATION_SCHEMA,
      handle: ({ organizationId }, { params }) => explain(site, organizationId, params),
    }),
  ];
}

async function listPeople(
  people: PeopleService,
  organizationId: string,
  { after = '', limit = PAGE_SIZE, ...filter }: PeopleQuery,
): Promise<PeopleAnswer> {
  const { items, next } = await people.page({ organizationId }, { after, limit, ...personFilter(filter) });
  return { items: items.map(answerOf), ...(next !== undefined && { next }), ...filter };
}

function answerOf({ person: _, ...entry }: PersonEntry): PersonAnswer {
  return { ...entry, source: entry.origin };
}

async function readPerson(
  site: AdminSite,
  organizationId: string,
  userId: string,
  query: PageQuery,
): Promise<PersonDetails | undefined> {
  const { people, lockOf } = provisioningOf(site);
  const scope = { organizationId };
  const entry = await people.get(scope, userId);
  if (!entry) return undefined;
  const all = await people.memberships(scope, userId);
  const inOrder = all.map((each) => ({ ...each, id: each.teamId })).sort((a, b) => (a.id < b.id ? -1 : 1));
  const { items: there, next } = pageWithin(query, inOrder);
  const placeOf = await placeNames(
    site,
    scope,
    there.map(({ teamId }) => `team:${teamId}`),
  );
  const memberships: PersonDetails['memberships'][number][] = [];
  for (const { teamId, role, sources } of there) {
    const lock = await lockOf(scope, { kind: 'remove-member', userId, teamId });
    memberships.push({ teamId, team: placeOf(`team:${teamId}`), role, sources, ...(lock && { lock }) });
  }
  const locks: PersonDetails['locks'][number][] = [];
  for (const kind of EDITS) {
    const lock = await lockOf(scope, { kind, userId });
    if (lock) locks.push({ edit: kind, lock });
  }
  const organizationRole = await people.organizationRole(scope, userId);
  return {
    ...answerOf(entry),
    ...(organizationRole !== undefined && { organizationRole }),
    memberships,
    ...(next !== undefined && { next }),
    locks,
  };
}

async function explain(
  site: AdminSite,
  organizationId: string,
  { userId, teamId }: { readonly userId: string; readonly teamId: string },
): Promise<MembershipExplanation | undefined> {
  const { people, explainMembership, lockOf } = provisioningOf(site);
  const scope = { organizationId };
  const entry = await people.get(scope, userId);
  const team = await site.storage.teams.get(scope, teamId);
  if (!entry || !team) return undefined;
  const sentences = await explainMembership(scope, { userId, teamId });
  const lock = await lockOf(scope, { kind: 'remove-member', userId, teamId });
  return { person: answerOf(entry), team: { id: team.id, name: team.name }, sentences, ...(lock && { lock }) };
}

import type { Directory } from '../storage/directory-store.js';
import { managed } from '../storage/managed-storage.js';
import type { DirectoryScope } from '../storage/scope.js';
import { trafficOf } from '../storage/traffic-store.js';
import { type ActivityPage, createActivity, type OpenedActivity } from './activity.js';
import { type ChartStep, chartOf } from './activity-chart.js';
import type { ActivitySubject } from './activity-step.js';
import { AdminProblem } from './admin-problem.js';
import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { ACTIVITY_SCHEMA, HEALTH_SCHEMA, OPENED_ACTIVITY_SCHEMA } from './answer-schemas/record-schemas.js';
import { type DirectoryAnswer, directoryAnswer } from './directory-answer.js';
import { type DirectoryHealth, readDirectoryHealth, readRecentCalls } from './directory-health.js';
import { DIRECTORY, directoryOf, OWNER } from './directory-place.js';
import { examineTraffic } from './doctor.js';
import type { DoctorFinding } from './doctor-finding.js';
import { PAGE, PAGE_SIZE, type PageQuery, pageOf } from './page-query.js';
import { placeNames } from './place-names.js';
import { readSignInSightings } from './sign-in-sightings.js';

const HOUR = 3_600_000;

/** How long a chart reaches back, and how long each of its steps is, in hours. */
const SPANS = { day: [24, 1], week: [168, 6], month: [720, 24] } as const;

type ActivityOrder = 'newest' | 'failures' | 'failures-first';
type ActivitySpan = keyof typeof SPANS;

interface ActivityQuery extends PageQuery {
  readonly show?: ActivityOrder;
  readonly span?: ActivitySpan;
}

/** What an identity provider has asked for, over time and call by call. */
export interface ActivityAnswer extends ActivityPage {
  readonly directory: DirectoryAnswer;
  readonly show: ActivityOrder;
  readonly span: ActivitySpan;
  readonly chart: readonly ChartStep[];
}

/** One call with what followed from it. */
export interface OpenedActivityAnswer extends OpenedActivity {
  readonly directory: DirectoryAnswer;
  /** Names of people and teams that the steps are about, by `person:` or `team:` and the id. */
  readonly names: Readonly<Record<string, string>>;
}

/** How a directory is doing, and what is set up wrongly at the identity provider. */
export interface HealthAnswer {
  readonly directory: DirectoryAnswer;
  readonly health: DirectoryHealth;
  readonly findings: readonly DoctorFinding[];
}

/** What happened between a directory and its identity provider. */
export function activityRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    defineRoute({
      id: 'list-activity',
      method: 'GET',
      path: `${DIRECTORY}/activity`,
      ...OWNER,
      title: 'Calls of the identity provider',
      answer: ACTIVITY_SCHEMA,
      query: inputSchema<ActivityQuery>({
        ...PAGE,
        show: {
          enum: ['newest', 'failures', 'failures-first'],
          description: 'one of newest, failures, failures-first',
        },
        span: { enum: Object.keys(SPANS), description: 'one of day, week, month' },
      }),
      async handle(context, { params, query }): Promise<ActivityAnswer> {
        const { directory, scope } = await recordedAt(site, context, params.directoryId);
        const { show = 'failures-first', span = 'week', after = '', limit = PAGE_SIZE } = query;
        const page = await pageOf(() => createActivity(site.storage).page(scope, { show, after, limit }));
        return {
          ...page,
          directory: directoryAnswer(site, directory),
          show,
          span,
          chart: await chart(site, scope, span),
        };
      },
    }),
    defineRoute({
      id: 'get-activity',
      method: 'GET',
      path: `${DIRECTORY}/activity/{requestId}`,
      ...OWNER,
      title: 'One call of the identity provider, with its steps and its outcome',
      answer: OPENED_ACTIVITY_SCHEMA,
      query: inputSchema<PageQuery>(PAGE),
      async handle(context, { params, query }): Promise<OpenedActivityAnswer | undefined> {
        const { directory, scope } = await recordedAt(site, context, params.directoryId);
        const { after = '', limit = PAGE_SIZE } = query;
        const opened = await pageOf(() => createActivity(site.storage).open(scope, params.requestId, { after, limit }));
        if (!opened) return undefined;
        const names = await namesOf(
          site,
          scope,
          opened.steps.flatMap(({ subjects }) => subjects),
        );
        return { ...opened, directory: directoryAnswer(site, directory), names };
      },
    }),
    defineRoute({
      id: 'read-directory-health',
      method: 'GET',
      path: `${DIRECTORY}/health`,
      ...OWNER,
      title: 'How a directory is doing, and what to mend at the identity provider',
      answer: HEALTH_SCHEMA,
      async handle(context, { params }): Promise<HealthAnswer> {
        const { directory, scope } = await recordedAt(site, context, params.directoryId);
        const [signIns, recent] = await Promise.all([
          readSignInSightings(site.storage, scope),
          readRecentCalls(site.storage, scope),
        ]);
        return {
          directory: directoryAnswer(site, directory),
          health: await readDirectoryHealth(site.storage, scope, site.clock.now(), recent),
          findings: examineTraffic({ recent, signIns }),
        };
      },
    }),
  ];
}

/** A directory of this organization whose calls are kept. @throws {AdminProblem} */
export async function recordedAt(
  site: AdminSite,
  { organizationId }: AdminContext,
  directoryId: string,
): Promise<{ readonly directory: Directory; readonly scope: DirectoryScope }> {
  const directory = await directoryOf(site, organizationId, directoryId);
  if (!directory) throw new AdminProblem('not_found');
  if (!site.storage.traffic) {
    throw new AdminProblem('not_now', { sentence: 'This application keeps no record of calls.', mender: 'operator' });
  }
  return { directory, scope: { organizationId, directoryId } };
}

async function chart({ storage, clock }: AdminSite, scope: DirectoryScope, span: ActivitySpan) {
  const [length, hours] = SPANS[span];
  const end = Math.ceil((clock.now() + 1) / (hours * HOUR)) * hours * HOUR;
  const [from, to] = [end - length * HOUR, end].map((time) => new Date(time).toISOString());
  const range = { from: from ?? '', to: to ?? '' };
  return chartOf(await trafficOf(storage).counts(scope, range.from, range.to), { ...range, hours });
}

async function namesOf(
  site: AdminSite,
  { organizationId }: DirectoryScope,
  subjects: readonly ActivitySubject[],
): Promise<OpenedActivityAnswer['names']> {
  const names: Record<string, string> = {};
  const idsOf = (type: ActivitySubject['type']) => [
    ...new Set(subjects.filter((each) => each.type === type).map(({ id }) => id)),
  ];
  const { users } = managed(site.storage);
  for (const id of idsOf('person')) {
    const user = await users.get({ organizationId }, id);
    if (user) names[`person:${id}`] = user.displayName ?? user.email;
  }
  const teams = idsOf('team').map((id) => `team:${id}`);
  const placeOf = await placeNames(site, { organizationId }, teams);
  for (const team of teams) names[team] = placeOf(team);
  return names;
}

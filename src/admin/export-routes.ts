import { walkPages } from '../core/page-walk.js';
import type { PeopleService } from '../provisioning/people-service.js';
import type { DirectoryScope } from '../storage/scope.js';
import { createActivity } from './activity.js';
import { recordedAt } from './activity-routes.js';
import type { AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { type CsvExport, MOST_ROWS } from './csv-export.js';
import { DIRECTORY, OWNER, provisioningOf } from './directory-place.js';
import { PEOPLE_FILTER, type PeopleFilter, personFilter } from './people-routes.js';

/** Entries that are in memory at a time. */
const PART = 500;

/** What administrators take away as a file, to be opened with a spreadsheet. */
export function exportRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    defineRoute({
      id: 'export-people',
      method: 'GET',
      path: '/organizations/{organizationId}/people.csv',
      role: 'administrator',
      answer: 'csv',
      title: `People with their source and state as a file, at most ${MOST_ROWS}`,
      query: inputSchema<PeopleFilter>(PEOPLE_FILTER),
      handle: async ({ organizationId }, { query }): Promise<CsvExport> => ({
        fileName: 'people',
        columns: ['Id', 'Name', 'E-mail', 'Source', 'State'],
        rows: peopleRows(provisioningOf(site).people, organizationId, query),
      }),
    }),
    defineRoute({
      id: 'export-activity',
      method: 'GET',
      path: `${DIRECTORY}/activity.csv`,
      ...OWNER,
      answer: 'csv',
      title: `Calls of the identity provider as a file, newest first, at most ${MOST_ROWS}`,
      async handle(context, { params }): Promise<CsvExport> {
        const { scope } = await recordedAt(site, context, params.directoryId);
        return {
          fileName: 'activity',
          columns: ['Time', 'Call', 'Method', 'Path', 'Status', 'Outcome', 'What came of it', 'Request'],
          rows: activityRows(site, scope),
        };
      },
    }),
  ];
}

async function* peopleRows(
  people: PeopleService,
  organizationId: string,
  filter: PeopleFilter,
): AsyncGenerator<readonly string[]> {
  const wanted = personFilter(filter);
  for await (const page of walkPages((after) => people.page({ organizationId }, { after, limit: PART, ...wanted }))) {
    for (const { user, origin, state } of page) yield [user.id, user.displayName ?? '', user.email, origin, state];
  }
}

async function* activityRows({ storage }: AdminSite, scope: DirectoryScope): AsyncGenerator<readonly string[]> {
  const activity = createActivity(storage);
  for await (const page of walkPages((after) => activity.page(scope, { show: 'newest', after, limit: PART }))) {
    for (const { call, title, outcome } of page) {
      yield [call.at, title, call.method, call.path, String(call.status), call.outcome, outcome, call.id];
    }
  }
}

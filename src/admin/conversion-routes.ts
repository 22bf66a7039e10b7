import { parseEmailAddress } from '../core/email-address.js';
import type { PersonEntry } from '../provisioning/people-service.js';
import { AdminProblem } from './admin-problem.js';
import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema, type JsonSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { CONVERSION_SCHEMA } from './answer-schemas/directory-schemas.js';
import { type DirectoryAnswer, directoryAnswer } from './directory-answer.js';
import { provisioningAt } from './directory-place.js';
import { VERSION } from './oidc-tenant-input.js';
import { PAGE, type PageQuery, pageWithin } from './page-query.js';

const CONVERSION = '/organizations/{organizationId}/directories/{directoryId}/provisioning/conversion';
const MOST_CONVERTED = 10_000;

/** Somebody who is on the list. */
interface ConvertedPerson {
  readonly id: string;
  /** Absent for somebody who is there no more. */
  readonly name?: string;
  readonly email?: string;
  /** `scim` once the identity provider has pushed them. */
  readonly source?: PersonEntry['origin'];
}

/** The people whom an operator converts from manual to provisioned: exactly these. */
export interface ConversionAnswer {
  readonly directory: DirectoryAnswer;
  readonly version: number;
  readonly count: number;
  readonly items: readonly ConvertedPerson[];
  readonly next?: string;
  /** Whether the list is looked at: with another policy people are linked without it. */
  readonly counts: boolean;
  readonly mayChange: boolean;
}

interface ConversionChange {
  /** The whole list, by id. */
  readonly userIds?: readonly string[];
  /** People by address, by name with address, or by id. */
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
  readonly version: number;
}

const list = (maxLength: number): JsonSchema => ({
  type: 'array',
  maxItems: MOST_CONVERTED,
  items: { type: 'string', minLength: 1, maxLength },
});

/** Who is converted from manual to provisioned. */
export function conversionRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    defineRoute({
      id: 'list-conversion',
      method: 'GET',
      path: CONVERSION,
      role: 'owner',
      needs: 'scim',
      title: 'Who is converted from manual to provisioned',
      answer: CONVERSION_SCHEMA,
      query: inputSchema<PageQuery>(PAGE),
      handle: (context, { params, query }) => readConversion(site, context, params.directoryId, query),
    }),
    defineRoute({
      id: 'change-conversion',
      method: 'PUT',
      path: CONVERSION,
      role: 'operator',
      needs: 'scim',
      title: 'Say exactly who is converted from manual to provisioned',
      answer: CONVERSION_SCHEMA,
      body: inputSchema<ConversionChange>(
        { userIds: list(200), add: list(1000), remove: list(1000), version: VERSION },
        ['version'],
      ),
      async handle(context, { params: { directoryId }, body: { version, userIds, add = [], remove = [] } }) {
        const { organizationId, actor } = context;
        const { scope, service } = await provisioningAt(site, organizationId, directoryId);
        const { convert: before } = await service.settings.get(scope);
        const wanted = new Set(userIds ?? before);
        const faults: Fault[] = [];
        if (userIds) await peopleIn(site, organizationId, userIds, faults, 'userIds');
        for (const id of await peopleIn(site, organizationId, add, faults, 'add')) wanted.add(id);
        // Somebody who is there no more can still be taken off.
        for (const id of await peopleIn(site, organizationId, remove, faults, 'remove', wanted)) wanted.delete(id);
        if (wanted.size > MOST_CONVERTED) {
          faults.push({ path: 'add', message: `would make more than ${MOST_CONVERTED} people` });
        }
        if (faults.length > 0) throw new AdminProblem('invalid_input', { faults });
        await service.settings.change(scope, { convert: [...wanted] }, actor.id, version);
        return readConversion(site, context, directoryId, {});
      },
    }),
  ];
}

interface Fault {
  readonly path: string;
  readonly message: string;
}

/** The ids of the people whom lines name; lines that name nobody become faults. */
async function peopleIn(
  { storage }: AdminSite,
  organizationId: string,
  lines: readonly string[],
  faults: Fault[],
  field: 'userIds' | 'add' | 'remove',
  known: ReadonlySet<string> = new Set(),
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (const [index, line] of lines.entries()) {
    // `Ada Lovelace <ada@acme.example>`: two people may have one name, but not one address.
    const said = /<([^<>]*)>\s*$/.exec(line)?.[1]?.trim() ?? line.trim();
    const isAddress = field !== 'userIds' && parseEmailAddress(said) !== undefined;
    const byAddress = isAddress ? await storage.users.findByEmail({ organizationId }, said) : undefined;
    const found = byAddress ?? (await storage.users.get({ organizationId }, said));
    const id = found?.id ?? (known.has(said) ? said : undefined);
    if (id === undefined) faults.push({ path: `${field}[${index}]`, message: 'is nobody of this organization' });
    else ids.push(id);
  }
  return ids;
}

async function readConversion(
  site: AdminSite,
  { organizationId, role }: AdminContext,
  directoryId: string,
  query: PageQuery,
): Promise<ConversionAnswer> {
  const { directory, scope, service } = await provisioningAt(site, organizationId, directoryId);
  const { convert, policy } = await service.settings.get(scope);
  const { version } = await service.mappings.mode(scope);
  const page = pageWithin(
    query,
    convert.map((id) => ({ id })),
  );
  const items: ConvertedPerson[] = [];
  for (const { id } of page.items) {
    const entry = await service.people.get({ organizationId }, id);
    const { displayName, email } = entry?.user ?? {};
    const name = displayName ?? email;
    items.push({
      id,
      ...(name !== undefined && { name }),
      ...(email !== undefined && { email }),
      ...(entry && { source: entry.origin }),
    });
  }
  return {
    ...page,
    items,
    directory: directoryAnswer(site, directory),
    version,
    count: convert.length,
    counts: (policy.existingPeople ?? site.rules.policy.existingPeople) === 'convert',
    mayChange: role === 'operator',
  };
}

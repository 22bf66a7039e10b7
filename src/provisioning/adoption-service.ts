import type { Clock } from '../core/clock.js';
import { walkPages } from '../core/page-walk.js';
import type { DirectoryUser } from '../storage/directory-user.js';
import { type ManagedStorage, manage, managed } from '../storage/managed-storage.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { readSetup } from './directory-setup.js';
import type { MappingService } from './mapping-service.js';
import { readMatchGround } from './match-ground.js';
import { matchPerson, type PersonMatch } from './match-person.js';
import { joinPerson } from './person-join.js';
import type { Preview } from './preview.js';
import { ProvisioningRefusedError } from './provisioning-refused-error.js';
import type { CompleteRules } from './provisioning-rules.js';
import { beginStep } from './provisioning-step.js';
import { readPushedProfile } from './pushed-profile.js';

/** A directory user that nobody is behind yet, and what adopting it would do. */
export interface Adoptable {
  readonly directoryUserId: string;
  readonly userName: string;
  readonly match: PersonMatch;
}

export interface AdoptionPreview {
  readonly people: readonly Adoptable[];
  /** Where the next page begins. */
  readonly next?: string;
  /** Teams and grants of groups that auto mode has not seen yet; on the first page, and in auto mode, alone. */
  readonly groups?: Preview;
}

/** What became of directory users that nobody was behind. */
export interface AdoptionReport {
  readonly created: number;
  readonly linked: number;
  /** In the inbox now. */
  readonly waiting: number;
  /** Left as they are; what the directory pushes about them is refused in the same words. */
  readonly refused: readonly { readonly directoryUserId: string; readonly sentence: string }[];
}

/**
 * Adopts people and groups that were pushed before provisioning was switched on. Who changes or signs in is adopted then
 * anyhow; this is for all the others.
 */
export interface AdoptionService {
  /** Who would be adopted, without doing it; `after` is `''` or the `next` of the page before. */
  preview(scope: DirectoryScope, page: { readonly after: string; readonly limit: number }): Promise<AdoptionPreview>;
  /** Adopts everybody, one person after the other: what was done stays when it is broken off, and it can be repeated. */
  adopt(
    scope: DirectoryScope,
    options: { readonly by: string; readonly progress?: (done: AdoptionReport) => void },
  ): Promise<AdoptionReport>;
}

const PAGE = 200;

export function createAdoptionService(
  options: { readonly storage: Storage; readonly clock: Clock; readonly rules: CompleteRules },
  mappings: MappingService,
): AdoptionService {
  const { clock, rules } = options;
  const storage = managed(options.storage);

  async function strangers(scope: DirectoryScope, after: string, limit: number) {
    const { items, next } = await storage.directoryUsers.query(scope, { page: { after, count: limit } });
    const ids = items.map(({ id }) => id);
    const people = ids.length === 0 ? [] : await storage.people.ofDirectoryUsers(scope, ids);
    const known = new Set(people.flatMap(({ directoryUsers }) => directoryUsers.map(({ id }) => id)));
    const found: DirectoryUser[] = [];
    for (const user of items) {
      // Whose person was deleted is no stranger: only the directory brings them back.
      if (!known.has(user.id) && (await storage.people.linkedTo(scope, user.id)) === undefined) found.push(user);
    }
    return { items: found, ...(next !== undefined && { next }) };
  }

  /** Adopts one, if it is there and nobody's still. */
  function adoptOne(scope: DirectoryScope, id: string, by: string): Promise<PersonMatch['kind'] | undefined> {
    return manage(storage, scope, async (within) => {
      const user = await within.directoryUsers.get(scope, id);
      if (!user || (await within.people.ofDirectoryUsers(scope, [id])).length > 0) return undefined;
      const setup = await readSetup(within, scope, rules);
      const { policy, roles } = setup;
      const at = new Date(clock.now()).toISOString();
      const step = beginStep(within, scope, { at, cause: 'hand', by, directoryId: scope.directoryId, policy, roles });
      const { kind } = await matchOf(within, scope, user, rules);
      await joinPerson(within, scope, step, user, setup);
      await step.complete();
      return kind;
    });
  }

  return {
    async preview(scope, { after, limit }) {
      const { items: users, next } = await strangers(scope, after, limit);
      const people: Adoptable[] = [];
      for (const user of users) {
        const match = await matchOf(storage, scope, user, rules);
        people.push({ directoryUserId: user.id, userName: String(user.attributes['userName']), match });
      }
      const { mapping } = await mappings.mode(scope);
      const groups = after === '' && mapping.mode === 'auto' ? await mappings.preview(scope, mapping) : undefined;
      return {
        people,
        ...(next !== undefined && { next }),
        ...(groups && 'preview' in groups && { groups: groups.preview }),
      };
    },

    async adopt(scope, { by, progress }) {
      const { mapping } = await mappings.mode(scope);
      // Groups first: the teams are there when their members come.
      if (mapping.mode === 'auto') await mappings.save(scope, mapping, { by });
      let report: AdoptionReport = { created: 0, linked: 0, waiting: 0, refused: [] };
      for await (const users of walkPages((after) => strangers(scope, after, PAGE))) {
        for (const { id } of users) report = counted(report, id, await outcomeOf(() => adoptOne(scope, id, by)));
        progress?.(report);
      }
      return report;
    },
  };
}

/** Who a directory user would be. */
async function matchOf(
  storage: ManagedStorage,
  scope: DirectoryScope,
  { id, attributes }: DirectoryUser,
  rules: CompleteRules,
): Promise<PersonMatch> {
  const setup = await readSetup(storage, scope, rules);
  const pushed = readPushedProfile(attributes, setup.phoneCountry);
  return matchPerson(await readMatchGround(storage, scope, id, pushed, setup));
}

async function outcomeOf(
  adopt: () => Promise<PersonMatch['kind'] | undefined>,
): Promise<PersonMatch['kind'] | ProvisioningRefusedError | undefined> {
  try {
    return await adopt();
  } catch (error) {
    if (error instanceof ProvisioningRefusedError) return error;
    throw error;
  }
}

function counted(
  report: AdoptionReport,
  directoryUserId: string,
  outcome: PersonMatch['kind'] | ProvisioningRefusedError | undefined,
): AdoptionReport {
  if (outcome instanceof ProvisioningRefusedError) {
    return { ...report, refused: [...report.refused, { directoryUserId, sentence: outcome.message }] };
  }
  switch (outcome) {
    case 'create':
      return { ...report, created: report.created + 1 };
    case 'link':
      return { ...report, linked: report.linked + 1 };
    case 'conflict':
      return { ...report, waiting: report.waiting + 1 };
    default:
      return report;
  }
}

import type { Clock } from '../core/clock.js';
import type { User } from '../storage/host-storage.js';
import { type ManagedStorage, manage, managed } from '../storage/managed-storage.js';
import type { Person } from '../storage/person-store.js';
import type { OrganizationScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { type Grant, type GrantTarget, isProvisioned, teamOf } from './grant.js';
import { EMPTY_PLAN } from './grant-plan.js';
import { type Membership, membershipsOf, overrideOf } from './membership.js';
import { organizationRole } from './organization-role.js';
import {
  endByDirectories,
  fits,
  type LifecycleState,
  originOf,
  type PersonFilter,
  type PersonOrigin,
  standingsOf,
  stateOf,
} from './person.js';
import { planOwnPhone, readPhone } from './phone.js';
import type { CompleteRules } from './provisioning-rules.js';
import { beginStep, type ProvisioningStep } from './provisioning-step.js';
import { findRole, rolesFor } from './role-catalogue.js';

/** A person as lists of people show them. */
export interface PersonEntry {
  readonly user: User;
  readonly state: LifecycleState;
  /** The column "Source". */
  readonly origin: PersonOrigin;
  readonly person: Person;
}

/** Some of the people of an organization. */
export interface PeoplePage {
  readonly items: readonly PersonEntry[];
  readonly next?: string;
}

/** Somebody's place in the organization or a team, given by hand. */
export interface HandGrant {
  readonly userId: string;
  readonly target: GrantTarget;
  readonly role: string;
  /** The user who does it. */
  readonly by: string;
}

/** People of an organization, for the host's own pages. What is locked is the caller's to ask: see `lockOf`. */
export interface PeopleService {
  /** In order of id, behind `after` (`''` for the start). */
  list(
    scope: OrganizationScope,
    page: { readonly after: string; readonly limit: number },
  ): Promise<readonly PersonEntry[]>;
  /**
   * A page of those whom a filter lets through, in the same order; `after` is `''` or the `next` of the page before. Where users
   * are a store of the host that does not know standings, a page may hold fewer than there are, and `next` all the same.
   */
  page(
    scope: OrganizationScope,
    page: PersonFilter & { readonly after: string; readonly limit: number },
  ): Promise<PeoplePage>;
  get(scope: OrganizationScope, userId: string): Promise<PersonEntry | undefined>;
  memberships(scope: OrganizationScope, userId: string): Promise<readonly Membership[]>;
  /** The highest role in the organization; absent where there is none. */
  organizationRole(scope: OrganizationScope, userId: string): Promise<string | undefined>;
  /** Gives something by hand, which no identity provider takes away. @throws {RangeError} for an unknown role. */
  grant(scope: OrganizationScope, grant: HandGrant): Promise<void>;
  /** Takes away what was given by hand; what an identity provider gave stays. */
  revoke(scope: OrganizationScope, grant: Omit<HandGrant, 'role'>): Promise<void>;
  /**
   * Sets somebody's role in a team, by hand, on top of what an identity provider gave.
   * @returns whether the person is in the team. @throws {RangeError} for an unknown role.
   */
  setTeamRole(
    scope: OrganizationScope,
    role: { readonly userId: string; readonly teamId: string; readonly role: string; readonly by: string },
  ): Promise<boolean>;
  /** Ends somebody's access by hand; no identity provider brings it back. */
  end(scope: OrganizationScope, userId: string, by: string): Promise<void>;
  /** Takes that back; what directories say counts again. */
  reopen(scope: OrganizationScope, userId: string, by: string): Promise<void>;
  /** A number that people enter themselves. @returns whether it is one. */
  setPhone(
    scope: OrganizationScope,
    phone: { readonly userId: string; readonly number: string; readonly country?: string },
  ): Promise<boolean>;
  /** The owner of the number has proved to have it. @returns whether it is still the number. */
  confirmPhone(scope: OrganizationScope, phone: { readonly userId: string; readonly number: string }): Promise<boolean>;
}

/** People that are looked at for one page, where the store of users answers everybody, and how many at a time after the first. */
const MOST_LOOKED_AT = 500;
const PART = 100;

export function createPeopleService(options: {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly rules: CompleteRules;
}): PeopleService {
  const {
    clock,
    rules: { policy, roles },
  } = options;
  const storage = managed(options.storage);

  function byHand<T>(
    scope: OrganizationScope,
    by: string,
    work: (within: ManagedStorage, step: ProvisioningStep) => Promise<T>,
  ): Promise<T> {
    return manage(storage, scope, async (within) => {
      const at = new Date(clock.now()).toISOString();
      const step = beginStep(within, scope, { at, cause: 'hand', by, policy, roles });
      const result = await work(within, step);
      await step.complete();
      return result;
    });
  }

  function entryOf(user: User, person: Person): PersonEntry {
    return { user, person, state: stateOf(person, policy), origin: originOf(person) };
  }

  async function list(
    scope: OrganizationScope,
    page: Parameters<ManagedStorage['users']['list']>[1],
  ): Promise<readonly PersonEntry[]> {
    const users = await storage.users.list(scope, page);
    const people = await storage.people.getMany(
      scope,
      users.map(({ id }) => id),
    );
    return users.flatMap((user, index) => {
      const person = people[index];
      return person ? [entryOf(user, person)] : [];
    });
  }

  function requireRole(target: GrantTarget, role: string): void {
    if (!findRole(rolesFor(roles, target), role)) throw new RangeError(`there is no role ${JSON.stringify(role)}`);
  }

  return {
    list,

    async page(scope, { after, limit, ...filter }) {
      const isFiltered = filter.origin !== undefined || filter.state !== undefined;
      const standings = isFiltered ? standingsOf(filter, policy) : undefined;
      if (standings?.length === 0) return { items: [] };
      const items: PersonEntry[] = [];
      let [from, looked]: [string, number] = [after, 0];
      for (let size = limit + 1; looked < MOST_LOOKED_AT; size = PART) {
        const part = await list(scope, { after: from, limit: size, ...(standings && { standings }) });
        looked += part.length;
        for (const [index, entry] of part.entries()) {
          from = entry.user.id;
          if (fits(entry, filter)) items.push(entry);
          const isLast = index === part.length - 1 && part.length < size;
          if (items.length === limit) return isLast ? { items } : { items, next: from };
        }
        if (part.length < size) return { items };
      }
      return { items, next: from };
    },

    async get(scope, userId) {
      const user = await storage.users.get(scope, userId);
      const [person] = await storage.people.getMany(scope, [userId]);
      return user && person && entryOf(user, person);
    },

    async memberships(scope, userId) {
      const grants = await storage.grants.ofUsers(scope, [userId]);
      return membershipsOf(grants, await storage.overrides.ofUsers(scope, [userId]), roles);
    },

    async organizationRole(scope, userId) {
      return organizationRole(await storage.grants.ofUsers(scope, [userId]), roles);
    },

    grant: (scope, { userId, target, role, by }) =>
      byHand(scope, by, async (_, step) => {
        requireRole(target, role);
        await step.grants({ ...EMPTY_PLAN, add: [{ userId, target, role, source: 'manual' }] });
      }),

    revoke: (scope, { userId, target, by }) =>
      byHand(scope, by, async ({ grants }, step) => {
        const there = await grants.ofUsers(scope, [userId]);
        const remove = there.filter((grant) => grant.target === target && !isProvisioned(grant.source));
        await step.grants({ ...EMPTY_PLAN, remove });
      }),

    setTeamRole: (scope, { userId, teamId, role, by }) =>
      byHand(scope, by, async (within, step) => {
        requireRole(`team:${teamId}`, role);
        const grants = await within.grants.ofUsers(scope, [userId]);
        const override = overrideOf(grants, { userId, teamId, role }, roles);
        if (override) {
          await within.overrides.put(scope, override);
          step.note('override-set', { userId, teamId });
          step.reshow([userId]);
          return true;
        }
        const mine = grants.filter((grant) => teamOf(grant.target) === teamId);
        if (mine.length > 0)
          await step.grants({ ...EMPTY_PLAN, add: mine.map((grant): Grant => ({ ...grant, role })) });
        return mine.length > 0;
      }),

    end: (scope, userId, by) =>
      byHand(scope, by, async (within, step) => {
        const [person] = await within.people.getMany(scope, [userId]);
        if (!person || person.ended === 'by-hand') return;
        const { directoryUsers: _users, linked: _linked, ...record } = person;
        await within.people.put(scope, [{ ...record, ended: 'by-hand' }]);
        await within.users.setAccess(scope, userId, 'closed');
        step.note('person-ended', { userId, reason: 'by-hand' });
        if (person.ended === undefined) await step.tell('person.deactivated', { userId });
      }),

    reopen: (scope, userId, by) =>
      byHand(scope, by, async (within, step) => {
        const [person] = await within.people.getMany(scope, [userId]);
        if (person?.ended !== 'by-hand') return;
        const { directoryUsers, linked: _, ended: _ended, ...record } = person;
        const known = directoryUsers.length > 0 || person.madeBy === 'directory';
        const ended = endByDirectories(directoryUsers, policy.activeWhen, known);
        await within.people.put(scope, [{ ...record, ...(ended !== undefined && { ended }) }]);
        if (ended !== undefined) return;
        await within.users.setAccess(scope, userId, 'open');
        step.note('person-reactivated', { userId });
        await step.tell('person.reactivated', { userId });
      }),

    setPhone: (scope, { userId, number, country }) =>
      byHand(scope, userId, async (within, step) => {
        const read = readPhone(number, country);
        const [person] = await within.people.getMany(scope, [userId]);
        if (read === undefined || !person) return false;
        const { directoryUsers: _users, linked: _linked, ...record } = person;
        const { phone, confirm } = planOwnPhone(person.phone, read, policy);
        if (phone) await within.people.put(scope, [{ ...record, phone }]);
        if (confirm) await step.tell('phone.unconfirmed', { userId });
        return true;
      }),

    confirmPhone: (scope, { userId, number }) =>
      byHand(scope, userId, async (within) => {
        const [person] = await within.people.getMany(scope, [userId]);
        if (person?.phone?.number !== number) return false;
        const { directoryUsers: _users, linked: _linked, phone, ...record } = person;
        await within.people.put(scope, [{ ...record, phone: { ...phone, confirmed: true } }]);
        return true;
      }),
  };
}

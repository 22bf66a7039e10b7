import { standingOf } from '../../storage/person-standing.js';
import type { OrganizationScope } from '../../storage/scope.js';
import { DirectoryResources } from './directory-resources.js';
import { OrganizationTables } from './organization-tables.js';
import { personOf } from './person-store.js';
import { placeKey } from './record-table.js';
import { SharedTables } from './shared-tables.js';
import { StandingIndex } from './standing-index.js';
import { Turn } from './turn.js';

/** What one organization keeps: tables of its own, its directories' resources, and whose turn it is to change them. */
export class OrganizationData {
  readonly turn: Turn = new Turn();
  readonly tables: OrganizationTables = new OrganizationTables();
  readonly standings: StandingIndex = new StandingIndex((userId) =>
    this.tables.users.get(userId) ? standingOf(personOf(this, userId)) : undefined,
  );
  readonly #directories = new Map<string, DirectoryResources>();

  constructor() {
    const { users, people, directoryLinks, logins } = this.tables;
    users.watch(({ id }) => this.standings.note(id));
    for (const table of [people, directoryLinks, logins]) table.watch(({ userId }) => this.standings.note(userId));
  }

  resources(directoryId: string): DirectoryResources {
    const known = this.#directories.get(directoryId);
    if (known) return known;
    const resources = new DirectoryResources((id) => {
      const link = this.tables.directoryLinks.get(placeKey(directoryId, id));
      if (link) this.standings.note(link.userId);
    });
    this.#directories.set(directoryId, resources);
    return resources;
  }
}

/**
 * Everything that a memory storage keeps. Organizations share nothing but the tables that are looked through across them,
 * which have a turn of their own, always taken after an organization's.
 */
export class Database {
  readonly shared: SharedTables = new SharedTables();
  readonly sharedTurn: Turn = new Turn();
  readonly #organizations = new Map<string, OrganizationData>();

  organization({ organizationId }: OrganizationScope): OrganizationData {
    const known = this.#organizations.get(organizationId);
    if (known) return known;
    const organization = new OrganizationData();
    this.#organizations.set(organizationId, organization);
    return organization;
  }
}

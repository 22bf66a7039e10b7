import type { OrganizationScope } from '../../storage/scope.js';
import { DirectoryResources } from './directory-resources.js';
import { OrganizationTables } from './organization-tables.js';
import { SharedTables } from './shared-tables.js';
import { Turn } from './turn.js';

/** What one organization keeps: tables of its own, its directories' resources, and whose turn it is to change them. */
export class OrganizationData {
  readonly turn: Turn = new Turn();
  readonly tables: OrganizationTables = new OrganizationTables();
  readonly #directories = new Map<string, DirectoryResources>();

  resources(directoryId: string): DirectoryResources {
    const known = this.#directories.get(directoryId);
    if (known) return known;
    const resources = new DirectoryResources();
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

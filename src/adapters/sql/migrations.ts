import { pendingMemberTables } from './pending-member-tables.js';
import { postgresFunctions } from './postgres-functions.js';
import { provisioningTables } from './provisioning-tables.js';
import { signInTables } from './sign-in-tables.js';
import type { SqlDialect } from './sql-dialect.js';
import { standingTables } from './standing-tables.js';
import type { TableNames } from './table-names.js';
import { trafficTables } from './traffic-tables.js';

/** One step from a version of the tables to the next. It never changes once it is released. */
export interface Migration {
  readonly version: number;
  statements(names: TableNames, dialect: SqlDialect): readonly string[];
}

/** All steps, oldest first. */
export const MIGRATIONS: readonly Migration[] = [
  { version: 1, statements: firstTables },
  { version: 2, statements: signInTables },
  { version: 3, statements: provisioningTables },
  { version: 4, statements: trafficTables },
  { version: 5, statements: pendingMemberTables },
  { version: 6, statements: standingTables },
];

/** The version of the tables that this code knows. */
export const SCHEMA_VERSION = 6;

/** The table that says which steps have been taken. */
export function migrationTable(names: TableNames, { types }: SqlDialect): string {
  return `create table if not exists ${names.migrations} (version ${types.integer} primary key, at ${types.text} not null)`;
}

function firstTables(names: TableNames, dialect: SqlDialect): readonly string[] {
  const { types } = dialect;
  const { text, integer } = types;
  const scope = `organization_id ${text} not null, directory_id ${text} not null`;
  const index = (name: string, on: string) => `create index "${names.prefix}${name}" on ${on}`;
  const uniqueIndex = (name: string, on: string) => `create unique index "${names.prefix}${name}" on ${on}`;
  // Room in each page, so that a changed row stays there and no index has to be told.
  const roomy = dialect.name === 'postgres' ? ' with (fillfactor = 85)' : '';
  return [
    `create table ${names.directories} (sequence ${types.sequence}, id ${text} not null unique, ` +
      `organization_id ${text} not null, document ${text} not null)`,
    index('directories_organization', `${names.directories} (organization_id, sequence)`),
    `create table ${names.directoryHosts} (host ${text} primary key, ${scope})`,
    index('directory_hosts_directory', `${names.directoryHosts} (directory_id)`),
    `create table ${names.tokens} (sequence ${types.sequence}, hash ${text} not null unique, ${scope}, ` +
      `id ${text} not null, document ${text} not null, revoked_at ${text}, last_used_at ${text})`,
    uniqueIndex('tokens_id', `${names.tokens} (directory_id, id)`),

    `create table ${names.resources} (sequence ${types.sequence}, ${scope}, id ${text} not null, ` +
      `type ${text} not null, version ${integer} not null, created ${text} not null, last_modified ${text} not null, ` +
      `deleted_at ${text}, access_ending ${integer} not null default 0, kept ${text}, attributes ${text}, ` +
      `unique_keys ${text} not null, key_entries ${text} not null, user_name ${text}, display_name ${text}, user_name_key ${text}, ` +
      `external_id_key ${text}, display_name_key ${text}, search ${types.document})${roomy}`,
    uniqueIndex('resources_id', `${names.resources} (organization_id, directory_id, id)`),
    index(
      'resources_order',
      `${names.resources} (organization_id, directory_id, type, sequence) where deleted_at is null`,
    ),
    ...['user_name', 'external_id', 'display_name'].map((column) =>
      index(
        `resources_${column}`,
        `${names.resources} (directory_id, ${column}_key) ` + `where deleted_at is null and ${column}_key is not null`,
      ),
    ),
    `create table ${names.uniqueKeys} (${scope}, type ${text} not null, unique_key ${text} not null, ` +
      `resource_id ${text} not null, primary key (organization_id, directory_id, type, unique_key))`,
    `create table ${names.emails} (${scope}, resource_id ${text} not null, email_key ${text} not null, ` +
      'primary key (organization_id, directory_id, resource_id, email_key))',
    index('emails_key', `${names.emails} (organization_id, directory_id, email_key, resource_id)`),

    `create table ${names.memberships} (${scope}, group_id ${text} not null, member_id ${text} not null, ` +
      'primary key (organization_id, directory_id, group_id, member_id))',
    index('memberships_member', `${names.memberships} (organization_id, directory_id, member_id, group_id)`),
    `create table ${names.groupCounters} (${scope}, group_id ${text} not null, shard ${integer} not null, ` +
      `changes ${integer} not null, changed_at ${text} not null, members ${integer} not null, ` +
      `primary key (organization_id, directory_id, group_id, shard))${roomy}`,

    `create table ${names.organizations} (id ${text} primary key, name ${text} not null, parent_id ${text}, ` +
      `root_user_id ${text})`,
    `create table ${names.users} (sequence ${types.sequence}, organization_id ${text} not null, id ${text} not null, ` +
      `account_id ${text}, email ${text} not null, email_key ${text} not null, display_name ${text})`,
    uniqueIndex('users_id', `${names.users} (organization_id, id)`),
    index('users_email', `${names.users} (organization_id, email_key)`),
    `create table ${names.teams} (sequence ${types.sequence}, organization_id ${text} not null, id ${text} not null, ` +
      `name ${text} not null, name_key ${text} not null)`,
    uniqueIndex('teams_id', `${names.teams} (organization_id, id)`),
    index('teams_name', `${names.teams} (organization_id, name_key)`),
    // A directory is of one organization: without this PostgreSQL takes conditions on both for much rarer than on one.
    ...(dialect.name === 'postgres'
      ? [names.resources, names.memberships].map(
          (table) =>
            `create statistics ${table.replace(/"$/, '_scope"')} (dependencies) on organization_id, directory_id from ${table}`,
        )
      : []),
    ...(dialect.name === 'postgres' ? postgresFunctions(names, dialect) : []),
  ];
}

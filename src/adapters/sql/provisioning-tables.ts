import {
  grantFunction,
  peopleFunction,
  readPeopleFunction,
  readSettingsFunction,
  takeFunction,
} from './postgres-grant-functions.js';
import type { SqlDialect } from './sql-dialect.js';
import type { StoreSite } from './store-site.js';
import type { TableNames } from './table-names.js';

/** Version 3: people, what leads to them, what they are given and why; users and teams that provisioning makes. */
export function provisioningTables(names: TableNames, dialect: SqlDialect): readonly string[] {
  const { text, integer, sequence } = dialect.types;
  const organization = `organization_id ${text} not null`;
  const scope = `${organization}, directory_id ${text} not null`;
  const index = (name: string, on: string) => `create index "${names.prefix}${name}" on ${on}`;
  const uniqueIndex = (name: string, on: string) => `create unique index "${names.prefix}${name}" on ${on}`;
  const column = (table: string, definition: string) => `alter table ${table} add column ${definition}`;
  return [
    // Somebody without a document is nobody but a row to be locked.
    `create table ${names.people} (${organization}, user_id ${text} not null, document ${text}, ` +
      'primary key (organization_id, user_id))',
    `create table ${names.directoryLinks} (${scope}, directory_user_id ${text} not null, user_id ${text} not null, ` +
      `is_gone ${integer} not null default 0, primary key (organization_id, directory_id, directory_user_id))`,
    index('directory_links_user', `${names.directoryLinks} (organization_id, user_id)`),
    `create table ${names.logins} (${organization}, link_key ${text} not null, tenant_id ${text} not null, ` +
      `identity_key ${text} not null, user_id ${text} not null, document ${text} not null, ` +
      'primary key (organization_id, link_key))',
    uniqueIndex('logins_user', `${names.logins} (organization_id, user_id, tenant_id)`),
    index('logins_identity', `${names.logins} (organization_id, tenant_id, identity_key)`),

    `create table ${names.grants} (${organization}, user_id ${text} not null, target ${text} not null, ` +
      `source ${text} not null, role ${text} not null, primary key (organization_id, user_id, target, source))`,
    index('grants_source', `${names.grants} (organization_id, source, target, user_id)`),
    index('grants_target', `${names.grants} (organization_id, target, role, user_id)`),
    `create table ${names.mappingSettings} (${scope}, version ${integer} not null, document ${text} not null, ` +
      'primary key (organization_id, directory_id))',
    `create table ${names.mappingRows} (${scope}, group_id ${text} not null, target ${text} not null, ` +
      `role ${text} not null, allowed_by ${text}, primary key (organization_id, directory_id, group_id, target))`,
    `create table ${names.teamLinks} (${scope}, group_id ${text} not null, team_id ${text} not null, ` +
      `created ${integer} not null, primary key (organization_id, directory_id, group_id))`,
    index('team_links_team', `${names.teamLinks} (organization_id, directory_id, team_id)`),
    `create table ${names.overrides} (${organization}, user_id ${text} not null, team_id ${text} not null, ` +
      `role ${text} not null, base_role ${text} not null, primary key (organization_id, user_id, team_id))`,

    `create table ${names.conflicts} (${scope}, subject_key ${text} not null, id ${text} not null, at ${text} not null, ` +
      `document ${text} not null, primary key (organization_id, directory_id, subject_key))`,
    uniqueIndex('conflicts_id', `${names.conflicts} (organization_id, id)`),
    `create table ${names.holds} (${scope}, id ${text} not null, reason ${text} not null, at ${text} not null, ` +
      'primary key (organization_id, id))',
    index('holds_directory', `${names.holds} (organization_id, directory_id, at, id)`),
    `create table ${names.heldGrants} (sequence ${sequence}, ${organization}, hold_id ${text} not null, ` +
      `user_id ${text} not null, target ${text} not null, source ${text} not null, role ${text} not null)`,
    uniqueIndex('held_grants_place', `${names.heldGrants} (organization_id, user_id, target, source)`),
    index('held_grants_hold', `${names.heldGrants} (organization_id, hold_id, sequence)`),
    `create table ${names.losses} (${scope}, user_id ${text} not null, at ${text} not null, ` +
      'primary key (organization_id, directory_id, user_id))',
    index('losses_at', `${names.losses} (organization_id, directory_id, at)`),

    column(names.users, `timezone ${text}`),
    column(names.users, `access ${text}`),
    column(names.users, `creation_key ${text}`),
    uniqueIndex('users_creation', `${names.users} (organization_id, creation_key)`),
    column(names.teams, `identifier ${text}`),
    column(names.teams, `identifier_key ${text}`),
    column(names.teams, `is_privileged ${integer} not null default 0`),
    column(names.teams, `creation_key ${text}`),
    uniqueIndex('teams_creation', `${names.teams} (organization_id, creation_key)`),
    index('teams_identifier', `${names.teams} (organization_id, identifier_key)`),
    `create table ${names.teamMemberships} (${organization}, team_id ${text} not null, user_id ${text} not null, ` +
      `role ${text} not null, primary key (organization_id, team_id, user_id))`,
    index('team_memberships_user', `${names.teamMemberships} (organization_id, user_id)`),
    ...(dialect.name === 'postgres' ? functionsOf({ names, dialect }) : []),
  ];
}

function functionsOf(site: StoreSite): readonly string[] {
  const { names } = site;
  return [
    peopleFunction(names),
    grantFunction(names),
    takeFunction(names),
    readPeopleFunction(site),
    readSettingsFunction(site),
  ];
}

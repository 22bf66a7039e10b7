import type { SqlDialect } from './sql-dialect.js';

/** Where the tables are. */
export interface TableOptions {
  /** What the names of all tables and indexes begin with: `sso_` unless given. Lower case letters, digits and `_`. */
  readonly prefix?: string;
  /** The schema they are in, for PostgreSQL; unless given, whatever the connection's `search_path` says. */
  readonly schema?: string;
}

/** The names of the tables, ready to be put into a statement. */
export interface TableNames {
  readonly prefix: string;
  readonly schema?: string;
  readonly migrations: string;
  readonly directories: string;
  readonly directoryHosts: string;
  readonly tokens: string;
  readonly resources: string;
  readonly uniqueKeys: string;
  readonly emails: string;
  readonly memberships: string;
  readonly groupCounters: string;
  readonly organizations: string;
  readonly users: string;
  readonly teams: string;
  /** Functions, on PostgreSQL. */
  readonly readUser: string;
  readonly findUsers: string;
  readonly changeMembers: string;
  readonly insertResource: string;
  readonly updateResource: string;
  readonly eraseResource: string;
  readonly oidcTenants: string;
  readonly oidcDomains: string;
  readonly consumedKeys: string;
  readonly endedSessions: string;
  readonly journal: string;
  readonly outbox: string;
  readonly people: string;
  readonly directoryLinks: string;
  readonly logins: string;
  readonly grants: string;
  readonly mappingSettings: string;
  readonly mappingRows: string;
  readonly teamLinks: string;
  readonly overrides: string;
  readonly conflicts: string;
  readonly holds: string;
  readonly heldGrants: string;
  readonly losses: string;
  readonly teamMemberships: string;
  readonly pendingMembers: string;
  readonly traffic: string;
  readonly trafficHeads: string;
  readonly trafficHours: string;
  /** Functions, on PostgreSQL. */
  readonly lockPeople: string;
  readonly changeGrants: string;
  readonly takeGrants: string;
  readonly readPeople: string;
  readonly readMappingSettings: string;
  readonly standPerson: string;
  readonly noteStanding: string;
}

const PREFIX = /^[a-z_][a-z0-9_]{0,30}$/;
const SCHEMA = /^[A-Za-z_]\w{0,62}$/;

/** @throws {TypeError} for a name that would need more than quotes. */
export function tableNames({ prefix = 'sso_', schema }: TableOptions, dialect: SqlDialect['name']): TableNames {
  if (!PREFIX.test(prefix)) throw new TypeError(`the prefix ${JSON.stringify(prefix)} must match ${PREFIX.source}`);
  if (schema !== undefined && !SCHEMA.test(schema)) {
    throw new TypeError(`the schema ${JSON.stringify(schema)} must match ${SCHEMA.source}`);
  }
  if (schema !== undefined && dialect === 'sqlite') throw new TypeError('SQLite knows no schemas: give a prefix');
  const named = (name: string) => `${schema === undefined ? '' : `"${schema}".`}"${prefix}${name}"`;
  return {
    prefix,
    ...(schema !== undefined && { schema }),
    migrations: named('migrations'),
    directories: named('directories'),
    directoryHosts: named('directory_hosts'),
    tokens: named('tokens'),
    resources: named('resources'),
    uniqueKeys: named('unique_keys'),
    emails: named('emails'),
    memberships: named('memberships'),
    groupCounters: named('group_counters'),
    organizations: named('organizations'),
    users: named('users'),
    teams: named('teams'),
    readUser: named('read_user'),
    findUsers: named('find_users'),
    changeMembers: named('change_members'),
    insertResource: named('insert_resource'),
    updateResource: named('update_resource'),
    eraseResource: named('erase_resource'),
    oidcTenants: named('oidc_tenants'),
    oidcDomains: named('oidc_domains'),
    consumedKeys: named('consumed_keys'),
    endedSessions: named('ended_sessions'),
    journal: named('journal'),
    outbox: named('outbox'),
    people: named('people'),
    directoryLinks: named('directory_links'),
    logins: named('logins'),
    grants: named('grants'),
    mappingSettings: named('mapping_settings'),
    mappingRows: named('mapping_rows'),
    teamLinks: named('team_links'),
    overrides: named('overrides'),
    conflicts: named('conflicts'),
    holds: named('holds'),
    heldGrants: named('held_grants'),
    losses: named('losses'),
    teamMemberships: named('team_memberships'),
    pendingMembers: named('pending_members'),
    traffic: named('traffic'),
    trafficHeads: named('traffic_heads'),
    trafficHours: named('traffic_hours'),
    lockPeople: named('lock_people'),
    changeGrants: named('change_grants'),
    takeGrants: named('take_grants'),
    readPeople: named('read_people'),
    readMappingSettings: named('read_mapping_settings'),
    standPerson: named('stand_person'),
    noteStanding: named('note_standing'),
  };
}

import type { SqlDialect } from './sql-dialect.js';
import type { TableNames } from './table-names.js';

/** Version 2: OIDC tenants, sign-ins, what happened, and what is still to be told. */
export function signInTables(names: TableNames, { types }: SqlDialect): readonly string[] {
  const { text, integer, sequence } = types;
  const organization = `organization_id ${text} not null`;
  const index = (name: string, on: string) => `create index "${names.prefix}${name}" on ${on}`;
  return [
    `create table ${names.oidcTenants} (sequence ${sequence}, id ${text} not null unique, ${organization}, ` +
      `version ${integer} not null, state ${text} not null, due_at ${text}, document ${text} not null)`,
    index('oidc_tenants_organization', `${names.oidcTenants} (organization_id, sequence)`),
    index('oidc_tenants_state', `${names.oidcTenants} (state, sequence)`),
    index('oidc_tenants_due', `${names.oidcTenants} (due_at, sequence) where due_at is not null`),
    `create table ${names.oidcDomains} (domain ${text} primary key, ${organization}, tenant_id ${text} not null)`,
    index('oidc_domains_tenant', `${names.oidcDomains} (tenant_id)`),

    `create table ${names.consumedKeys} (${organization}, consumed_key ${text} not null, expires_at ${text} not null, ` +
      'primary key (organization_id, consumed_key))',
    index('consumed_keys_expiry', `${names.consumedKeys} (expires_at)`),
    `create table ${names.endedSessions} (${organization}, origin_key ${text} not null, ended_at ${text} not null, ` +
      `expires_at ${text} not null, primary key (organization_id, origin_key))`,
    index('ended_sessions_expiry', `${names.endedSessions} (expires_at)`),

    `create table ${names.journal} (sequence ${sequence}, ${organization}, subject_key ${text} not null, ` +
      `document ${text} not null)`,
    index('journal_subject', `${names.journal} (organization_id, subject_key, sequence)`),
    `create table ${names.outbox} (sequence ${sequence}, event_key ${text} not null unique, ${organization}, ` +
      `topic ${text} not null, held_until ${text} not null default '', attempts ${integer} not null default 0, ` +
      `document ${text} not null)`,
    index('outbox_topic', `${names.outbox} (topic, sequence)`),
  ];
}

import type { SqlDialect } from './sql-dialect.js';
import type { TableNames } from './table-names.js';

/** Version 4: recent calls of directories with their counts, and what set off an entry of the journal. */
export function trafficTables(names: TableNames, { types }: SqlDialect): readonly string[] {
  const { text, integer } = types;
  const scope = `organization_id ${text} not null, directory_id ${text} not null`;
  const index = (name: string, on: string) => `create index "${names.prefix}${name}" on ${on}`;
  return [
    // Numbers of a directory are given out one batch after the other, so a smaller one never appears later.
    `create table ${names.trafficHeads} (${scope}, last_number ${integer} not null, ` +
      'primary key (organization_id, directory_id))',
    `create table ${names.traffic} (${scope}, number ${integer} not null, id ${text} not null, at ${text} not null, ` +
      `is_failure ${integer} not null, document ${text} not null, primary key (organization_id, directory_id, number))`,
    index('traffic_outcome', `${names.traffic} (organization_id, directory_id, is_failure, number)`),
    index('traffic_id', `${names.traffic} (organization_id, directory_id, id)`),
    index('traffic_at', `${names.traffic} (at)`),
    `create table ${names.trafficHours} (${scope}, hour ${text} not null, outcome ${text} not null, ` +
      `calls ${integer} not null, unrecorded ${integer} not null, primary key (organization_id, directory_id, hour, outcome))`,
    index('traffic_hours_hour', `${names.trafficHours} (hour)`),

    `alter table ${names.journal} add column cause_key ${text}`,
    // Entries without a cause cost nothing here.
    index('journal_cause', `${names.journal} (organization_id, cause_key, sequence) where cause_key is not null`),
  ];
}

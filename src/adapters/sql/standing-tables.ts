import { isLinked } from './person-columns.js';
import { createFunction } from './postgres-function.js';
import { USER } from './resource-rows.js';
import type { SqlDialect } from './sql-dialect.js';
import type { TableNames } from './table-names.js';

/**
 * Version 6: the standing of users, kept beside them so that lists by it need not look at anybody else. It follows from
 * what other tables say, whoever writes them, so triggers keep it. Where the users are a store of the host, the table of ours
 * is empty and they end at once. And the people of a hold, to be counted.
 */
export function standingTables(names: TableNames, dialect: SqlDialect): readonly string[] {
  const { users, prefix } = names;
  return [
    `alter table ${users} add column standing ${dialect.types.text} not null default 'manual:new'`,
    `update ${users} set standing = ${standingExpression(names, dialect, users)}`,
    `create index "${prefix}users_standing" on ${users} (organization_id, standing, id)`,
    `create index "${prefix}held_grants_person" on ${names.heldGrants} (organization_id, hold_id, user_id)`,
    ...(dialect.name === 'postgres' ? postgresTriggers(names, dialect) : sqliteTriggers(names, dialect)),
  ];
}

/** What makes a standing change: a table, when, whom it is about by the rows `new` and `old`, and what sort of row it is. */
const CAUSES = [
  { table: 'users', event: 'insert', kind: 'user', condition: undefined },
  { table: 'people', event: 'insert', kind: 'person', condition: 'new.document is not null' },
  { table: 'people', event: 'update of document', kind: 'person', condition: undefined },
  { table: 'directoryLinks', event: 'insert', kind: 'person', condition: undefined },
  { table: 'directoryLinks', event: 'update', kind: 'link', condition: undefined },
  { table: 'logins', event: 'insert', kind: 'person', condition: undefined },
  { table: 'logins', event: 'delete', kind: 'gone', condition: undefined },
  {
    table: 'resources',
    event: 'update of deleted_at',
    kind: 'resource',
    condition: `new.type = '${USER}' and new.deleted_at is not null and old.deleted_at is null`,
  },
] as const;

/** The standing of the user in a row: what `standingOf` makes of the same facts. */
function standingExpression(
  { people, directoryLinks, logins, resources }: TableNames,
  { name }: SqlDialect,
  row: string,
): string {
  const has = (key: string) =>
    name === 'postgres'
      ? `(cast(p.document as jsonb) ->> '${key}') is not null`
      : `json_extract(p.document, '$.${key}') is not null`;
  // One look-up for each link: a join could begin with all resources.
  const scim =
    `exists (select 1 from ${directoryLinks} as l where l.organization_id = ${row}.organization_id ` +
    `and l.user_id = ${row}.id and l.is_gone = 0 ` +
    `and (select 1 from ${resources} as r where ${isLinked('r')} limit 1) is not null)`;
  const login = `exists (select 1 from ${logins} as o where o.organization_id = ${row}.organization_id and o.user_id = ${row}.id)`;
  const stage =
    `coalesce((select case when ${has('ended')} then 'ended' when ${has('activatedAt')} then 'activated' ` +
    `when ${has('invitedAt')} then 'invited' end from ${people} as p ` +
    `where p.organization_id = ${row}.organization_id and p.user_id = ${row}.id and p.document is not null), 'new')`;
  return `(case when ${scim} then 'scim' when ${login} then 'login' else 'manual' end) || ':' || ${stage}`;
}

function postgresTriggers(names: TableNames, dialect: SqlDialect): readonly string[] {
  const { users, directoryLinks, logins, standPerson, noteStanding } = names;
  const stand = (id: string) => `perform ${standPerson}(new.organization_id, ${id})`;
  return [
    createFunction({
      name: standPerson,
      parameters: ['in_organization_id text', 'in_user_id text'],
      columns: ['id text'],
      tables: [users, directoryLinks, logins],
      body: `
        perform from ${users} as u where u.organization_id = in_organization_id and u.id = in_user_id;
        if not found then return; end if;
        update ${users} as u set standing = s.standing from (select ${standingExpression(names, dialect, 'u')} as standing
        from ${users} as u where u.organization_id = in_organization_id and u.id = in_user_id) as s
        where u.organization_id = in_organization_id and u.id = in_user_id and u.standing <> s.standing;
      `,
    }),
    `create function ${noteStanding}() returns trigger language plpgsql security invoker as $function$
declare person text;
begin
if tg_argv[0] = 'user' then ${stand('new.id')};
elsif tg_argv[0] = 'gone' then perform ${standPerson}(old.organization_id, old.user_id);
elsif tg_argv[0] = 'resource' then
for person in select l.user_id from ${directoryLinks} as l where l.organization_id = new.organization_id
and l.directory_id = new.directory_id and l.directory_user_id = new.id and l.is_gone = 0 loop
${stand('person')};
end loop;
else
${stand('new.user_id')};
if tg_argv[0] = 'link' and old.user_id <> new.user_id then ${stand('old.user_id')}; end if;
end if;
return null;
end
$function$`,
    ...CAUSES.map(
      ({ table, event, kind, condition }) =>
        `create trigger "${triggerName(names, table, event)}" after ${event} on ${names[table]} for each row ` +
        `${condition === undefined ? '' : `when (${condition}) `}execute function ${noteStanding}('${kind}')`,
    ),
  ];
}

function sqliteTriggers(names: TableNames, dialect: SqlDialect): readonly string[] {
  const { users, directoryLinks } = names;
  const stand = (row: string, ids: string) =>
    `update ${users} set standing = ${standingExpression(names, dialect, users)} ` +
    `where organization_id = ${row}.organization_id and id in (${ids});`;
  const actions = {
    user: stand('new', 'new.id'),
    person: stand('new', 'new.user_id'),
    link: stand('new', 'new.user_id, old.user_id'),
    gone: stand('old', 'old.user_id'),
    resource: stand(
      'new',
      `select k.user_id from ${directoryLinks} as k where k.organization_id = new.organization_id ` +
        'and k.directory_id = new.directory_id and k.directory_user_id = new.id and k.is_gone = 0',
    ),
  };
  return CAUSES.map(
    ({ table, event, kind, condition }) =>
      `create trigger "${triggerName(names, table, event)}" after ${event} on ${names[table]} ` +
      `${condition === undefined ? '' : `when ${condition} `}begin ${actions[kind]} end`,
  );
}

function triggerName({ prefix }: TableNames, table: (typeof CAUSES)[number]['table'], event: string): string {
  return `${prefix}standing_${table.toLowerCase()}_${event.split(' ')[0]}`;
}

import type { Grant, GrantChange, GrantSource } from '../../storage/grant.js';
import type { GrantRow, GrantRowPage, GrantRowPlan, GrantRowStep } from '../../storage/grant-store.js';
import type { DirectoryScope } from '../../storage/scope.js';
import type { Run } from './access.js';
import { inScope, isLive, USER } from './resource-rows.js';
import { prepare } from './sql-text.js';
import type { StoreSite } from './store-site.js';

/** What the next part of a change of rows does: one statement. */
export interface GrantRowWalk {
  /** Only reads. */
  read(run: Run, scope: DirectoryScope, plan: GrantRowPlan, page: GrantRowPage): Promise<GrantRowStep>;
  /** Does it already, where one statement can: `isDone` says so. */
  take(
    run: Run,
    scope: DirectoryScope,
    plan: GrantRowPlan,
    page: GrantRowPage,
  ): Promise<GrantRowStep & { readonly isDone: boolean }>;
}

/** A part of a row, and where it goes on. */
interface Part {
  readonly changed: GrantChange;
  readonly rest: string | undefined;
}

/** Prepares that. A position is the place of a row in the plan, and the last member or person that was looked at. */
export function createGrantRowWalk({ names, dialect }: StoreSite): GrantRowWalk {
  const { memberships, resources, directoryLinks, grants } = names;
  const source = '{source} and g.target = {target}';
  // Members one by one, each by indexes: without statistics a join would begin at the wrong end. Who is gone is a member
  // no more, so that only who is inactive has to be looked up.
  const fresh = (memberId: string, condition: string) =>
    `(select l.user_id from ${directoryLinks} as l where ${inScope('l')} and l.directory_user_id = ${memberId} ` +
    `and l.is_gone = 0${condition === '' ? '' : ` and ${isCounted(memberId, condition)}`} and (select 1 from ${grants} as g ` +
    'where g.organization_id = {organizationId} and g.user_id = l.user_id ' +
    "and coalesce(g.source, '') = {source} and coalesce(g.target, '') = {target} limit 1) is null)";
  const isCounted = (memberId: string, condition: string) =>
    `exists (select 1 from ${resources} as r where ${inScope('r')} and r.id = ${memberId} ` +
    `and r.type = '${USER}' and ${isLive('r')} and ${condition})`;
  const counting = { count: '', 'leave-out': `not ${dialect.isFalse('r.attributes', 'active')}` };
  const ofGroup = (condition: string) =>
    prepare(
      `select m.member_id as position, ${fresh('m.member_id', condition)} as user_id from (select m.member_id ` +
        `from ${memberships} as m where ${inScope('m')} and m.group_id = {groupId} and m.member_id > {after} ` +
        'order by m.member_id limit {limit}) as m order by m.member_id',
      dialect,
    );
  const ofDirectory = (condition: string) =>
    prepare(
      `select m.sequence as position, ${fresh('m.id', condition)} as user_id from (select r.sequence, r.id ` +
        `from ${resources} as r where ${inScope('r')} and r.type = '${USER}' and r.deleted_at is null ` +
        'and r.sequence > {after} order by r.sequence limit {limit}) as m order by m.sequence',
      dialect,
    );
  const members = { count: ofGroup(counting.count), 'leave-out': ofGroup(counting['leave-out']) };
  const everybody = { count: ofDirectory(counting.count), 'leave-out': ofDirectory(counting['leave-out']) };
  const given = prepare(
    `select g.user_id as position, g.role from ${grants} as g where g.organization_id = {organizationId} ` +
      `and g.source = ${source} and g.user_id > {after} order by g.user_id limit {limit}`,
    dialect,
  );

  const takeGiven =
    dialect.name === 'postgres'
      ? prepare(
          'select t.user_id as position, t.role ' +
            `from ${names.takeGrants}({organizationId}, {source}, {target}, {after}, {limit}) as t`,
          dialect,
        )
      : undefined;

  async function addPart(run: Run, scope: DirectoryScope, row: GrantRow, after: string, page: GrantRowPage) {
    const { organizationId, directoryId } = scope;
    const { groupId, target, role } = row;
    const { limit, inactive } = page;
    const origin = sourceOf(row, scope);
    const values = { organizationId, directoryId, source: origin, target, limit };
    if (groupId === undefined && !/^\d*$/.test(after)) throw misplaced();
    const rows = await run(
      groupId === undefined
        ? everybody[inactive]({ ...values, after: Number(after) })
        : members[inactive]({ ...values, groupId, after }),
    );
    const userIds = new Set(rows.flatMap(({ user_id: userId }) => (typeof userId === 'string' ? [userId] : [])));
    const add = [...userIds].map((userId): Grant => ({ userId, target, role, source: origin }));
    const rest = rows.length === limit ? String(rows.at(-1)?.['position']) : undefined;
    return { changed: { add, remove: [], change: [] }, rest };
  }

  async function givenPart(run: Run, scope: DirectoryScope, { kind, row }: Place, after: string, limit: number) {
    const origin = sourceOf(row, scope);
    const { target, role } = row;
    const values = { organizationId: scope.organizationId, source: origin, target, after, limit };
    const rows = await run(given(values));
    const found = rows.map((each): Grant => {
      return { userId: String(each['position']), target, role: String(each['role']), source: origin };
    });
    const rest = rows.length === limit ? found.at(-1)?.userId : undefined;
    if (kind === 'remove') return { changed: { add: [], remove: found, change: [] }, rest };
    const change = found
      .filter((grant) => grant.role !== role)
      .map((grant) => ({ grant: { ...grant, role }, from: grant.role }));
    return { changed: { add: [], remove: [], change }, rest };
  }

  async function takenPart(
    run: Run,
    scope: DirectoryScope,
    { row, take }: { readonly row: GrantRow; readonly take: typeof given },
    after: string,
    limit: number,
  ) {
    const source = sourceOf(row, scope);
    const { target } = row;
    const rows = await run(take({ organizationId: scope.organizationId, source, target, after, limit }));
    const remove: Grant[] = [];
    let rest: string | undefined;
    for (const { position, role } of rows) {
      if (role === null) rest = String(position);
      else remove.push({ userId: String(position), target, role: String(role), source });
    }
    return { changed: { add: [], remove, change: [] }, rest };
  }

  async function walk(run: Run, scope: DirectoryScope, plan: GrantRowPlan, page: GrantRowPage, taking: boolean) {
    const [, digits = '0', after = ''] = /^(\d+):(.*)$/s.exec(page.after === '' ? '0:' : page.after) ?? [
      undefined,
      '-1',
    ];
    const index = Number(digits);
    if (index < 0) throw misplaced();
    const places = placesOf(plan);
    const place = places[index];
    if (!place) return { changed: { add: [], remove: [], change: [] }, isDone: true };
    const { kind, row } = place;
    const take = taking && kind === 'remove' ? takeGiven : undefined;
    const isDone = take !== undefined;
    let part: Part;
    if (take) part = await takenPart(run, scope, { row, take }, after, page.limit);
    else if (kind === 'add') part = await addPart(run, scope, row, after, page);
    else part = await givenPart(run, scope, place, after, page.limit);
    const { changed, rest } = part;
    if (rest !== undefined) return { changed, isDone, next: `${index}:${rest}` };
    return index === places.length - 1 ? { changed, isDone } : { changed, isDone, next: `${index + 1}:` };
  }

  return {
    async read(run, scope, plan, page) {
      const { isDone: _, ...step } = await walk(run, scope, plan, page, false);
      return step;
    },
    take: (run, scope, plan, page) => walk(run, scope, plan, page, true),
  };
}

interface Place {
  readonly kind: keyof GrantRowPlan;
  readonly row: GrantRow;
}

function placesOf({ add, change, remove }: GrantRowPlan): readonly Place[] {
  return [
    ...add.map((row): Place => ({ kind: 'add', row })),
    ...change.map((row): Place => ({ kind: 'change', row })),
    ...remove.map((row): Place => ({ kind: 'remove', row })),
  ];
}

function sourceOf({ groupId }: GrantRow, { directoryId }: DirectoryScope): GrantSource {
  return groupId === undefined ? `default-team:${directoryId}` : `group:${groupId}`;
}

function misplaced(): RangeError {
  return new RangeError('not a position of a walk');
}

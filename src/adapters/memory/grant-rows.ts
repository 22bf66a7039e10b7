import type { Grant, GrantChange, GrantSource } from '../../storage/grant.js';
import type { GrantRow, GrantRowPage, GrantRowPlan, GrantRowStep } from '../../storage/grant-store.js';
import type { OrganizationData } from './database.js';
import { placeKey } from './record-table.js';

interface Place {
  readonly kind: 'add' | 'change' | 'remove';
  readonly row: GrantRow;
}

/** What the next part of a change of rows does. @param taken whether what it does is done before the part after it is asked for */
export function grantRowStep(
  data: OrganizationData,
  directoryId: string,
  plan: GrantRowPlan,
  page: GrantRowPage,
  taken: boolean,
): GrantRowStep {
  if (!/^(?:|\d+:\d+)$/.test(page.after)) throw new RangeError('not a position of a walk');
  const [index = 0, from = 0] = page.after.split(':').map(Number);
  const places: readonly Place[] = [
    ...plan.add.map((row) => ({ kind: 'add', row }) as const),
    ...plan.change.map((row) => ({ kind: 'change', row }) as const),
    ...plan.remove.map((row) => ({ kind: 'remove', row }) as const),
  ];
  const place = places[index];
  if (!place) return { changed: { add: [], remove: [], change: [] } };
  const { changed, rest } =
    place.kind === 'add'
      ? addStep(data, directoryId, place.row, from, page)
      : givenStep(data, directoryId, place, taken ? 0 : from, page.limit);
  const next = rest === undefined ? `${index + 1}:0` : `${index}:${rest}`;
  return rest === undefined && index === places.length - 1 ? { changed } : { changed, next };
}

/** A part of a row, and where it goes on. */
interface Part {
  readonly changed: GrantChange;
  readonly rest: number | undefined;
}

function addStep(
  data: OrganizationData,
  directoryId: string,
  row: GrantRow,
  from: number,
  { limit, inactive }: GrantRowPage,
): Part {
  const { tables } = data;
  const { users, memberships } = data.resources(directoryId);
  const met =
    row.groupId === undefined
      ? users.order.after(from, limit).map(({ sequence, resource }) => ({ sequence, id: resource.id }))
      : memberships.page(row.groupId, from, limit).map(({ sequence, memberId: id }) => ({ sequence, id }));
  const source = sourceOf(row, directoryId);
  const add = met.flatMap(({ id }): Grant[] => {
    const user = users.get(id);
    const link = user && tables.directoryLinks.get(placeKey(directoryId, id));
    if (!link || link.gone || (inactive === 'leave-out' && user.attributes['active'] === false)) return [];
    const { userId } = link;
    const { target, role } = row;
    return tables.grants.get(placeKey(userId, target, source)) ? [] : [{ userId, target, role, source }];
  });
  return { changed: { add, remove: [], change: [] }, rest: met.length === limit ? met.at(-1)?.sequence : undefined };
}

function givenStep({ tables }: OrganizationData, directoryId: string, place: Place, from: number, limit: number): Part {
  const { kind, row } = place;
  const there = tables.grants.find(1, placeKey(sourceOf(row, directoryId), row.target));
  const all = kind === 'remove' ? there : there.filter(({ role }) => role !== row.role);
  const met = all.slice(from, from + limit);
  const rest = from + limit < all.length ? from + limit : undefined;
  if (kind === 'remove') return { changed: { add: [], remove: met, change: [] }, rest };
  const change = met.map((grant) => ({ grant: { ...grant, role: row.role }, from: grant.role }));
  return { changed: { add: [], remove: [], change }, rest };
}

function sourceOf({ groupId }: GrantRow, directoryId: string): GrantSource {
  return groupId === undefined ? `default-team:${directoryId}` : `group:${groupId}`;
}

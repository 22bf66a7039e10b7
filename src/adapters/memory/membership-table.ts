import { CreationOrder } from './creation-order.js';
import { LookupIndex } from './lookup-index.js';
import { SteadyMap } from './steady-map.js';
import type { UndoLog } from './undo-log.js';

/** One direct membership. */
export interface Membership {
  /** Place in the order in which members joined the group. */
  readonly sequence: number;
  readonly groupId: string;
  readonly memberId: string;
}

/** The members of one group: by id, and in the order they joined. */
interface Members {
  readonly byId: SteadyMap<Membership>;
  readonly order: CreationOrder<Membership>;
}

/** Who is in which group of one directory, both ways. */
export class MembershipTable {
  readonly #members = new Map<string, Members>();
  readonly #byMember = new LookupIndex<Membership>();

  has(groupId: string, memberId: string): boolean {
    return this.#members.get(groupId)?.byId.has(memberId) ?? false;
  }

  memberCount(groupId: string): number {
    return this.#members.get(groupId)?.order.size ?? 0;
  }

  /** Up to `count` memberships behind a sequence number. */
  page(groupId: string, after: number, count: number): readonly Membership[] {
    return this.#members.get(groupId)?.order.after(after, count) ?? [];
  }

  memberIds(groupId: string): readonly string[] {
    return this.#members.get(groupId)?.byId.keys() ?? [];
  }

  groupCount(memberId: string): number {
    return this.#byMember.count(memberId);
  }

  /** The memberships of somebody, in no particular order. */
  ofMember(memberId: string): Iterable<Membership> {
    return this.#byMember.find(memberId);
  }

  /** Answers whether the member is new in the group. */
  add(groupId: string, memberId: string, undo: UndoLog): boolean {
    const members = this.#members.get(groupId) ?? { byId: new SteadyMap(), order: new CreationOrder() };
    if (members.byId.has(memberId)) return false;
    const membership = { sequence: members.order.nextSequence(), groupId, memberId };
    this.#link(members, membership);
    undo.note(() => this.#unlink(members, membership));
    return true;
  }

  /** Answers whether the member was in the group. */
  remove(groupId: string, memberId: string, undo: UndoLog): boolean {
    const members = this.#members.get(groupId);
    const membership = members?.byId.get(memberId);
    if (!members || !membership) return false;
    this.#unlink(members, membership);
    undo.note(() => this.#link(members, membership));
    return true;
  }

  #link(members: Members, membership: Membership): void {
    this.#members.set(membership.groupId, members);
    members.byId.set(membership.memberId, membership);
    members.order.add(membership);
    this.#byMember.add(membership.memberId, membership);
  }

  #unlink(members: Members, membership: Membership): void {
    members.byId.delete(membership.memberId);
    members.order.remove(membership);
    this.#byMember.remove(membership.memberId, membership);
    if (members.order.size === 0) this.#members.delete(membership.groupId);
  }
}

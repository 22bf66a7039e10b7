import { groupId, type Scale, SMALL_GROUP, SMALL_GROUPS, userId } from './population.js';

export type GroupSize = 'small' | 'medium' | 'large';

/** Which group a lane changes: of the small ones one of its own, or the `shared` one. */
export type ChangedGroup = GroupSize | 'shared';

/** One change of one member, as an identity provider sends it. */
export interface OneMemberChange {
  readonly groupId: string;
  readonly patch: object;
}

const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/**
 * Makes changes that really change: a random user joins the group and leaves it again, or, where all are members,
 * leaves and comes back. Each lane (a connection) has users, and of the small groups a group, of its own; only `shared`
 * is the first small group for all lanes.
 */
export function createMemberChanges(
  { users, mediumGroup }: Scale,
  changed: ChangedGroup,
  lane: number,
  random: () => number,
): () => OneMemberChange {
  const isSmall = changed === 'small' || changed === 'shared';
  const group = groupId(isSmall ? `small-${changed === 'small' ? lane : 0}` : changed);
  const first = mediumGroup + SMALL_GROUPS * SMALL_GROUP;
  const usersPerLane = Math.floor((users - first) / SMALL_GROUPS);
  let away: string | undefined;

  return () => {
    const member = away ?? userId(first + Math.floor(random() * usersPerLane) * SMALL_GROUPS + lane);
    const isBack = away !== undefined;
    away = isBack ? undefined : member;
    return { groupId: group, patch: memberPatch(isBack === (changed === 'large') ? 'add' : 'remove', member) };
  };
}

/** The PATCH that identity providers send for one member. */
export function memberPatch(op: 'add' | 'remove', member: string): object {
  const operation =
    op === 'add' ? { op, path: 'members', value: [{ value: member }] } : { op, path: `members[value eq "${member}"]` };
  return { schemas: [PATCH_OP], Operations: [operation] };
}

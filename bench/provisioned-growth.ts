import { createScimRouter, type ManagedStorage, type ScimRouterOptions } from 'express-sso-scim';
import { type Growth, measureSizes } from './growth.js';
import { type GroupSize, memberPatch, type OneMemberChange } from './member-changes.js';
import { groupId, type Scale, userId } from './population.js';
import { OUTSIDERS } from './provisioned-people.js';

/**
 * What a change of one member costs where it makes and ends memberships of teams: in a group of ten, and in that with
 * everybody. The same people, who are in no other group, join and leave them.
 */
export function measureProvisionedGrowth(
  storage: ManagedStorage,
  token: string,
  { users }: Scale,
  provisioning: NonNullable<ScimRouterOptions['provisioning']>,
): Promise<readonly Growth[]> {
  const changesOf = (size: GroupSize, random: () => number): (() => OneMemberChange) => {
    let inside: string | undefined;
    return () => {
      const member = inside ?? userId(users + Math.floor(random() * OUTSIDERS));
      const op = inside === undefined ? 'add' : 'remove';
      inside = inside === undefined ? member : undefined;
      return { groupId: groupId(size === 'large' ? size : 'small-0'), patch: memberPatch(op, member) };
    };
  };
  return measureSizes(
    { storage, token, open: (opened) => createScimRouter(opened, { provisioning }), changesOf },
    ['small', 'large'],
    { rounds: 31, changesInARound: 40 },
  );
}

import { sha256 } from '../core/sha256.js';
import type { TeamPlan } from './auto-team.js';
import { grantKey } from './grant.js';
import { type GrantPlan, type PlanReach, reachOf } from './grant-plan.js';

/** What a change would do, for the person who is to confirm it. */
export interface Preview {
  readonly grants: PlanReach;
  /** Teams that would be made, by name, with the group; and those that would get another name. */
  readonly teams: Pick<TeamPlan, 'create' | 'link' | 'rename' | 'conflicts'>;
  /** Names this very plan: applying it needs the digest of a preview that is still true. */
  readonly digest: string;
}

/** A preview is the plan, not applied. The same plan has the same digest, in whatever order it lists things. */
export function previewOf(grants: GrantPlan, { create, link, rename, conflicts }: TeamPlan): Preview {
  const lines = [
    ...grants.add.map((grant) => ['add', grantKey(grant), grant.role]),
    ...grants.remove.map((grant) => ['remove', grantKey(grant), grant.role]),
    ...grants.change.map(({ grant, from }) => ['change', grantKey(grant), grant.role, from]),
    ...create.map(({ groupId, name }) => ['create', groupId, name]),
    ...link.map(({ groupId, teamId }) => ['link', groupId, teamId]),
    ...rename.map(({ teamId, name }) => ['rename', teamId, name]),
    ...conflicts.map(({ groupId, reason }) => ['conflict', groupId, reason]),
  ];
  return {
    grants: reachOf(grants),
    teams: { create, link, rename, conflicts },
    digest: sha256(JSON.stringify(lines.map((line) => JSON.stringify(line)).sort())),
  };
}

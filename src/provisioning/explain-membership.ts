import { readableTime } from '../core/readable-time.js';
import { type GrantSource, isProvisioned, partsOfSource } from './grant.js';
import type { Membership, RoleOverride } from './membership.js';

/** What ids are called by people. Names that are not known any more are left out, and the ids stand in their place. */
export interface Names {
  readonly people: ReadonlyMap<string, string>;
  readonly teams: ReadonlyMap<string, string>;
  readonly groups: ReadonlyMap<string, string>;
  readonly directories: ReadonlyMap<string, string>;
  readonly tenants: ReadonlyMap<string, string>;
}

/** The latest step of the journal that gave one of the reasons. */
export interface GrantStep {
  readonly source: GrantSource;
  readonly at: string;
  /** Who did it by hand, as a person's id; absent for an identity provider. */
  readonly by?: string;
}

/** What is known beside the membership itself. */
export interface ExplanationGround {
  readonly names: Names;
  readonly steps: readonly GrantStep[];
  readonly override?: RoleOverride;
  /** Groups whose team came about in auto mode. */
  readonly autoGroups: ReadonlySet<string>;
  /** Whether the host's team shows the person; `false` until the first sign-in where the policy says so. */
  readonly shown: boolean;
  /** Reasons that an identity provider has taken back, and that wait for a person. */
  readonly waiting: ReadonlySet<GrantSource>;
}

/** Says in sentences why somebody is in a team and has this role there: one for each reason, then those about the role. */
export function explainMembership(membership: Membership, ground: ExplanationGround): readonly string[] {
  const { userId, teamId, role, sources, overridden } = membership;
  const { names, override, shown } = ground;
  const person = names.people.get(userId) ?? userId;
  const team = names.teams.get(teamId) ?? teamId;
  const sentences = sources.map((source) => `${person} is in ${team} because ${reasonOf(source, ground)}.`);
  if (overridden && override) {
    sentences.push(`The role ${role} was set by hand in place of ${override.baseRole}.`);
  } else {
    sentences.push(sources.length > 1 ? `The role ${role} is the highest of these.` : `The role there is ${role}.`);
  }
  if (!shown) sentences.push(`${team} shows ${person} after the first sign-in.`);
  const sure = sources.filter((source) => !isProvisioned(source));
  if (sure.length > 0 && sure.length < sources.length) {
    sentences.push('What was given by hand stays when the identity provider takes the rest away.');
  }
  return sentences;
}

function reasonOf(source: GrantSource, ground: ExplanationGround): string {
  const { steps, names, waiting } = ground;
  const step = steps.filter((each) => each.source === source).sort((a, b) => (a.at < b.at ? 1 : -1))[0];
  const by = step?.by === undefined ? '' : ` by ${names.people.get(step.by) ?? step.by}`;
  const when = step ? `${by} (${readableTime(step.at)})` : '';
  const held = waiting.has(source) ? '; this has ended there and waits for a decision here' : '';
  return `${causeOf(source, ground)}${when}${held}`;
}

function causeOf(source: GrantSource, { names, autoGroups }: ExplanationGround): string {
  const { kind, id } = partsOfSource(source);
  const directory = names.directories.get(id) ?? id;
  const tenant = names.tenants.get(id) ?? id;
  switch (kind) {
    case 'manual':
      return 'they were added by hand';
    case 'group': {
      const group = names.groups.get(id) ?? id;
      return autoGroups.has(id)
        ? `they are a member of the group ${group}, for which the team was provisioned`
        : `they are a member of the group ${group}, which is mapped to it`;
    }
    case 'default-team':
      return `it is a default team of the directory ${directory}`;
    case 'directory':
      return `the directory ${directory} has provisioned them`;
    case 'attribute':
      return `an attribute from the directory ${directory} says so`;
    case 'claim-spaces':
      return `their last sign-in at ${tenant} named the space`;
    case 'claim-groups':
      return `their last sign-in at ${tenant} named the group of the team`;
    case 'initial':
      return `people get it at their first sign-in at ${tenant}`;
  }
}

import type { Person } from './person-store.js';

const SOURCES = ['manual', 'scim', 'login'] as const;
const STAGES = ['new', 'invited', 'activated', 'ended'] as const;

/**
 * Where somebody comes from and how far they have come, as far as a store can tell: what a policy calls it is not the
 * store's to know. A live directory user goes before a login, the end before everything.
 */
export type PersonStanding = `${(typeof SOURCES)[number]}:${(typeof STAGES)[number]}`;

/** All there are. */
export const PERSON_STANDINGS: readonly PersonStanding[] = SOURCES.flatMap((source) =>
  STAGES.map((stage) => `${source}:${stage}` as const),
);

/** The standing of a person. Whoever nothing is known about is `manual:new`. */
export function standingOf({ directoryUsers, linked, ended, activatedAt, invitedAt }: Person): PersonStanding {
  const source = directoryUsers.length > 0 ? 'scim' : linked ? 'login' : 'manual';
  if (ended !== undefined) return `${source}:ended`;
  if (activatedAt !== undefined) return `${source}:activated`;
  return `${source}:${invitedAt === undefined ? 'new' : 'invited'}`;
}

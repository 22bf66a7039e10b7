import { PERSON_STANDINGS, type PersonStanding } from '../storage/person-standing.js';

/** A live directory user of a person, as far as rules look at it. */
export interface DirectoryUserFacts {
  readonly id: string;
  readonly directoryId: string;
  readonly active: boolean;
}

/** Why the access of a person has ended. */
export type EndReason =
  /** No directory user that counts is active. */
  | 'deactivated'
  /** No directory knows the person any more. */
  | 'deleted'
  /** Somebody of the organization has ended it; no identity provider brings it back. */
  | 'by-hand';

/** What is known about a person in one organization. What they are follows from it. */
export interface PersonFacts {
  readonly userId: string;
  /** Live ones. At most one of each directory. */
  readonly directoryUsers: readonly DirectoryUserFacts[];
  /** Whether a login of an OIDC tenant leads to this person. */
  readonly linked: boolean;
  /** First sign-in, or when somebody who was there already was linked; UTC, ISO 8601. */
  readonly activatedAt?: string;
  readonly invitedAt?: string;
  readonly ended?: EndReason;
  /** Who made the person; absent for people who were there before. */
  readonly madeBy?: 'directory' | 'login';
}

/** What a person is; derived, never stored. */
export type LifecycleState =
  /** Made by hand: no directory and no login of a tenant knows them. */
  | 'manual'
  /** Provisioned, never signed in. */
  | 'pending'
  /** The same, with an invitation on its way. */
  | 'invited'
  | 'active'
  | 'deactivated';

/** The state of a person. Where products have no state before the first login, people are active at once. */
export function stateOf(
  { directoryUsers, linked, activatedAt, invitedAt, ended }: PersonFacts,
  { beforeFirstLogin }: { readonly beforeFirstLogin: 'active' | 'pending' | 'invited' },
): LifecycleState {
  if (ended !== undefined) return 'deactivated';
  if (directoryUsers.length === 0 && !linked) return 'manual';
  if (activatedAt !== undefined || beforeFirstLogin === 'active') return 'active';
  return beforeFirstLogin === 'invited' && invitedAt !== undefined ? 'invited' : 'pending';
}

/** Where a person comes from, as lists of people show it. */
export type PersonOrigin = 'manual' | 'scim' | 'login';

/** What a list of people may be limited to. */
export interface PersonFilter {
  readonly origin?: PersonOrigin;
  readonly state?: LifecycleState;
}

/** The standings of all whom a filter lets through: those whose facts, put to the rules, come out so. */
export function standingsOf(
  filter: PersonFilter,
  policy: { readonly beforeFirstLogin: 'active' | 'pending' | 'invited' },
): readonly PersonStanding[] {
  return PERSON_STANDINGS.filter((standing) => {
    const [source, stage] = standing.split(':');
    const facts: PersonFacts = {
      userId: '',
      directoryUsers: source === 'scim' ? [{ id: '', directoryId: '', active: stage !== 'ended' }] : [],
      linked: source === 'login',
      ...(stage === 'ended' && { ended: 'deactivated' }),
      ...(stage === 'activated' && { activatedAt: '' }),
      ...(stage === 'invited' && { invitedAt: '' }),
    };
    return fits({ origin: originOf(facts), state: stateOf(facts, policy) }, filter);
  });
}

/** Whether a filter lets somebody through. */
export function fits(is: Required<PersonFilter>, { origin = is.origin, state = is.state }: PersonFilter): boolean {
  return is.origin === origin && is.state === state;
}

/** SCIM comes first: it is what locks a person. */
export function originOf({ directoryUsers, linked }: PersonFacts): PersonOrigin {
  if (directoryUsers.length > 0) return 'scim';
  return linked ? 'login' : 'manual';
}

/**
 * Why access ends by what directories say; `undefined` while they vouch for the person.
 * @param known whether a directory has ever known the person: of others, directories say nothing
 */
export function endByDirectories(
  directoryUsers: readonly DirectoryUserFacts[],
  activeWhen: 'any' | 'all',
  known: boolean,
): EndReason | undefined {
  if (directoryUsers.length === 0) return known ? 'deleted' : undefined;
  const vouching = directoryUsers.filter(({ active }) => active).length;
  return vouching === 0 || (activeWhen === 'all' && vouching < directoryUsers.length) ? 'deactivated' : undefined;
}

/** Whether the host's teams show this person already. Those whom no directory knows are the host's own matter. */
export function isShownInTeams(
  { directoryUsers, activatedAt }: PersonFacts,
  { membersBeforeFirstLogin }: { readonly membersBeforeFirstLogin: 'shown' | 'hidden' },
): boolean {
  return membersBeforeFirstLogin === 'shown' || activatedAt !== undefined || directoryUsers.length === 0;
}

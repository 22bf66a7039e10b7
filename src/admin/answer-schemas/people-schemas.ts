import type { Lock } from '../../provisioning/lock.js';
import type { User } from '../../storage/host-storage.js';
import type { JsonSchema } from '../admin-route.js';
import type { ConflictsAnswer, HoldsAnswer } from '../inbox-routes.js';
import type { MembershipExplanation, PeopleAnswer, PersonDetails } from '../people-routes.js';
import type { TeamsAnswer } from '../team-routes.js';
import { answerSchema, COUNT, listOf, NEXT, oneOf, TEXT, TIME, TRUTH } from './answer-schema.js';

const ORIGIN = oneOf('manual', 'scim', 'login');
const STATE = oneOf('manual', 'pending', 'invited', 'active', 'deactivated');

const LOCK = answerSchema<Lock>({
  reason: oneOf(
    'provisioned-person',
    'provisioned-phone',
    'single-sign-on-only',
    'team-of-group',
    'provisioned-membership',
    'membership-of-login',
  ),
  sentence: TEXT,
});

const PERSON = {
  user: answerSchema<User>({ id: TEXT, accountId: TEXT, email: TEXT, displayName: TEXT, timezone: TEXT }, [
    'accountId',
    'displayName',
    'timezone',
  ]),
  state: STATE,
  origin: ORIGIN,
  source: ORIGIN,
};
const PERSON_SCHEMA = answerSchema<PeopleAnswer['items'][number]>(PERSON);

export const PEOPLE_SCHEMA: JsonSchema = answerSchema<PeopleAnswer>(
  { items: listOf(PERSON_SCHEMA), next: NEXT, source: ORIGIN, state: STATE },
  ['next', 'source', 'state'],
);

export const PERSON_DETAILS_SCHEMA: JsonSchema = answerSchema<PersonDetails>(
  {
    ...PERSON,
    organizationRole: TEXT,
    memberships: listOf(
      answerSchema<PersonDetails['memberships'][number]>(
        { teamId: TEXT, team: TEXT, role: TEXT, sources: listOf(TEXT), lock: LOCK },
        ['lock'],
      ),
    ),
    locks: listOf(answerSchema<PersonDetails['locks'][number]>({ edit: TEXT, lock: LOCK })),
  },
  ['organizationRole'],
);

export const EXPLANATION_SCHEMA: JsonSchema = answerSchema<MembershipExplanation>(
  {
    person: PERSON_SCHEMA,
    team: answerSchema<MembershipExplanation['team']>({ id: TEXT, name: TEXT }),
    sentences: listOf(TEXT),
    lock: LOCK,
  },
  ['lock'],
);

type Team = TeamsAnswer['items'][number];

export const TEAMS_SCHEMA: JsonSchema = answerSchema<TeamsAnswer>(
  {
    items: listOf(
      answerSchema<Team>(
        {
          id: TEXT,
          name: TEXT,
          group: answerSchema<NonNullable<Team['group']>>({ directoryId: TEXT, directoryName: TEXT, name: TEXT }),
          locks: listOf(answerSchema<Team['locks'][number]>({ edit: oneOf('rename-team', 'delete-team'), lock: LOCK })),
        },
        ['group'],
      ),
    ),
    next: NEXT,
  },
  ['next'],
);

type Conflict = ConflictsAnswer['items'][number];

export const CONFLICTS_SCHEMA: JsonSchema = answerSchema<ConflictsAnswer>(
  {
    items: listOf(
      answerSchema<Conflict>(
        {
          id: TEXT,
          directoryId: TEXT,
          subject: TEXT,
          reason: TEXT,
          userId: TEXT,
          at: TIME,
          directoryName: TEXT,
          pushedName: TEXT,
          candidate: answerSchema<NonNullable<Conflict['candidate']>>({ id: TEXT, name: TEXT, email: TEXT }),
        },
        ['userId', 'candidate'],
      ),
    ),
    next: NEXT,
  },
  ['next'],
);

type Hold = HoldsAnswer['items'][number];

export const HOLDS_SCHEMA: JsonSchema = answerSchema<HoldsAnswer>(
  {
    directoryId: TEXT,
    next: NEXT,
    items: listOf(
      answerSchema<Hold>(
        {
          id: TEXT,
          reason: oneOf('blast-radius', 'last-owner'),
          at: TIME,
          people: COUNT,
          more: TRUTH,
          first: listOf(answerSchema<Hold['first'][number]>({ userId: TEXT, name: TEXT, place: TEXT })),
        },
        ['more'],
      ),
    ),
  },
  ['next'],
);

import type { JournalEntry } from '../storage/journal-store.js';
import type { JsonObject, JsonValue } from '../storage/resource-store.js';

/** Whom or what a step is about. */
export interface ActivitySubject {
  readonly type: 'person' | 'directory-user' | 'group' | 'team' | 'tenant' | 'hold' | 'conflict';
  readonly id: string;
}

/** One thing that was done, from the journal. */
export interface ActivityStep {
  readonly id: string;
  /** UTC, ISO 8601 with milliseconds. */
  readonly at: string;
  readonly kind: string;
  /** What was done, without names: the subjects say whom it is about. */
  readonly sentence: string;
  readonly subjects: readonly ActivitySubject[];
  /** Who did it, as a person's id; absent for an identity provider. */
  readonly by?: string;
  /** What set it off: all steps of one cause can be opened by it. */
  readonly causeId?: string;
  readonly details: JsonObject;
}

const SENTENCES: ReadonlyMap<string, string> = new Map([
  ['user-pushed', 'The user was stored.'],
  ['user-changed', 'The user was changed.'],
  ['user-deleted', 'The user was deleted.'],
  ['user-joined', 'The user was joined to a person.'],
  ['person-created', 'A person was created.'],
  ['person-ended', 'The person’s access was ended.'],
  ['person-reactivated', 'The person’s access was given back.'],
  ['person-deleted', 'The person was deleted.'],
  ['group-created', 'The group was stored.'],
  ['group-renamed', 'The group has a new name.'],
  ['group-deleted', 'The group was deleted.'],
  ['members-changed', 'Members of the group came or went.'],
  ['team-created', 'A team was created for the group.'],
  ['team-linked', 'The group was linked to a team.'],
  ['team-renamed', 'The team has a new name.'],
  ['team-unlinked', 'The group is not linked to a team any more.'],
  ['hold-opened', 'A removal waits for a decision.'],
  ['hold-approved', 'A removal that waited was approved.'],
  ['hold-rejected', 'A removal that waited was rejected.'],
  ['conflict-opened', 'It is not clear who this is: somebody has to decide.'],
  ['conflict-resolved', 'It was decided who this is.'],
  ['mapping-saved', 'The mapping of groups was saved.'],
  ['settings-changed', 'The settings were changed.'],
  ['override-set', 'A role was set by hand.'],
  ['login', 'The person signed in.'],
  ['login-refused', 'A sign-in was refused.'],
]);

const SUBJECTS: readonly (readonly [name: string, type: ActivitySubject['type']])[] = [
  ['userId', 'person'],
  ['directoryUserId', 'directory-user'],
  ['groupId', 'group'],
  ['teamId', 'team'],
  ['tenantId', 'tenant'],
  ['holdId', 'hold'],
  ['conflictId', 'conflict'],
];

const PERSON = 'person:';
const TEAM = 'team:';

/** An entry of the journal in words. */
export function activityStep({ id, at, kind, subject, details, causeId }: JournalEntry): ActivityStep {
  const { by } = details;
  return {
    id,
    at,
    kind,
    sentence: kind === 'grants' ? grantSentence(details) : (SENTENCES.get(kind) ?? `${kind.replaceAll('-', ' ')}.`),
    subjects: subjectsOf(subject, details),
    ...(typeof by === 'string' && { by }),
    ...(causeId !== undefined && { causeId }),
    details,
  };
}

function subjectsOf(subject: string, details: JsonObject): readonly ActivitySubject[] {
  const person = subject.startsWith(PERSON) ? [{ type: 'person' as const, id: subject.slice(PERSON.length) }] : [];
  const named = SUBJECTS.flatMap(([name, type]) => {
    const id = details[name];
    return typeof id === 'string' ? [{ type, id }] : [];
  });
  const teams = new Set(['add', 'remove', 'change'].flatMap((name) => teamsOf(details[name])));
  return [...person, ...named, ...[...teams].map((id) => ({ type: 'team' as const, id }))];
}

function teamsOf(grants: JsonValue | undefined): readonly string[] {
  return listOf(grants).flatMap(({ target }) =>
    typeof target === 'string' && target.startsWith(TEAM) ? [target.slice(TEAM.length)] : [],
  );
}

function grantSentence({ add, remove, change }: JsonObject): string {
  const parts = [
    partOf(add, 'was given', 'role'),
    partOf(remove, 'lost', 'role'),
    partOf(change, 'changed', 'role'),
  ].filter((part) => part !== '');
  return `The person ${parts.length === 0 ? 'kept every role' : parts.join(', ')}.`;
}

function partOf(grants: JsonValue | undefined, verb: string, noun: string): string {
  const { length } = listOf(grants);
  return length === 0 ? '' : `${verb} ${length === 1 ? `a ${noun}` : `${length} ${noun}s`}`;
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}

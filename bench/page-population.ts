import type { JournalEntry, PersonRecord, TrafficEntry } from 'express-sso-scim';

/** How much an organization has. */
export interface PageScale {
  readonly organizationId: string;
  readonly users: number;
  readonly groups: number;
  /** Entries of the journal. */
  readonly entries: number;
  /** Calls of its identity provider that are kept. */
  readonly calls: number;
  readonly conflicts: number;
  /** People whom an operator has named. */
  readonly converted: number;
  /** Grants that one hold keeps waiting. */
  readonly held: number;
}

/** A small organization, and a large one: in memory with fewer entries of the journal, so that the process bears them. */
export function pageScales(users: number, storage: 'memory' | 'postgres'): readonly [PageScale, PageScale] {
  const small = { users: 100, groups: 10, entries: 100, calls: 250, conflicts: 60, converted: 30, held: 50 };
  return [
    { organizationId: 'small', ...small },
    {
      organizationId: 'large',
      users,
      groups: users / 100,
      entries: users * (storage === 'memory' ? 3 : 10),
      calls: 10_000,
      conflicts: users / 100,
      converted: users / 100,
      held: users / 2,
    },
  ];
}

/** People of each state but the usual one: as many in every organization, and behind everybody else. */
const UNUSUAL = 20;
const KINDS = ['manual', 'login', 'ended', 'pending'] as const;

/** What somebody is: pushed and signed in, unless among the last. */
export type PersonKind = 'active' | (typeof KINDS)[number];

export function kindOf(index: number, { users }: PageScale): PersonKind {
  const behind = users - 1 - index;
  return KINDS[Math.floor(behind / UNUSUAL)] ?? 'active';
}

/** Users below this number are in the directory. */
export function pushedUsers({ users }: PageScale): number {
  return users - 2 * UNUSUAL;
}

/** Ids in order of the numbers. */
export function personId(index: number): string {
  return `person-${String(index).padStart(6, '0')}`;
}

export function pushedId(index: number): string {
  return `pushed-${String(index).padStart(6, '0')}`;
}

export function pageGroupId(index: number): string {
  return `group-${String(index).padStart(4, '0')}`;
}

export function pageTeamId(index: number): string {
  return `team-${String(index).padStart(4, '0')}`;
}

/** The call that most was set off by, and the person that most is told of. */
export const BUSY_CALL = 'call-000000';
export const BUSY_PERSON: string = personId(0);

export function callId(index: number): string {
  return `call-${String(index).padStart(6, '0')}`;
}

/** Of ten entries four are about the organization, three about one person, and three about the others. */
export function journalEntry(index: number, { users, organizationId }: PageScale): JournalEntry {
  const turn = index % 10;
  const person = turn < 7 ? BUSY_PERSON : personId(index % users);
  const grant = { target: 'team:team-0000', source: 'group:group-0000', role: 'Member' };
  return {
    id: `${organizationId}-${index}`,
    subject: turn < 4 ? 'provisioning' : `person:${person}`,
    kind: turn < 4 ? 'user-changed' : 'grants',
    at: new Date(START + index).toISOString(),
    details:
      turn < 4
        ? {
            stepId: `step-${index}`,
            cause: 'scim',
            directoryUserId: pushedId(index % users),
            userId: personId(index % users),
          }
        : { stepId: `step-${index}`, cause: 'scim', remove: [grant] },
    causeId: turn < 3 ? BUSY_CALL : `call-of-${index}`,
  };
}

const START = Date.parse('2026-11-01T00:00:00Z');

/** Calls of the last days, one of twenty refused. */
export function trafficEntry(index: number, { calls, organizationId }: PageScale, now: number): TrafficEntry {
  const isRefused = index % 20 === 7;
  return {
    id: callId(index),
    at: new Date(now - (calls - index) * 1000).toISOString(),
    milliseconds: 12,
    outcome: isRefused ? 'refused' : 'done',
    method: 'PATCH',
    path: `/Users/${pushedId(index % 80)}`,
    status: isRefused ? 400 : 200,
    ...(isRefused && { scimType: 'invalidValue', detail: 'The value of active must be a boolean' }),
    tokenId: `token-of-${organizationId}`,
    agent: 'Identity Provider/1.0',
    signs: isRefused ? ['active-text'] : [],
    body: { schemas: ['<schema>'], Operations: [{ op: 'replace', path: 'active', value: '<boolean>' }] },
  };
}

/** What is kept about somebody; nothing of people whom nobody has pushed and who have not signed in. */
export function personRecord(index: number, scale: PageScale): PersonRecord | undefined {
  const userId = personId(index);
  const activatedAt = new Date(START).toISOString();
  switch (kindOf(index, scale)) {
    case 'active':
      return { userId, activatedAt, madeBy: 'directory' };
    case 'pending':
      return { userId, madeBy: 'directory' };
    case 'ended':
      return { userId, activatedAt, madeBy: 'directory', ended: 'deactivated' };
    case 'login':
      return { userId, activatedAt, madeBy: 'login' };
    case 'manual':
      return undefined;
  }
}

/** Of the host. */
export function pageUser(index: number): { readonly id: string; readonly email: string; readonly displayName: string } {
  return { id: personId(index), email: `person.${index}@example.com`, displayName: `Person Number ${index}` };
}

import { createHash } from 'node:crypto';
import type { JsonObject } from 'express-sso-scim';

export const USER_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE_SCHEMA = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** How large the directory is. */
export interface Scale {
  readonly users: number;
  /** Members of the group in the middle; the small groups have {@link SMALL_GROUP}, the large one has everybody. */
  readonly mediumGroup: number;
}

export const FULL_SCALE: Scale = { users: 100_000, mediumGroup: 10_000 };
export const QUICK_SCALE: Scale = { users: 4000, mediumGroup: 1000 };

/** What an identity provider pushes into an empty directory when it is connected. */
export interface CycleScale {
  readonly users: number;
  readonly groups: number;
  readonly membersInGroup: number;
}

export const FULL_CYCLE: CycleScale = { users: 10_000, groups: 100, membersInGroup: 1000 };
export const QUICK_CYCLE: CycleScale = { users: 200, groups: 4, membersInGroup: 100 };

/** A directory with nobody in it. */
export const NOBODY: Scale = { users: 0, mediumGroup: 0 };

/** One group of ten for each connection of the client, so that nobody's change meets another's. */
export const SMALL_GROUPS = 16;
export const SMALL_GROUP = 10;

interface GroupPlan {
  readonly id: string;
  readonly attributes: JsonObject;
  /** Its members are the users from the first of these numbers up to, and without, the second. */
  readonly members: readonly [from: number, to: number];
}

/** The groups of the directory: sixteen small ones, the medium one, and the large one with everybody. */
export function planGroups({ users, mediumGroup }: Scale): readonly GroupPlan[] {
  if (users === 0) return [];
  const small = Array.from({ length: SMALL_GROUPS }, (_, index) => {
    const from = mediumGroup + index * SMALL_GROUP;
    return groupPlan(`small-${index}`, from, from + SMALL_GROUP);
  });
  return [...small, groupPlan('medium', 0, mediumGroup), groupPlan('large', 0, users)];
}

function groupPlan(name: string, from: number, to: number): GroupPlan {
  const attributes = { displayName: `Group ${name}`, externalId: `group-${name}` };
  return { id: groupId(name), attributes, members: [from, to] };
}

export function groupId(name: string): string {
  return uuidOf(`group ${name}`);
}

export function userId(index: number): string {
  return uuidOf(`user ${index}`);
}

export function userName(index: number): string {
  return `${FIRST_NAMES[index % FIRST_NAMES.length]}.${LAST_NAMES[index % LAST_NAMES.length]}.${index}@example.com`;
}

export function homeEmail(index: number): string {
  return `home.${index}@example.net`;
}

/** The attributes of a user as a larger company's identity provider sends them. */
export function userAttributes(index: number): JsonObject {
  const givenName = FIRST_NAMES[index % FIRST_NAMES.length] ?? '';
  const familyName = LAST_NAMES[index % LAST_NAMES.length] ?? '';
  return {
    userName: userName(index),
    externalId: `00u${index.toString(36).padStart(8, '0')}`,
    name: { givenName, familyName, formatted: `${givenName} ${familyName}` },
    displayName: `${givenName} ${familyName} (${index})`,
    nickName: givenName,
    title: TITLES[index % TITLES.length] ?? '',
    userType: 'Employee',
    preferredLanguage: 'en-US',
    locale: 'en-US',
    timezone: 'Europe/Berlin',
    active: true,
    emails: [
      { value: userName(index), type: 'work', primary: true },
      { value: homeEmail(index), type: 'home' },
    ],
    phoneNumbers: [
      { value: `+49 30 ${1_000_000 + index}`, type: 'work' },
      { value: `+49 170 ${1_000_000 + index}`, type: 'mobile' },
    ],
    addresses: [
      {
        type: 'work',
        streetAddress: `${(index % 200) + 1} Harbour Street`,
        locality: 'Hamburg',
        postalCode: String(20_000 + (index % 9999)),
        country: 'DE',
      },
    ],
    [ENTERPRISE_SCHEMA]: {
      employeeNumber: String(700_000 + index),
      costCenter: `CC-${index % 400}`,
      department: DEPARTMENTS[index % DEPARTMENTS.length] ?? '',
      manager: { value: userId(index % 1000) },
    },
  };
}

/** Numbers from 0 up to and without 1 that look random and are the same in every run (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}

const FIRST_NAMES = [
  'Ada',
  'Grace',
  'Alan',
  'Barbara',
  'Edsger',
  'Frances',
  'Ken',
  'Margaret',
  'Niklaus',
  'Radia',
  'Tim',
];
const LAST_NAMES = ['Lovelace', 'Hopper', 'Turing', 'Liskov', 'Dijkstra', 'Allen', 'Thompson', 'Hamilton', 'Wirth'];
const TITLES = ['Engineer', 'Senior Engineer', 'Account Manager', 'Controller', 'Director', 'Recruiter', 'Analyst'];
const DEPARTMENTS = ['Engineering', 'Sales', 'Finance', 'People', 'Operations'];

import { ENTERPRISE } from '../scim-site.js';
import type { Company, Person } from './company.js';
import { accepted, type ScimBody, type Wire } from './wire.js';

/** A person as the service provider shows them, in plain words. */
interface SeenPerson {
  readonly userName: string;
  readonly externalId: string;
  readonly active: boolean;
  readonly name: string;
  readonly email: string;
  readonly title: string | undefined;
  readonly department: string | undefined;
  readonly mobile: string | undefined;
  readonly manager: string | undefined;
  readonly teams: readonly string[];
}

export interface DirectoryState {
  readonly people: readonly SeenPerson[];
  /** Names of members by name of the team. */
  readonly teams: Readonly<Record<string, readonly string[]>>;
}

/** Everything that a directory holds, with versions: two are equal only if nothing at all has moved between them. */
export async function readEverything(wire: Wire): Promise<readonly ScimBody[]> {
  return [...(await readPages(wire, '/Users')), ...(await readPages(wire, '/Groups'))];
}

/** Walks a list page by page, seven at a time. */
export async function readPages(wire: Wire, path: string, count = 7): Promise<readonly ScimBody[]> {
  const found: ScimBody[] = [];
  for (let startIndex = 1; ; startIndex += count) {
    const { body } = accepted(await wire.get(`${path}?startIndex=${startIndex}&count=${count}`), 200);
    found.push(...body.Resources);
    if (startIndex + count > body.totalResults) return found;
  }
}

/** What a directory holds, in plain words. */
export async function readState(wire: Wire): Promise<DirectoryState> {
  const users = await readPages(wire, '/Users');
  const groups = await readPages(wire, '/Groups');
  const userNames = new Map(users.map((user) => [user.id, String(user['userName'])]));
  const people = users.map((user): SeenPerson => {
    const {
      name,
      emails,
      phoneNumbers,
      groups: teams,
      [ENTERPRISE]: enterprise,
      ...rest
    } = user as ScimBody & ShownUser;
    return {
      userName: rest.userName,
      externalId: rest.externalId,
      active: rest.active,
      name: `${name.givenName} ${name.familyName}`,
      email: emails.map(({ value }) => value).join(),
      title: rest.title,
      department: enterprise?.department,
      mobile: phoneNumbers?.map(({ value }) => value).join(),
      manager: enterprise?.manager && userNames.get(enterprise.manager.value),
      teams: (teams ?? []).map(({ display }) => display).sort(),
    };
  });
  const teams = groups.map((group) => {
    const members = (group['members'] ?? []) as readonly { readonly value: string }[];
    return [String(group['displayName']), members.map(({ value }) => userNames.get(value) ?? value).sort()];
  });
  return { people: people.sort(byUserName), teams: Object.fromEntries(teams) as DirectoryState['teams'] };
}

interface ShownUser {
  readonly userName: string;
  readonly externalId: string;
  readonly active: boolean;
  readonly title?: string;
  readonly name: { readonly givenName: string; readonly familyName: string };
  readonly emails: readonly { readonly value: string }[];
  readonly phoneNumbers?: readonly { readonly value: string }[];
  readonly groups?: readonly { readonly display: string }[];
  readonly [ENTERPRISE]?: { readonly department?: string; readonly manager?: { readonly value: string } };
}

/** What a directory must hold when it is in step with a company. */
export function expectedState(
  company: Company,
  { leavers, managers }: { readonly leavers: 'inactive' | 'deleted'; readonly managers: boolean },
): DirectoryState {
  const everybody = [...company.people.values(), ...company.leavers.values()];
  const userNames = new Map(everybody.map(({ id, userName }) => [id, userName]));
  const seen = (person: Person, active: boolean): SeenPerson => ({
    userName: person.userName,
    externalId: person.id,
    active,
    name: `${person.givenName} ${person.familyName}`,
    email: person.email,
    title: person.title,
    department: person.department,
    mobile: person.mobile,
    manager: managers && person.managerId !== undefined ? userNames.get(person.managerId) : undefined,
    teams: [...company.teams.values()]
      .filter(({ members }) => members.has(person.id))
      .map(({ name }) => name)
      .sort(),
  });
  const staying = [...company.people.values()].map((person) => seen(person, person.enabled));
  const left = leavers === 'deleted' ? [] : [...company.leavers.values()].map((person) => seen(person, false));
  const teams = [...company.teams.values()].map(({ name, members }) => [
    name,
    [...members].map((id) => userNames.get(id) ?? id).sort(),
  ]);
  return {
    people: [...staying, ...left].sort(byUserName),
    teams: Object.fromEntries(teams) as DirectoryState['teams'],
  };
}

function byUserName(a: SeenPerson, b: SeenPerson): number {
  return a.userName < b.userName ? -1 : 1;
}

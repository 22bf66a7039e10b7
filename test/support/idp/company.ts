import type { Wire } from './wire.js';

/** A person as the directory of an identity provider knows them. */
export interface Person {
  /** The object id in the identity provider. */
  readonly id: string;
  readonly userName: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly title?: string;
  readonly department?: string;
  readonly mobile?: string;
  /** Object id of the manager. */
  readonly managerId?: string;
  readonly enabled: boolean;
}

/** A group of people in an identity provider. */
export interface Team {
  readonly id: string;
  readonly name: string;
  /** Object ids. */
  readonly members: ReadonlySet<string>;
}

/** Who and what is assigned to the application: what an identity provider keeps the application in step with. */
export class Company {
  readonly people: Map<string, Person> = new Map<string, Person>();
  readonly teams: Map<string, Team> = new Map<string, Team>();
  /** People who were assigned once. */
  readonly leavers: Map<string, Person> = new Map<string, Person>();

  hire(person: Person): void {
    this.leavers.delete(person.id);
    this.people.set(person.id, person);
  }

  change(id: string, change: Partial<Omit<Person, 'id'>>): void {
    this.people.set(id, { ...this.person(id), ...change });
  }

  /** Takes the application away from somebody, and with it the teams. */
  unassign(id: string): void {
    this.leavers.set(id, this.person(id));
    this.people.delete(id);
    for (const team of this.teams.keys()) this.leave(team, id);
  }

  form(id: string, name: string, members: readonly string[] = []): void {
    this.teams.set(id, { id, name, members: new Set(members) });
  }

  rename(id: string, name: string): void {
    this.teams.set(id, { ...this.team(id), name });
  }

  join(id: string, personId: string): void {
    const team = this.team(id);
    this.teams.set(id, { ...team, members: new Set([...team.members, personId]) });
  }

  leave(id: string, personId: string): void {
    const team = this.team(id);
    this.teams.set(id, { ...team, members: new Set([...team.members].filter((member) => member !== personId)) });
  }

  disband(id: string): void {
    this.teams.delete(id);
  }

  person(id: string): Person {
    const person = this.people.get(id);
    if (!person) throw new Error(`nobody is ${id}`);
    return person;
  }

  team(id: string): Team {
    const team = this.teams.get(id);
    if (!team) throw new Error(`no team is ${id}`);
    return team;
  }
}

/** What a simulated identity provider can be asked for over its whole life. */
export interface IdentityProvider {
  readonly wire: Wire;
  /** The button on its settings page. Rejects when it would show red. */
  testConnection(): Promise<void>;
  /** Pushes what has changed since the last time. */
  sync(company: Company): Promise<void>;
  /** Pushes everything again, as after a restart of provisioning. */
  fullSync(company: Company): Promise<void>;
}

/** Thirty people in three departments, each with a manager but the first. */
export function thirtyPeople(): readonly Person[] {
  return Array.from({ length: 30 }, (_, index) => {
    const number = String(index + 1).padStart(2, '0');
    return {
      id: `0bj3ct-${number}`,
      userName: `Person.${number}@contoso.example`,
      givenName: `Given${number}`,
      familyName: `Family${number}`,
      email: `person.${number}@contoso.example`,
      title: index % 2 === 0 ? 'Engineer' : 'Analyst',
      department: ['Research', 'Sales', 'Support'][index % 3] ?? '',
      ...(index % 4 === 0 ? { mobile: `+1 555 01${number}` } : {}),
      ...(index === 0 ? {} : { managerId: '0bj3ct-01' }),
      enabled: true,
    };
  });
}

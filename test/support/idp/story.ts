import { expect } from '@jest/globals';
import { Company, type IdentityProvider, thirtyPeople } from './company.js';
import { expectedState, readEverything, readState } from './directory-state.js';
import type { SentRequest, Wire } from './wire.js';

export interface StoryOptions {
  /** What becomes of people who lose the application. */
  readonly leavers: 'inactive' | 'deleted';
  /** Whether the identity provider pushes managers. */
  readonly managers: boolean;
}

/**
 * A year of a company on a tenant that was empty: thirty people and five teams, new profiles, moves, suspensions,
 * returns, leavers. After each chapter the directory must be what the company is; in the end the identity provider sends
 * everything once more, and nothing may move.
 * @returns the writes of that last cycle.
 */
export async function playStory(
  provider: IdentityProvider,
  wire: Wire,
  options: StoryOptions,
): Promise<readonly SentRequest[]> {
  const company = new Company();
  expect(await readEverything(wire)).toEqual([]);
  await provider.testConnection();
  expect(await readEverything(wire)).toEqual([]);

  for (const chapter of [assign, changeProfiles, move, deactivate, reactivate, unassign, welcomeBack]) {
    chapter(company);
    await provider.sync(company);
    expect({ chapter: chapter.name, ...(await readState(wire)) }).toEqual({
      chapter: chapter.name,
      ...expectedState(company, options),
    });
  }

  const before = await readEverything(wire);
  expect(before).toHaveLength(expectedSize(company, options));
  await provider.sync(company);
  expect(await readEverything(wire)).toEqual(before);
  const sent = provider.wire.sent.length;
  await provider.fullSync(company);
  expect(await readEverything(wire)).toEqual(before);
  return provider.wire.writes(sent);
}

function expectedSize({ people, leavers, teams }: Company, options: StoryOptions): number {
  return people.size + teams.size + (options.leavers === 'inactive' ? leavers.size : 0);
}

const id = (number: number) => `0bj3ct-${String(number).padStart(2, '0')}`;
const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => id(from + index));

function assign(company: Company): void {
  for (const person of thirtyPeople()) company.hire(person);
  company.form('t3am-all', 'Everyone', ids(1, 30));
  company.form('t3am-red', 'Team Red', ids(1, 10));
  company.form('t3am-blue', 'Team "Blue" & Söhne', ids(8, 20));
  company.form('t3am-lead', 'Leads', [id(1), id(11), id(21)]);
  company.form('t3am-new', 'Newcomers');
}

function changeProfiles(company: Company): void {
  company.change(id(2), { familyName: 'Married', userName: 'Given02.Married@contoso.example' });
  company.change(id(3), { title: 'Principal Engineer', department: 'Research & Development' });
  company.change(id(4), { email: 'fourth@contoso.example' });
  company.change(id(5), { mobile: '+1 555 0199' });
  company.change(id(6), { mobile: '+1 555 0198' });
  company.change(id(7), { givenName: 'Zoë', managerId: id(11) });
}

function move(company: Company): void {
  for (const mover of ids(1, 3)) {
    company.leave('t3am-red', mover);
    company.join('t3am-blue', mover);
  }
  for (const newcomer of ids(26, 30)) company.join('t3am-new', newcomer);
  company.leave('t3am-lead', id(21));
  company.rename('t3am-red', 'Team Crimson');
}

function deactivate(company: Company): void {
  for (const suspended of ids(12, 15)) company.change(suspended, { enabled: false });
}

function reactivate(company: Company): void {
  company.change(id(12), { enabled: true });
  company.change(id(13), { enabled: true, title: 'Returned' });
}

function unassign(company: Company): void {
  for (const leaver of [id(9), id(16), id(30)]) company.unassign(leaver);
  company.disband('t3am-lead');
}

function welcomeBack(company: Company): void {
  const back = company.leavers.get(id(16));
  if (back) company.hire({ ...back, title: 'Boomerang' });
  company.join('t3am-red', id(16));
}

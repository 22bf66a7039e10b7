import { foldCase } from '../../core/fold.js';
import { newId } from '../../core/id.js';
import type { ContractRule } from '../contract-rule.js';
import { expectSame } from '../expectation.js';

/** What is promised of organizations, users and teams, as far as the factory says what they hold. */
export const HOST_RULES: readonly ContractRule[] = [
  {
    code: 'H1',
    promise: 'organizations, users and teams are found by id, each user and team in its organization alone',
    notice: 'somebody of one customer is joined to a person of another',
    async check({ storage, host, newOrganization }) {
      const { organizations = [], users = [], teams = [] } = host;
      const stranger = { organizationId: newOrganization() };
      for (const each of organizations) expectSame(await storage.organizations.get(each.id), each, 'an organization');
      expectSame(await storage.organizations.get(newId()), undefined, 'an unknown organization');
      for (const { organizationId, ...user } of users) {
        expectSame(withoutPlace(await storage.users.get({ organizationId }, user.id)), user, 'a user');
        expectSame(await storage.users.get(stranger, user.id), undefined, 'a user looked for in another organization');
      }
      for (const { organizationId, ...team } of teams) {
        expectSame(withoutPlace(await storage.teams.get({ organizationId }, team.id)), team, 'a team');
        expectSame(await storage.teams.get(stranger, team.id), undefined, 'a team looked for in another organization');
      }
      expectSame(await storage.users.get(stranger, newId()), undefined, 'an unknown user');
      expectSame(await storage.teams.get(stranger, newId()), undefined, 'an unknown team');
    },
  },
  {
    code: 'H2',
    promise: 'users are found by e-mail and teams by name, without regard to case, in their organization alone',
    notice: 'a person who exists already is invited a second time, because a provider writes the address in capitals',
    async check({ storage, host, newOrganization }) {
      const { users = [], teams = [] } = host;
      const stranger = { organizationId: newOrganization() };
      for (const { organizationId, id, email } of users) {
        for (const written of spellings(email)) {
          expectSame(
            (await storage.users.findByEmail({ organizationId }, written))?.id,
            id,
            `who has the address ${written}`,
          );
          expectSame(
            await storage.users.findByEmail(stranger, written),
            undefined,
            'who has it in another organization',
          );
        }
      }
      for (const { organizationId, id, name } of teams) {
        for (const written of spellings(name)) {
          expectSame(
            (await storage.teams.findByName({ organizationId }, written))?.id,
            id,
            `which team is called ${written}`,
          );
          expectSame(
            await storage.teams.findByName(stranger, written),
            undefined,
            'what is called so in another organization',
          );
        }
      }
      for (const nobody of ['', '%', `${newId()}@example.com`]) {
        expectSame(await storage.users.findByEmail(stranger, nobody), undefined, `who has the address "${nobody}"`);
        expectSame(await storage.teams.findByName(stranger, nobody), undefined, `which team is called "${nobody}"`);
      }
    },
  },
];

/** A store may say in which organization somebody is. */
function withoutPlace(found: object | undefined): object | undefined {
  return found && Object.fromEntries(Object.entries(found).filter(([name]) => name !== 'organizationId'));
}

function spellings(text: string): readonly string[] {
  return [text, text.toUpperCase(), text.toLowerCase()].filter((written) => foldCase(written) === foldCase(text));
}

import type { NewDirectory, Organization } from 'express-sso-scim';
import type { Founder } from './founding.js';
import { ENTRA_OF_ACME, OKTA_OF_GLOBEX, type TrialProviderKind } from './trial-accounts.js';
import { entraGroup, entraUser, oktaGroup, oktaUser, type PushedUser } from './trial-people.js';

/** An organization of the example, its directory, and what an identity provider pushes into it first. */
export interface TrialOrganization {
  readonly organization: Organization;
  /** Has begun it, and may sign in without the identity provider. */
  readonly founder: Founder;
  /** Roles in the organization that the founder has given, by the names below. */
  readonly roles: Readonly<Record<string, 'Owner' | 'Administrator'>>;
  /** Teams by the groups that are mapped to them; or a team for each group. Groups without a team give nothing. */
  readonly teams: Readonly<Record<string, string>> | 'one for each group';
  /** The domain of its people's addresses, which it has proved to own. */
  readonly domain: string;
  /** Where its people sign in. */
  readonly provider: TrialProviderKind;
  /** The id is part of the SCIM base URL, so it is chosen here and stays. */
  readonly directory: NewDirectory & { readonly id: string };
  /** Bodies of `POST /Users`, by the name that managers and groups refer to. */
  readonly users: Readonly<Record<string, PushedUser>>;
  readonly groups: Readonly<Record<string, object>>;
}

/** Acme is provisioned and signs in in the manner of Entra, Globex in that of Okta. */
export const TRIAL_ORGANIZATIONS: readonly TrialOrganization[] = [
  {
    organization: { id: 'acme', name: 'Acme' },
    founder: { name: 'Platform team of Acme', email: 'platform@acme.example' },
    roles: { ines: 'Owner', tomas: 'Administrator' },
    teams: { Engineering: 'Engineering', 'On-call': 'Incident response' },
    domain: 'acme.example',
    provider: ENTRA_OF_ACME,
    directory: { organizationId: 'acme', id: 'acme', name: 'Entra ID of Acme' },
    users: {
      ines: entraUser('Ines', 'Duarte', { title: 'Chief Technology Officer', department: 'Engineering' }),
      tomas: entraUser('Tomas', 'Berg', { title: 'Engineering Lead', department: 'Engineering', manager: 'ines' }),
      wen: entraUser('Wen', 'Zhao', { title: 'Software Engineer', department: 'Engineering', manager: 'tomas' }),
      amara: entraUser('Amara', 'Obi', {
        title: 'Site Reliability Engineer',
        department: 'Engineering',
        manager: 'tomas',
      }),
      lukas: entraUser('Lukas', 'Novak', { title: 'Support Lead', department: 'Support', manager: 'ines' }),
      priya: entraUser('Priya', 'Raman', { title: 'Support Engineer', department: 'Support', manager: 'lukas' }),
      // A leaver: still readable, with `active` false.
      hugo: entraUser('Hugo', 'Petit', { title: 'Support Engineer', department: 'Support', active: false }),
    },
    groups: {
      engineering: entraGroup('Engineering', ['ines', 'tomas', 'wen', 'amara']),
      support: entraGroup('Support', ['lukas', 'priya']),
      onCall: entraGroup('On-call', ['amara', 'priya']),
    },
  },
  {
    organization: { id: 'globex', name: 'Globex' },
    founder: { name: 'IT of Globex', email: 'it@globex.example' },
    roles: { nora: 'Owner' },
    teams: 'one for each group',
    domain: 'globex.example',
    provider: OKTA_OF_GLOBEX,
    directory: { organizationId: 'globex', id: 'globex', name: 'Okta of Globex' },
    users: {
      nora: oktaUser('Nora', 'Lind'),
      samir: oktaUser('Samir', 'Haddad'),
      keiko: oktaUser('Keiko', 'Mori'),
      pavel: oktaUser('Pavel', 'Sokol', false),
    },
    groups: {
      everyone: oktaGroup('Everyone', ['nora', 'samir', 'keiko']),
      administrators: oktaGroup('Administrators', ['nora']),
    },
  },
];

import type { FindingSeverity } from './doctor-finding.js';
import type { Mend } from './doctor-rule.js';
import type { SignInSign } from './sign-in-sighting.js';

/** What a sign at sign-ins means. */
export interface SignInRule {
  readonly severity: FindingSeverity;
  readonly sentence: string;
  readonly mend: Mend;
}

/** What is wrong with what the identity provider says at sign-ins. */
export const SIGN_IN_RULES: Readonly<Record<SignInSign, SignInRule>> = {
  'groups-missing': {
    severity: 'warning',
    sentence: 'Sign-ins come without a groups claim. Nobody loses a team by it, and nobody gets one.',
    mend: {
      entra:
        'Under Token configuration, add a groups claim with group ids for the ID token. It takes a while until tokens have it.',
      okta: 'On the tab Sign On, set a Groups claim filter. With a custom authorization server, add a claim groups to the ID Token.',
      onelogin: 'On the tab Parameters, fill in Groups, and add the scope groups here.',
      jumpcloud: 'Tick include group attribute and call it groups.',
      auth0: 'Set the claim in an action, under a name like a URL, and enter that whole name here.',
      keycloak: 'Add a mapper of the kind Group Membership with the token claim groups, in the ID Token.',
      google: 'Google sends no groups at sign-ins. Use groups that are pushed, or give roles here.',
      other: 'Have the identity provider send the groups of people in the ID Token.',
    },
  },
  'groups-overflow': {
    severity: 'warning',
    sentence:
      'Some people are in more groups than fit into a token, so that their groups are unknown. Nobody loses a team by it.',
    mend: {
      entra:
        'Under Token configuration, send Groups assigned to the application in the place of all security groups, and assign those that matter.',
      other: 'Have the identity provider send only the groups that matter here.',
    },
  },
  'groups-cut': {
    severity: 'hint',
    sentence: 'Somebody has exactly as many groups as the identity provider sends at most: others may be missing.',
    mend: {
      okta: 'Narrow the Groups claim filter to the groups that matter here.',
      other: 'Have the identity provider send only the groups that matter here.',
    },
  },
  'email-missing': {
    severity: 'error',
    sentence: 'Sign-ins come without an e-mail address.',
    mend: {
      entra:
        'Under Token configuration, add the optional claim email for the ID token, and give the people an address.',
      google: 'Add the scope email on the consent screen.',
      jumpcloud: 'Tick Email under Standard Scopes.',
      other: 'Allow the scope email, and give the people an address.',
    },
  },
  'email-not-verified': {
    severity: 'error',
    sentence: 'The identity provider does not vouch for the e-mail addresses of people.',
    mend: {
      entra: 'Under Token configuration, add the optional claims email and xms_edov for the ID token.',
      auth0: 'Have the people confirm the mail that Auth0 has sent them.',
      keycloak: 'Switch on Email verified for the people concerned.',
      other: 'Verify the addresses at the identity provider, or ask us to trust it.',
    },
  },
  guest: {
    severity: 'warning',
    sentence: 'Guests try to sign in, whose home is another organization.',
    mend: { other: 'Let them sign in at their own organization, or give them an account of yours.' },
  },
  'foreign-domain': {
    severity: 'warning',
    sentence: 'People sign in whose e-mail address is of a domain that is not proved here.',
    mend: { other: 'Add the domain here and prove it, or correct the address at the identity provider.' },
  },
  'client-refused': {
    severity: 'error',
    sentence:
      'The identity provider does not accept the client secret: it has expired, is mistyped, or is sent in another way than it expects.',
    mend: {
      entra: 'Under Certificates & secrets, make a new client secret, and enter the Value here, not the Secret ID.',
      jumpcloud: 'Choose Client Secret POST as Client Authentication Type; if the secret is lost, make a new one.',
      onelogin: 'Set Token Endpoint to the method that is chosen here, POST or Basic; then copy the secret again.',
      other: 'Copy the client secret again, or make a new one, and compare the kind of client authentication.',
    },
  },
  'issuer-mismatch': {
    severity: 'error',
    sentence: 'The identity provider calls itself something else than the authority that was typed in.',
    mend: {
      entra: 'Compare the tenant id in the authority with Directory (tenant) ID, and whether it ends in /v2.0.',
      okta: 'Copy the Issuer: the address of the organization, or that of the custom authorization server, and never that of the admin console.',
      keycloak: 'Set hostname in Keycloak to its public address.',
      other: 'Copy the issuer from the identity provider letter by letter.',
    },
  },
  'not-assigned': {
    severity: 'warning',
    sentence: 'People try to sign in who may not use the application.',
    mend: {
      entra: 'Assign them under Users and groups, or take Assignment required off.',
      jumpcloud: 'Bind a user group of theirs to the application.',
      other: 'Assign them to the application.',
    },
  },
};

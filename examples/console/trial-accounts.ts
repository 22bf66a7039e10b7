import { createHash } from 'node:crypto';

/** Somebody whom a trial identity provider knows. */
export interface TrialAccount {
  readonly subject: string;
  readonly email: string;
  readonly name: string;
  /** What trying this account shows, for the page that offers it. */
  readonly note: string;
  /** What the provider says about this person, besides the subject. */
  readonly claims: Readonly<Record<string, unknown>>;
}

const ANYBODY = 'somebody else';

/** How a trial identity provider differs from the other. */
export interface TrialProviderKind {
  readonly name: string;
  /** Of the issuer, after the host. */
  readonly path: string;
  readonly clientAuthentication: 'client_secret_post' | 'client_secret_basic';
  /** Scopes besides `openid profile email`, each with the claims it gives. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
  readonly accounts: readonly TrialAccount[];
  /** Anybody else who says to be at this provider: whoever was pushed from there may sign in there, too. */
  accountOf(email: string): TrialAccount;
}

/** The directory (tenant) at Entra, as each of its tokens names it. */
const ENTRA_TENANT_ID = guidOf('acme.example');

/**
 * Entra names people by `oid` and `tid`, and groups by id. It never says `email_verified`: what counts is the optional
 * claim `xms_edov`, which says that the domain of the address belongs to this directory.
 */
export const ENTRA_OF_ACME: TrialProviderKind = {
  name: 'Entra ID of Acme',
  path: `/${ENTRA_TENANT_ID}/v2.0`,
  clientAuthentication: 'client_secret_post',
  scopes: {},
  accounts: [
    entraAccount('Ines', 'Duarte', 'more groups than a token holds', {
      _claim_names: { groups: 'src1' },
      _claim_sources: { src1: { endpoint: 'https://graph.microsoft.com/v1.0/me/getMemberObjects' } },
    }),
    entraAccount('Tomas', 'Berg', 'two groups', { groups: [guidOf('Engineering'), guidOf('Leads')] }),
    entraAccount('Wen', 'Zhao', 'one group', { groups: [guidOf('Engineering')] }),
    entraAccount('Hugo', 'Petit', 'deactivated over SCIM: is refused', { groups: [] }),
    entraAccount('Rosa', 'Keller', 'unknown to SCIM: may come in all the same', { groups: [] }),
    entraAccount('Gustav', 'Gast', 'a guest from elsewhere: is refused', {
      email: 'gustav.gast@globex.example',
      xms_edov: false,
      idp: 'https://login.globex.example',
    }),
  ],
  accountOf: (email) => entraAccountOf(email, ANYBODY, { groups: [] }),
};

/** Okta names groups by name, under a scope of its own, and says that addresses are verified. */
export const OKTA_OF_GLOBEX: TrialProviderKind = {
  name: 'Okta of Globex',
  path: '/oauth2/default',
  clientAuthentication: 'client_secret_basic',
  scopes: { groups: ['groups'] },
  accounts: [
    oktaAccount('Nora', 'Lind', 'an administrator', { groups: ['Everyone', 'Administrators'] }),
    oktaAccount('Samir', 'Haddad', 'one group', { groups: ['Everyone'] }),
    oktaAccount('Keiko', 'Mori', 'no groups in the token', {}),
    oktaAccount('Pavel', 'Sokol', 'deactivated over SCIM: is refused', { groups: ['Everyone'] }),
    oktaAccount('Dana', 'Fox', 'address not verified: is refused', { email_verified: false }),
  ],
  accountOf: (email) => oktaAccountOf(email, ANYBODY, {}),
};

/** For organizations that people begin themselves: it knows nobody, and takes everybody's word. */
export const IDP_OF_ANYBODY: TrialProviderKind = {
  name: 'Trial identity provider',
  path: '/company',
  clientAuthentication: 'client_secret_post',
  scopes: {},
  accounts: [],
  accountOf(email) {
    const name = nameIn(email);
    const claims = { preferred_username: email, name, email, email_verified: true };
    return { subject: email, email, name, note: ANYBODY, claims };
  },
};

function entraAccount(givenName: string, familyName: string, note: string, claims: object): TrialAccount {
  return entraAccountOf(addressOf(givenName, familyName, 'acme.example'), note, claims);
}

function entraAccountOf(email: string, note: string, claims: object): TrialAccount {
  const name = nameIn(email);
  return {
    subject: createHash('sha256').update(email).digest('base64url'),
    email,
    name,
    note,
    claims: {
      oid: guidOf(email),
      tid: ENTRA_TENANT_ID,
      ver: '2.0',
      preferred_username: email,
      name,
      email,
      xms_edov: true,
      ...claims,
    },
  };
}

function oktaAccount(givenName: string, familyName: string, note: string, claims: object): TrialAccount {
  return oktaAccountOf(addressOf(givenName, familyName, 'globex.example'), note, claims);
}

function oktaAccountOf(email: string, note: string, claims: object): TrialAccount {
  const name = nameIn(email);
  return {
    subject: `00u${guidOf(email).replaceAll('-', '').slice(0, 17)}`,
    email,
    name,
    note,
    claims: {
      preferred_username: email,
      name,
      locale: 'en_US',
      zoneinfo: 'Europe/Lisbon',
      email,
      email_verified: true,
      ...claims,
    },
  };
}

function addressOf(givenName: string, familyName: string, domain: string): string {
  return `${givenName}.${familyName}@${domain}`.toLowerCase();
}

/** `Ada Byron` for `ada.byron@…`. */
function nameIn(email: string): string {
  const words = email.replace(/@.*/, '').split(/[._]+/);
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join(' ');
}

/** The same at each start. */
function guidOf(text: string): string {
  const digits = createHash('sha256').update(text).digest('hex');
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

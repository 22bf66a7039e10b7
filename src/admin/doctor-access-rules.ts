import type { TrafficEntry } from '../storage/traffic-store.js';
import { type DoctorRule, says } from './doctor-rule.js';

const sign = (name: string) => (entry: TrafficEntry) => entry.signs.includes(name);
const refusal = (reason: string) => (entry: TrafficEntry) => entry.refusal === reason;

const NEW_TOKEN = {
  entra:
    'Make a new token here and paste it into Secret Token under Provisioning, Admin Credentials. Then restart provisioning: Entra stops trying after a while.',
  okta: 'Make a new token here and paste it under Provisioning, Integration; then press Test API Credentials.',
  onelogin:
    'Make a new token here and paste it into SCIM Bearer Token on the tab Configuration; then enable the API connection again.',
  jumpcloud:
    'Make a new token here and paste it into Token Key on the tab Identity Management; then test the connection and activate it.',
  other: 'Make a new token here and enter it at the identity provider.',
} as const;

/** What keeps an identity provider out, or is wrong with the address and the token that were typed in there. */
export const ACCESS_RULES: readonly DoctorRule[] = [
  {
    code: 'token-missing',
    severity: 'error',
    over: 'blocked',
    applies: refusal('none'),
    sentence: () => 'Calls arrive without a token.',
    mend: {
      okta: 'Choose HTTP Header as Authentication Mode and paste the token there.',
      other: 'Enter the token at the identity provider. If it stands there, a proxy on the way takes the header away.',
    },
  },
  {
    code: 'token-malformed',
    severity: 'error',
    over: 'blocked',
    applies: refusal('malformed'),
    sentence: () => 'What is sent as the token is none of ours: it was cut off, mistyped, or is something else.',
    mend: {
      ...NEW_TOKEN,
      other:
        'Copy the whole token, which begins with scim_, into the identity provider; if nobody has it any more, make a new one.',
    },
  },
  {
    code: 'token-unknown',
    severity: 'error',
    over: 'blocked',
    applies: refusal('unknown'),
    sentence: () => 'The token is not one of this directory.',
    mend: {
      entra: 'Copy Tenant URL and Secret Token from one directory: those that stand there belong to two.',
      other:
        'Copy base URL and token from one directory into the identity provider: those that stand there belong to two.',
    },
  },
  {
    code: 'token-expired',
    severity: 'error',
    over: 'blocked',
    applies: refusal('expired'),
    sentence: () => 'The token that the identity provider sends has expired.',
    mend: NEW_TOKEN,
  },
  {
    code: 'token-revoked',
    severity: 'error',
    over: 'blocked',
    applies: refusal('revoked'),
    sentence: () => 'The token that the identity provider sends has been revoked.',
    mend: NEW_TOKEN,
  },
  {
    code: 'directory-disabled',
    severity: 'error',
    over: 'blocked',
    applies: refusal('directory_disabled'),
    sentence: () => 'The identity provider calls a directory that is switched off.',
    mend: { other: 'Switch the directory on again here, or switch provisioning off at the identity provider.' },
  },
  {
    code: 'scope-missing',
    severity: 'error',
    over: 'unmended',
    applies: (entry) => entry.status === 403 && says(entry, /lacks the scope/),
    sentence: () => 'The token may not do what the identity provider tries.',
    mend: {
      ...NEW_TOKEN,
      other: 'Make a token here without limits, or with the scope that the answer names, and enter that.',
    },
  },
  {
    code: 'bearer-twice',
    severity: 'hint',
    over: 'latest',
    applies: sign('bearer-twice'),
    sentence: () =>
      'The word Bearer is sent twice, because it was typed in together with the token. It is let in all the same.',
    mend: {
      okta: 'Take the word Bearer out of the field of the token: Okta adds it where the mode is not HTTP Header.',
      other: 'Take the word Bearer out of the field of the token and leave the token alone.',
    },
  },
  {
    code: 'bearer-missing',
    severity: 'hint',
    over: 'latest',
    applies: sign('bearer-missing'),
    sentence: () => 'The token is sent without the word Bearer before it. It is let in all the same.',
    mend: {
      okta: 'With HTTP Header, type Bearer and a blank before the token.',
      other: 'Choose bearer token as the kind of authentication, or type Bearer and a blank before the token.',
    },
  },
  {
    code: 'trailing-slash',
    severity: 'hint',
    over: 'latest',
    applies: sign('double-slash'),
    sentence: () =>
      'The base URL ends with a slash at the identity provider, so that every address has two. It works all the same.',
    mend: {
      entra: 'Take the slash off the end of Tenant URL.',
      okta: 'Take the slash off the end of SCIM connector base URL.',
      other: 'Take the slash off the end of the base URL.',
    },
  },
  {
    code: 'base-url-too-long',
    severity: 'error',
    over: 'latest',
    applies: (entry) =>
      entry.status === 404 && ['endpoint-twice', 'extra-segment'].some((name) => entry.signs.includes(name)),
    sentence: ({ path }) => `The base URL at the identity provider has something too much: calls go to ${path}.`,
    mend: {
      entra: 'Copy the base URL from here into Tenant URL as it is: Entra adds /Users and /Groups itself.',
      other: 'Copy the base URL from here as it is: the identity provider adds /Users and /Groups itself.',
    },
  },
  {
    code: 'entra-flag-misspelt',
    severity: 'warning',
    over: 'latest',
    applies: sign('entra-flag-misspelt'),
    sentence: () => 'The Tenant URL has a flag that Entra does not know, so that it does nothing.',
    mend: { other: 'Write ?aadOptscim062020 behind the base URL in Tenant URL, letter by letter.' },
  },
  {
    code: 'entra-flag-missing',
    severity: 'hint',
    over: 'latest',
    applies: ({ signs }, { provider, recent }) =>
      provider === 'entra' &&
      !signs.some((name) => name.startsWith('entra-flag')) &&
      recent.some((entry) => entry.signs.includes('capital-operation') || entry.signs.includes('active-text')),
    sentence: () => 'Entra sends its older form of changes. It is understood; the newer form takes fewer calls.',
    mend: { other: 'Write ?aadOptscim062020 behind the base URL in Tenant URL, and restart provisioning.' },
  },
  {
    code: 'content-type',
    severity: 'error',
    over: 'unmended',
    applies: ({ status }) => status === 415,
    sentence: () => 'Bodies arrive in a form that is not read here.',
    mend: { other: 'Have the identity provider send application/scim+json in UTF-8, without compression.' },
  },
  {
    code: 'too-fast',
    severity: 'warning',
    over: 'unmended',
    fewest: 3,
    applies: ({ status }) => status === 429,
    sentence: () => 'The identity provider calls more often than is allowed here, and has to wait.',
    mend: {
      other:
        'Nothing has to be changed at the identity provider, which tries again. If it goes on, ask us for a higher limit.',
    },
  },
  {
    code: 'our-fault',
    severity: 'error',
    over: 'unmended',
    applies: ({ outcome }) => outcome === 'failed',
    sentence: () => 'Calls failed here, through no fault of the identity provider.',
    mend: {
      other:
        'Nothing has to be changed at the identity provider, which tries again. If it goes on, tell us the id of the request.',
    },
  },
];

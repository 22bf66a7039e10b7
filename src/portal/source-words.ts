import type { PersonEntry } from '../provisioning/people-service.js';

/** Where somebody comes from, in words. */
export const SOURCE_WORDS: Readonly<Record<PersonEntry['origin'], string>> = {
  manual: 'by hand',
  scim: 'pushed by SCIM',
  login: 'first sign-in',
};

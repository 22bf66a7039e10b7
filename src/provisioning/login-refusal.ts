import type { LoginRefusal } from './join-login.js';

/** Why somebody may not sign in, in words for the person. */
export const SIGN_IN_SENTENCES: Readonly<Record<LoginRefusal, string>> = {
  deactivated: 'Your access has been ended by your organization.',
  'linked-elsewhere': 'There is an account of this address already, and it belongs to another identity.',
  'email-not-verified': 'Your identity provider gave no e-mail address that can lead to an account here.',
  conflict:
    'Your organization has to confirm who you are first. Ask its administrator to look at the provisioning settings.',
  'not-provisioned': 'Your organization has not given you an account here yet.',
};

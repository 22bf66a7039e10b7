import { step, text } from './guide-text.js';
import type { SetupGuide } from './setup-guide.js';

/** Google Workspace: sign-in alone. */
export const GOOGLE: SetupGuide = {
  provider: 'google',
  name: 'Google Workspace',
  scim: {
    steps: [],
    notes: [
      text`Google Workspace provisions only to applications of its own catalogue and cannot be pointed at ${'scimBaseUrl'}.`,
      text`Put an identity provider such as Okta or JumpCloud between the two and give it the token ${'tokenName'}; or do without provisioning and let people arrive with their first sign-in.`,
    ],
  },
  oidc: {
    steps: [
      step(
        'Prepare the consent screen',
        text`In the Google Cloud console, open Google Auth Platform, which used to be the OAuth consent screen of APIs & Services. Under Branding, call it ${'applicationName'}; under Audience, choose Internal; under Data Access, add the scopes one by one; email has to be added explicitly.`,
        [['Scopes', text`${'scopes'}`]],
      ),
      step('Create the client', text`Open Clients, Create client, and choose the application type Web application.`, [
        ['Authorized redirect URIs', text`${'redirectUri'}`],
      ]),
      step('Enter the values here', text`Come back to this page with what the console shows.`, [
        ['Authority', text`https://accounts.google.com`],
        ['Client id', text`Client ID`],
        ['Client secret', text`Client secret`],
      ]),
      step('Show it to people', text`Give people this address as a bookmark; Google has no tile for it.`, [
        ['Address', text`${'loginUrl'}`],
      ]),
    ],
    notes: [
      text`Every Google account of the world signs in there: only those of your proved domains are let in here.`,
      text`Google sends no groups.`,
      text`A change of the redirect URI takes some minutes. redirect_uri_mismatch says that it is not there yet, or not letter by letter.`,
      text`Google ends no sessions elsewhere: ${'postLogoutUri'} and ${'backChannelLogoutUri'} are not entered there.`,
    ],
  },
};

import { step, text } from './guide-text.js';
import type { SetupGuide } from './setup-guide.js';

/** Auth0: provisioning by an action, sign-in by a regular web application. */
export const AUTH0: SetupGuide = {
  provider: 'auth0',
  name: 'Auth0',
  scim: {
    steps: [
      step(
        'Make an event stream',
        text`Open Event Streams, create one for ${'applicationName'}, and let it run an action for user.created, user.updated and user.deleted.`,
      ),
      step('Keep the token as a secret', text`In the editor of the action, add both as secrets.`, [
        ['SCIM_URL', text`${'scimBaseUrl'}`],
        ['SCIM_TOKEN', text`The token ${'tokenName'}, as it was shown when you made it.`],
      ]),
      step(
        'Look people up, then create or change them',
        text`Ask GET /Users?filter=externalId eq "…" with the user_id of Auth0. Where nobody is found, send POST /Users with externalId, userName, emails and active; else PUT /Users/ with the id that was found. Who is blocked or deleted gets active false.`,
      ),
    ],
    notes: [
      text`Auth0 knows people by externalId. Ask us to keep externalId unique in this directory, so that a repeated create cannot make a second person.`,
      text`Groups are not sent.`,
    ],
  },
  oidc: {
    steps: [
      step(
        'Create the application',
        text`Open Applications, Create Application, and choose Regular Web Application. Call it ${'applicationName'}.`,
      ),
      step('Enter the addresses', text`Open the tab Settings.`, [
        ['Allowed Callback URLs', text`${'redirectUri'}`],
        ['Allowed Logout URLs', text`${'postLogoutUri'}`],
        ['Application Login URI', text`${'loginUrl'}`],
        ['Back-Channel Logout URI', text`${'backChannelLogoutUri'}`],
      ]),
      step('Choose how the secret is sent', text`On the tab Credentials, take Client Secret (Post).`),
      step(
        'Send groups, if they lead to teams',
        text`Write an action that sets a claim in the ID Token, under a name like a URL, and enter that whole name here. The scopes that are asked for are ${'scopes'}.`,
      ),
      step('Enter the values here', text`Come back to this page with the values of Settings.`, [
        ['Authority', text`https:// and the Domain, or your custom domain where people use that`],
        ['Client id', text`Client ID`],
        ['Client secret', text`Client Secret`],
      ]),
    ],
    notes: [text`Who has not confirmed the mail of Auth0 has no verified address, and is not let in.`],
  },
};

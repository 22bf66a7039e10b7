import { step, text } from './guide-text.js';
import type { SetupGuide } from './setup-guide.js';

/** JumpCloud: one SSO application for both. */
export const JUMPCLOUD: SetupGuide = {
  provider: 'jumpcloud',
  name: 'JumpCloud',
  scim: {
    steps: [
      step(
        'Add the application',
        text`Open SSO Applications, Add New Application, and take Custom Application. Call it ${'applicationName'} and tick Export users to this app (Identity Management).`,
      ),
      step('Enter where to provision to', text`Open the tab Identity Management.`, [
        ['SCIM Version', text`SCIM 2.0`],
        ['Base URL', text`${'scimBaseUrl'}`],
        ['Token Key', text`The token ${'tokenName'}, as it was shown when you made it.`],
        ['Test User Email', text`an address that nobody of yours has`],
      ]),
      step(
        'Test the connection',
        text`Press Test Connection. JumpCloud makes a user and a group, changes them and deletes them again, so the token has to be good for both. Then press Activate.`,
      ),
      step(
        'Choose whom to provision',
        text`Choose groups on the tab User Groups: people come through their groups. Switch on Enable management of User Groups and Group Membership in this application to have the groups here too.`,
      ),
    ],
    notes: [text`Who is taken out of the last group is deactivated here; deleting is an option of the application.`],
  },
  oidc: {
    steps: [
      step(
        'Add the application',
        text`Open SSO Applications, Add New Application, Custom Application, and tick Manage Single Sign-On, Configure SSO with OIDC. Call it ${'applicationName'}.`,
      ),
      step('Enter the addresses', text`Open the tab SSO.`, [
        ['Redirect URIs', text`${'redirectUri'}`],
        ['Login URL', text`${'loginUrl'}`],
        ['Client Authentication Type', text`Client Secret POST`],
        ['Standard Scopes', text`Email and Profile; what is asked for is ${'scopes'}`],
      ]),
      step('Send groups, if they lead to teams', text`Tick include group attribute and call it groups.`),
      step(
        'Enter the values here',
        text`Press Activate. The client id and the secret are shown once, so copy them at once and come back to this page.`,
        [
          ['Authority', text`https://oauth.id.jumpcloud.com/, or the one of your region`],
          ['Client id', text`Client ID`],
          ['Client secret', text`Client Secret`],
        ],
      ),
      step('Let people in', text`Nobody can sign in before one of their groups is ticked on the tab User Groups.`),
    ],
    notes: [
      text`JumpCloud asks for no address for the time after signing out, and calls none when a session ends: ${'postLogoutUri'} and ${'backChannelLogoutUri'} are not entered there.`,
    ],
  },
};

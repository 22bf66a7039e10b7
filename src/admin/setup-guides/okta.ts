import { step, text } from './guide-text.js';
import type { SetupGuide } from './setup-guide.js';

/** Okta: an app integration with SCIM, and one with OpenID Connect. */
export const OKTA: SetupGuide = {
  provider: 'okta',
  name: 'Okta',
  scim: {
    steps: [
      step(
        'Create the application',
        text`In the admin console, take an app of your own called ${'applicationName'}: on the tab General, under App Settings, choose SCIM as Provisioning. Or add the catalogue app SCIM 2.0 Test App (OAuth Bearer Token).`,
      ),
      step('Enter where to provision to', text`Open the tab Provisioning, Integration, and press Edit.`, [
        ['SCIM connector base URL', text`${'scimBaseUrl'}`],
        ['Unique identifier field for users', text`userName`],
        [
          'Supported provisioning actions',
          text`Import New Users and Profile Updates, Push New Users, Push Profile Updates, Push Groups`,
        ],
        ['Authentication Mode', text`HTTP Header`],
        ['Authorization', text`The token ${'tokenName'}, as it was shown when you made it.`],
      ]),
      step(
        'Test the connection',
        text`Press Test Connector Configuration, or Test API Credentials in the catalogue app, and save.`,
      ),
      step(
        'Switch it on',
        text`Under Provisioning, To App, switch on Create Users, Update User Attributes and Deactivate Users. Leave Sync Password off.`,
      ),
      step(
        'Choose whom to provision',
        text`Assign people or groups on the tab Assignments. To have groups here as well, add them on the tab Push Groups, by name or by rule; use other groups for pushing than for assigning.`,
      ),
    ],
    notes: [
      text`Okta never deletes people: who is unassigned is deactivated. Suspending somebody sends nothing.`,
      text`User not found in the log: unassign the person and assign them again, so that Okta looks them up.`,
    ],
  },
  oidc: {
    steps: [
      step(
        'Create the application',
        text`Open Applications, Create App Integration, and choose OIDC - OpenID Connect, then Web Application. Call it ${'applicationName'}. The grant type is Authorization Code.`,
        [
          ['Sign-in redirect URIs', text`${'redirectUri'}`],
          ['Sign-out redirect URIs', text`${'postLogoutUri'}`],
        ],
      ),
      step(
        'Show it to people',
        text`For a tile on the dashboard, under Login, choose that sign-in is initiated by either Okta or the app.`,
        [['Initiate login URI', text`${'loginUrl'}`]],
      ),
      step('Tell of ended sessions', text`Under Logout, if your Okta offers it.`, [
        ['Back-channel logout URL', text`${'backChannelLogoutUri'}`],
      ]),
      step(
        'Allow the scopes',
        text`These have to be granted; with a custom authorization server its access policy has to let the application in.`,
        [['Scopes', text`${'scopes'}`]],
      ),
      step(
        'Send groups, if they lead to teams',
        text`On the tab Sign On, set a Groups claim filter for groups. With a custom authorization server, add a claim groups to the ID Token there.`,
      ),
      step('Enter the values here', text`Come back to this page with the values of the tabs General and Sign On.`, [
        ['Authority', text`the Issuer: the address of your Okta organization, or of the custom authorization server`],
        ['Client id', text`Client ID`],
        ['Client secret', text`Client secret`],
      ]),
      step('Assign people', text`Only who is assigned to the application can sign in.`),
    ],
    notes: [
      text`The address of the admin console, with -admin in it, is not the issuer.`,
      text`Exactly 100 groups may be a list that Okta has cut: narrow the filter.`,
    ],
  },
};

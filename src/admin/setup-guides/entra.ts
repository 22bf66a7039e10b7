import { step, text } from './guide-text.js';
import type { SetupGuide } from './setup-guide.js';

/** Microsoft Entra ID: an enterprise application of one's own for provisioning, an app registration for sign-in. */
export const ENTRA: SetupGuide = {
  provider: 'entra',
  name: 'Microsoft Entra ID',
  scim: {
    steps: [
      step(
        'Create the application',
        text`In the Entra admin center, open Enterprise applications and choose New application, then Create your own application. Call it ${'applicationName'} and take the kind that is not found in the gallery. Automatic provisioning needs a P1 or P2 licence.`,
      ),
      step('Enter where to provision to', text`Open Provisioning, press Get started, and fill in Admin Credentials.`, [
        ['Provisioning Mode', text`Automatic`],
        ['Tenant URL', text`${'scimBaseUrl'}?aadOptscim062020`],
        ['Secret Token', text`The token ${'tokenName'}, as it was shown when you made it.`],
      ]),
      step(
        'Test the connection',
        text`Press Test Connection, which asks for a user that does not exist, and save. The mappings can stay as they are; delete rows for attributes that do not exist here.`,
      ),
      step(
        'Choose whom to provision',
        text`Under Settings, set Scope to Sync only assigned users and groups. Assign people and groups under Users and groups. Only direct members of a group are followed.`,
      ),
      step('Switch it on', text`Set Provisioning Status to On and save.`, [['Provisioning Status', text`On`]]),
    ],
    notes: [
      text`The first cycle takes up to 40 minutes, and another one comes about every 40 minutes. Provision on demand tries one person at once.`,
      text`After many errors, or with an expired token, Entra stops trying: mend the cause and restart provisioning.`,
      text`Somebody who is deleted is deactivated first, and deleted here about 30 days later.`,
    ],
  },
  oidc: {
    steps: [
      step(
        'Register the application',
        text`Open App registrations, New registration. Call it ${'applicationName'}, choose Accounts in this organizational directory only, and add a redirect URI of the platform Web.`,
        [['Redirect URI', text`${'redirectUri'}`]],
      ),
      step(
        'Make a client secret',
        text`Under Certificates & secrets, make a New client secret and copy the column Value, not the Secret ID. Enter here when it expires: you are reminded before.`,
      ),
      step('Allow the claims', text`Under API permissions, add delegated permissions of Microsoft Graph.`, [
        ['Delegated permissions', text`${'scopes'}`],
      ]),
      step(
        'Have addresses vouched for',
        text`Under Token configuration, add the optional claims email and xms_edov for the ID token; where xms_edov is not on offer, add it in the manifest. Without it no address counts as verified, because Entra never says so otherwise.`,
      ),
      step(
        'Send groups, if they lead to teams',
        text`Under Token configuration, add a groups claim with group ids. Choose Groups assigned to the application where people are in more than 200.`,
      ),
      step('Enter the values here', text`Come back to this page with the values of Overview.`, [
        ['Authority', text`https://login.microsoftonline.com/ followed by Directory (tenant) ID and /v2.0`],
        ['Client id', text`Application (client) ID`],
        ['Client secret', text`the Value from Certificates & secrets`],
      ]),
      step(
        'Show it to people',
        text`For a tile in My Apps, set Home page URL under Branding & properties. People who sign out come back to the post logout address; add it as a redirect URI too.`,
        [
          ['Home page URL', text`${'loginUrl'}`],
          ['Redirect URI, for signing out', text`${'postLogoutUri'}`],
        ],
      ),
    ],
    notes: [
      text`AADSTS50011 is a redirect URI that is not entered letter by letter. AADSTS7000215 is the id of a secret in the place of its value. AADSTS50105 is somebody who is not assigned.`,
      text`Entra tells of ended sessions only in the browser, so the back-channel address ${'backChannelLogoutUri'} is not entered there.`,
    ],
  },
};

import { step, text } from './guide-text.js';
import type { SetupGuide } from './setup-guide.js';

/** OneLogin: an application for SCIM, and one for OpenID Connect. */
export const ONELOGIN: SetupGuide = {
  provider: 'onelogin',
  name: 'OneLogin',
  scim: {
    steps: [
      step(
        'Add the application',
        text`Open Applications, Add App, and take SCIM Provisioner with SAML (SCIM v2 Enterprise). Call it ${'applicationName'}.`,
      ),
      step('Enter where to provision to', text`Open the tab Configuration.`, [
        ['SCIM Base URL', text`${'scimBaseUrl'}`],
        ['SCIM JSON Template', text`Leave the one that it comes with.`],
        ['SCIM Bearer Token', text`The token ${'tokenName'}, as it was shown when you made it.`],
        ['API Connection, or API Status', text`Enable`],
      ]),
      step(
        'Switch it on',
        text`On the tab Provisioning, tick Enable provisioning, and choose what becomes of people who are removed. While approvals are on, changes wait as Pending until somebody approves them.`,
      ),
      step(
        'Push groups, if they lead to teams',
        text`On the tab Parameters, open Groups and tick Include in User Provisioning. Then make a role, and on the tab Rules a rule with the action Set Groups.`,
      ),
      step('Choose whom to provision', text`Give people the application directly or by a role.`),
    ],
    notes: [
      text`The template is what is sent: filled in, it has to be JSON. Names in braces that OneLogin does not know arrive as they are.`,
    ],
  },
  oidc: {
    steps: [
      step(
        'Add the application',
        text`Open Applications, Add App, and take OpenId Connect (OIDC). Call it ${'applicationName'}.`,
      ),
      step('Enter the addresses', text`Open the tab Configuration.`, [
        ['Login Url', text`${'loginUrl'}`],
        ["Redirect URI's", text`${'redirectUri'}`],
        ['Post Logout Redirect URIs', text`${'postLogoutUri'}`],
      ]),
      step('Choose how the secret is sent', text`On the tab SSO, take the same way that is chosen here.`, [
        ['Application Type', text`Web`],
        ['Token Endpoint, Authentication Method', text`POST`],
      ]),
      step(
        'Send groups, if they lead to teams',
        text`On the tab Parameters, fill in Groups; and add the scope groups here. What is asked for now is ${'scopes'}.`,
      ),
      step('Enter the values here', text`Come back to this page with the values of the tab SSO.`, [
        ['Authority', text`the Issuer URL: https://, your subdomain, and .onelogin.com/oidc/2`],
        ['Client id', text`Client ID`],
        ['Client secret', text`Client Secret`],
      ]),
    ],
    notes: [
      text`https://openid-connect.onelogin.com/oidc is the old address, and another issuer.`,
      text`OneLogin does not call the back-channel address ${'backChannelLogoutUri'}: sessions here end by their own time.`,
    ],
  },
};

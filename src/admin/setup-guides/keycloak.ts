import { step, text } from './guide-text.js';
import type { SetupGuide } from './setup-guide.js';

/** Keycloak: sign-in; provisioning only by plug-ins of others. */
export const KEYCLOAK: SetupGuide = {
  provider: 'keycloak',
  name: 'Keycloak',
  scim: {
    steps: [],
    notes: [
      text`Keycloak sends SCIM only by plug-ins of others. Such a plug-in needs the base URL ${'scimBaseUrl'} and the token ${'tokenName'} as bearer token.`,
      text`Without one, people arrive with their first sign-in.`,
    ],
  },
  oidc: {
    steps: [
      step(
        'Create the client',
        text`In your realm, open Clients, Create client, and choose OpenID Connect. Call it ${'applicationName'}. Switch Client authentication and Standard flow on.`,
      ),
      step('Enter the addresses', text`Whole, and without an asterisk.`, [
        ['Valid redirect URIs', text`${'redirectUri'}`],
        ['Valid post logout redirect URIs', text`${'postLogoutUri'}`],
        ['Home URL', text`${'loginUrl'}`],
        ['Backchannel logout URL', text`${'backChannelLogoutUri'}`],
        ['Backchannel logout session required', text`On`],
      ]),
      step('Allow the scopes', text`On the tab Client scopes these have to be there.`, [['Scopes', text`${'scopes'}`]]),
      step(
        'Send groups, if they lead to teams',
        text`Add a mapper of the kind Group Membership with the token claim groups, in the ID Token. With Full group path on, groups are called /engineering.`,
      ),
      step('Enter the values here', text`Come back to this page with the values of the tab Credentials.`, [
        ['Authority', text`https://, the host of Keycloak, /realms/ and the realm`],
        ['Client id', text`Client ID`],
        ['Client secret', text`Client Secret`],
      ]),
    ],
    notes: [
      text`Email verified is off for people who were made by hand: switch it on, or nobody of them is let in.`,
      text`A Keycloak in your own network cannot be reached from here until we allow its host.`,
    ],
  },
};

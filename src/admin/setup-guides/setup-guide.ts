/** The identity providers that there is a guide for. */
export type GuideProvider = 'entra' | 'okta' | 'onelogin' | 'jumpcloud' | 'google' | 'auth0' | 'keycloak';

/** What of an organization stands in a guide. Each is a public value; a token is never one. */
export interface GuideValues {
  /** What the application is called. */
  readonly applicationName: string;
  /** The base URL of the directory. */
  readonly scimBaseUrl: string;
  /** What the token of the directory is called here; its text was shown when it was made. */
  readonly tokenName: string;
  /** Where the provider sends people back to after a sign-in. */
  readonly redirectUri: string;
  /** Where a sign-in of this tenant begins. */
  readonly loginUrl: string;
  /** Where people arrive after they have signed out. */
  readonly postLogoutUri: string;
  /** Where the provider tells of sessions that it has ended. */
  readonly backChannelLogoutUri: string;
  /** Scopes of the sign-in, with spaces between. */
  readonly scopes: string;
}

export type GuidePlaceholder = keyof GuideValues;

/** A piece of a sentence: text, or a value of the organization, which a page offers to copy. */
export type GuidePiece = string | { readonly value: GuidePlaceholder };

/** A field of the provider's page and what to put there. */
export interface GuideField {
  /** As the page of the provider calls it. */
  readonly label: string;
  readonly content: readonly GuidePiece[];
}

/** One thing to do at the provider. */
export interface GuideStep {
  readonly title: string;
  readonly text: readonly GuidePiece[];
  readonly fields: readonly GuideField[];
}

/** What to do for one half of the product. Where a provider cannot do it, there are no steps and the notes say so. */
export interface GuidePart {
  readonly steps: readonly GuideStep[];
  /** What surprises there. */
  readonly notes: readonly (readonly GuidePiece[])[];
}

/** How one identity provider is set up. */
export interface SetupGuide {
  readonly provider: GuideProvider;
  /** What people call it. */
  readonly name: string;
  readonly scim: GuidePart;
  readonly oidc: GuidePart;
}

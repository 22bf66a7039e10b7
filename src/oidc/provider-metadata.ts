import type { OidcMender } from './oidc-error.js';

/** Signature algorithms that an ID Token may have: never `none`, never one with a shared secret. */
export const SIGNATURE_ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
];

/** What a sign-in needs of a discovery document, checked. */
export interface ProviderMetadata {
  /** As the document says it; with `issuerIsTemplate` it holds `{tenantid}` in place of an Entra tenant. */
  readonly issuer: string;
  readonly issuerIsTemplate: boolean;
  readonly authorizationEndpoint: string;
  /** Always there for the flow `code`. */
  readonly tokenEndpoint: string | undefined;
  readonly jwksUri: string;
  readonly userInfoEndpoint: string | undefined;
  readonly endSessionEndpoint: string | undefined;
  /** What the document announces of {@link SIGNATURE_ALGORITHMS}. */
  readonly algorithms: readonly string[];
  /** Whether every answer must name its issuer (RFC 9207). */
  readonly announcesIssuerParameter: boolean;
}

/** One thing about a provider or its settings that somebody should look at. */
export interface ProviderFinding {
  readonly code: string;
  /** An `error` stops every sign-in. */
  readonly severity: 'error' | 'warning';
  /** A plain sentence. */
  readonly message: string;
  readonly mender: OidcMender;
}

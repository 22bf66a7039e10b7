import { createOptionsValidator } from '../core/configuration.js';

/** A key of the application that signs the assertions of `private_key_jwt`. */
export interface OidcClientKey {
  /** PKCS #8 in PEM, not encrypted. */
  readonly pem: string;
  readonly algorithm: 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA';
  /** The `kid` under which the identity provider knows the public half. */
  readonly keyId?: string;
  /**
   * Whom an assertion is addressed to: the issuer, as RFC 7523bis says, or the token endpoint, as Entra and Okta want it.
   * `issuer` unless told. Use a key for one tenant only: a hostile provider could otherwise pass assertions on.
   */
  readonly audience?: 'issuer' | 'token_endpoint';
}

/**
 * One organization's connection to its identity provider, as a tenant resolver hands it out: plain data, secrets in the
 * clear. It describes a tenant that may be used now; a resolver answers nothing for one that is not approved or disabled.
 */
export interface OidcTenant {
  readonly id: string;
  readonly organizationId: string;
  /** The issuer as its administrator knows it, e.g. `https://login.microsoftonline.com/<tenant id>/v2.0`. */
  readonly authority: string;
  readonly clientId: string;
  readonly clientAuthentication: 'client_secret_post' | 'client_secret_basic' | 'private_key_jwt' | 'none';
  /** Newest first. During a rotation the second is tried where the provider refuses the first with `invalid_client`. */
  readonly clientSecrets?: readonly string[];
  readonly privateKey?: OidcClientKey;
  /** Asked for besides `openid profile email`. */
  readonly additionalScopes?: readonly string[];
  /** How the answer comes back: in the query of a redirect, or in the body of a POST. `query` unless told. */
  readonly responseMode?: 'query' | 'form_post';
  /**
   * `code` unless told. `id_token` takes the ID Token straight from the browser, for applications that have no secret and
   * whose provider offers them nothing else; it needs `form_post` and gives no access token.
   */
  readonly flow?: 'code' | 'id_token';
  /** When UserInfo is asked. `when-needed` (unless told) means: an ID Token without e-mail, name or a configured claim. */
  readonly userInfo?: 'when-needed' | 'always' | 'never';
  /** Entra tenants whose people may sign in. Needed for the authorities `common`, `organizations` and `consumers`. */
  readonly entraTenantIds?: readonly string[];
  /** Google Workspace domains whose people may sign in, compared with the claim `hd`. `provedDomains` unless told. */
  readonly googleHostedDomains?: readonly string[];
  /** Domains that the organization has proved to own. Only an address in one of them counts as verified. */
  readonly provedDomains?: readonly string[];
  /**
   * Take an e-mail address as verified although the provider says nothing about it. Only for providers at which people
   * cannot choose their address. An explicit `false` of the provider still counts.
   */
  readonly trustEmail?: boolean;
  /**
   * The names of claims: `groups`, `name`, `givenName`, `familyName`, `locale`, `timezone`, and under any further key
   * what should come out as an attribute. A name is a name, never a path: `https://acme.example/groups` is one claim.
   */
  readonly claimNames?: Readonly<Record<string, string>>;
  /** Seconds since the person last proved who they are. */
  readonly maxAge?: number;
  readonly acrValues?: readonly string[];
  readonly prompt?: 'none' | 'login' | 'consent' | 'select_account';
  /**
   * Hosts inside the operator's own network that this tenant's provider may live on: names or addresses, exactly as they
   * stand in its URLs. The operator's decision; never fill it from a form.
   */
  readonly internalHosts?: readonly string[];
}

const text = { type: 'string', minLength: 1, maxLength: 2048, description: 'a text that is not empty' };
const identifier = {
  type: 'string',
  pattern: '^[^\\p{Cc}\\p{Cs}]{1,200}$',
  description: 'a text of 1 to 200 characters without control characters',
};
const domains = {
  type: 'array',
  maxItems: 200,
  items: {
    type: 'string',
    pattern: '^(?=.{1,253}$)[a-z0-9_-]+(?:\\.[a-z0-9_-]+)+$',
    description: 'a domain in lower case and ASCII such as "acme.example"',
  },
};
const oneOf = (...values: readonly string[]) => ({ enum: values, description: `one of ${values.join(', ')}` });
const constant = (name: string, ...values: readonly string[]) => ({
  required: [name],
  properties: { [name]: { enum: values } },
});

/** What the fields of an {@link OidcTenant} look like, as JSON Schema. */
export const OIDC_TENANT_PROPERTIES: Readonly<Record<string, unknown>> = {
  id: identifier,
  organizationId: identifier,
  authority: text,
  clientId: text,
  clientAuthentication: oneOf('client_secret_post', 'client_secret_basic', 'private_key_jwt', 'none'),
  clientSecrets: {
    type: 'array',
    minItems: 1,
    maxItems: 2,
    description: 'a list of one or two secrets, newest first',
    items: text,
  },
  privateKey: {
    type: 'object',
    additionalProperties: false,
    required: ['pem', 'algorithm'],
    properties: {
      pem: {
        type: 'string',
        pattern: '^\\s*-----BEGIN PRIVATE KEY-----',
        maxLength: 20_000,
        description: 'a private key in PKCS #8 and PEM',
      },
      algorithm: oneOf('RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'),
      keyId: text,
      audience: oneOf('issuer', 'token_endpoint'),
    },
  },
  additionalScopes: {
    type: 'array',
    maxItems: 50,
    items: {
      type: 'string',
      pattern: '^[\\x21\\x23-\\x5B\\x5D-\\x7E]{1,500}$',
      description: 'one scope, without blanks, quotes and backslashes',
    },
  },
  responseMode: oneOf('query', 'form_post'),
  flow: oneOf('code', 'id_token'),
  userInfo: oneOf('when-needed', 'always', 'never'),
  entraTenantIds: {
    type: 'array',
    minItems: 1,
    maxItems: 200,
    items: {
      type: 'string',
      pattern: '^[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$',
      description: 'the id of an Entra tenant, a GUID',
    },
  },
  googleHostedDomains: { ...domains, minItems: 1 },
  provedDomains: domains,
  trustEmail: { type: 'boolean' },
  claimNames: {
    type: 'object',
    maxProperties: 50,
    propertyNames: { pattern: '^[A-Za-z][A-Za-z0-9_]{0,63}$' },
    additionalProperties: text,
  },
  maxAge: { type: 'integer', minimum: 0, description: 'a whole number of seconds' },
  acrValues: { type: 'array', minItems: 1, maxItems: 20, items: text },
  prompt: oneOf('none', 'login', 'consent', 'select_account'),
  internalHosts: {
    type: 'array',
    maxItems: 50,
    items: {
      type: 'string',
      pattern: '^(?:[a-z0-9_-]+(?:\\.[a-z0-9_-]+)*|\\[[0-9a-f:.]+\\])$',
      description: 'a host name in lower case or an address, without scheme, port and path',
    },
  },
};

/** Checks an {@link OidcTenant} that came from outside. @throws {ConfigurationError} with every fault. */
export const parseOidcTenant: (tenant: unknown) => OidcTenant = createOptionsValidator<OidcTenant>('an OIDC tenant', {
  required: ['id', 'organizationId', 'authority', 'clientId', 'clientAuthentication'],
  // A tenant with the flow id_token never shows its secret to anybody.
  allOf: [
    {
      if: {
        anyOf: [
          { not: constant('clientAuthentication', 'client_secret_post', 'client_secret_basic') },
          constant('flow', 'id_token'),
        ],
      },
      else: { required: ['clientSecrets'] },
    },
    { if: { not: constant('clientAuthentication', 'private_key_jwt') }, else: { required: ['privateKey'] } },
    {
      if: { not: constant('flow', 'id_token') },
      else: {
        required: ['responseMode'],
        properties: { responseMode: { const: 'form_post', description: '"form_post" for the flow id_token' } },
      },
    },
  ],
  properties: OIDC_TENANT_PROPERTIES,
});

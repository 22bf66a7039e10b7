import { OIDC_TENANT_PROPERTIES } from '../tenancy/oidc-tenant.js';
import type { OidcTenantChange, OidcTenantForm } from '../tenancy/tenant-form.js';
import { PREFERENCES_SCHEMA } from '../tenancy/tenant-settings.js';
import { type InputSchema, inputSchema, type JsonSchema } from './admin-route.js';

type FormField = keyof OidcTenantForm;

const list = (what: string): JsonSchema => ({
  anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
  description: `a list of ${what}, or one text with commas`,
});
const propertyOf = (name: string): JsonSchema => OIDC_TENANT_PROPERTIES[name] as JsonSchema;

/** When a secret or token expires. */
export const EXPIRY: JsonSchema = {
  type: 'string',
  format: 'date-time',
  description: 'a time in ISO 8601 such as "2030-01-31T00:00:00Z"',
};

const FIELDS: Readonly<Record<FormField, JsonSchema>> = {
  domains: list('domains'),
  authority: propertyOf('authority'),
  clientId: propertyOf('clientId'),
  clientAuthentication: propertyOf('clientAuthentication'),
  clientSecret: {
    type: 'string',
    minLength: 1,
    maxLength: 2048,
    writeOnly: true,
    description: 'a text that is not empty',
  },
  secretExpiresAt: EXPIRY,
  privateKey: { ...propertyOf('privateKey'), writeOnly: true },
  breakGlassEmails: list('e-mail addresses'),
  additionalScopes: list('scopes'),
  preferences: PREFERENCES_SCHEMA,
  responseMode: propertyOf('responseMode'),
  flow: propertyOf('flow'),
  userInfo: propertyOf('userInfo'),
  entraTenantIds: propertyOf('entraTenantIds'),
  googleHostedDomains: propertyOf('googleHostedDomains'),
  trustEmail: propertyOf('trustEmail'),
  claimNames: propertyOf('claimNames'),
  maxAge: propertyOf('maxAge'),
  acrValues: propertyOf('acrValues'),
  prompt: propertyOf('prompt'),
  internalHosts: propertyOf('internalHosts'),
};

const orNothing = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });
const NULLABLE = Object.fromEntries(
  Object.entries(FIELDS).map(([name, schema]) => [name, orNothing(schema)]),
) as typeof FIELDS;

/** The version that a page or program has seen; a change of another one is refused. */
export const VERSION: JsonSchema = { type: 'integer', minimum: 0, description: 'the version that was read' };

/** What one side says to the other. */
export const MESSAGE: JsonSchema = {
  type: 'string',
  maxLength: 2000,
  description: 'a text of at most 2000 characters',
};

/** A request for an OIDC tenant. */
export const TENANT_REQUEST: InputSchema<OidcTenantForm> = inputSchema<OidcTenantForm>(FIELDS, [
  'domains',
  'authority',
  'clientId',
]);

/** Changes of one, made from a version. */
interface VersionedTenantChange extends OidcTenantChange {
  readonly version: number;
}

export const TENANT_CHANGE: InputSchema<VersionedTenantChange> = inputSchema<VersionedTenantChange>(
  { ...NULLABLE, version: VERSION },
  ['version'],
);

/** The answer to what an operator has asked: changes, words, or both. */
interface TenantResubmission extends VersionedTenantChange {
  readonly message?: string;
}

export const TENANT_RESUBMISSION: InputSchema<TenantResubmission> = inputSchema<TenantResubmission>(
  { ...NULLABLE, version: VERSION, message: MESSAGE },
  ['version'],
);

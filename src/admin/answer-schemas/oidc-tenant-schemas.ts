import type { JournalEntry, JournalPage } from '../../storage/journal-store.js';
import { OIDC_TENANT_PROPERTIES } from '../../tenancy/oidc-tenant.js';
import type { TenantExamination } from '../../tenancy/tenant-examination.js';
import { PREFERENCES_SCHEMA } from '../../tenancy/tenant-settings.js';
import type { ClientSecretView, OidcDomainView, OidcTenantView } from '../../tenancy/tenant-view.js';
import type { JsonSchema } from '../admin-route.js';
import type { OidcRequests } from '../oidc-review-routes.js';
import type { OidcTenantAnswer } from '../oidc-tenant-answer.js';
import type { OidcTenantPlace, OidcTenantsAnswer } from '../oidc-tenant-routes.js';
import type { Overview } from '../overview-routes.js';
import type { SetupHint } from '../setup-hint.js';
import { answerSchema, COUNT, listOf, NEXT, oneOf, TEXT, TIME, TRUTH } from './answer-schema.js';
import { DIRECTORY_SCHEMA } from './directory-schemas.js';

const APPROVAL = oneOf('operator', 'proved-domains');
const STATE = oneOf('submitted', 'needs-information', 'active', 'rejected', 'disabled');

const { id: _id, organizationId: _organization, clientSecrets: _secrets, ...others } = OIDC_TENANT_PROPERTIES;
const { privateKey: _key, provedDomains: _domains, ...settings } = others;

const DOMAIN = answerSchema<OidcDomainView>(
  {
    name: TEXT,
    state: oneOf('pending', 'proved', 'failed', 'expired'),
    reason: oneOf('lapsed', 'taken'),
    claimedAt: TIME,
    expiresAt: TIME,
    provedAt: TIME,
    checkedAt: TIME,
    found: oneOf('proof', 'other-values', 'nothing', 'no-answer'),
    missingSince: TIME,
    silentSince: TIME,
    nextCheckAt: TIME,
    record: answerSchema<OidcDomainView['record']>({ name: TEXT, value: TEXT }),
  },
  ['reason', 'provedAt', 'checkedAt', 'found', 'missingSince', 'silentSince', 'nextCheckAt'],
);

const TENANT = answerSchema<OidcTenantView>(
  {
    id: TEXT,
    organizationId: TEXT,
    version: COUNT,
    state: STATE,
    message: TEXT,
    settings: { type: 'object', properties: settings, required: ['authority', 'clientId', 'clientAuthentication'] },
    domains: listOf(DOMAIN),
    breakGlassEmails: listOf(TEXT),
    clientSecrets: listOf(
      answerSchema<ClientSecretView>({ id: TEXT, fingerprint: TEXT, addedAt: TIME, expiresAt: TIME, inUse: TRUTH }, [
        'expiresAt',
      ]),
    ),
    privateKey: answerSchema<NonNullable<OidcTenantView['privateKey']>>(
      { fingerprint: TEXT, algorithm: TEXT, keyId: TEXT, addedAt: TIME },
      ['keyId'],
    ),
    preferences: PREFERENCES_SCHEMA,
    createdAt: TIME,
    updatedAt: TIME,
  },
  ['message', 'privateKey'],
);

const TENANT_ANSWER = {
  tenant: TENANT,
  approval: APPROVAL,
  notices: listOf(
    answerSchema<OidcTenantAnswer['notices'][number]>({ secretId: TEXT, expiresAt: TIME, expired: TRUTH }),
  ),
  urls: answerSchema<NonNullable<OidcTenantAnswer['urls']>>({
    redirectUri: TEXT,
    loginUrl: TEXT,
    backchannelLogoutUrl: TEXT,
  }),
};

/** One OIDC tenant, without its secrets. */
export const OIDC_TENANT_SCHEMA: JsonSchema = answerSchema<OidcTenantAnswer>(TENANT_ANSWER, ['urls']);

export const OIDC_TENANT_PLACE_SCHEMA: JsonSchema = answerSchema<OidcTenantPlace>(
  {
    ...TENANT_ANSWER,
    domainPage: answerSchema<OidcTenantPlace['domainPage']>({ shown: listOf(TEXT), next: NEXT }, ['next']),
  },
  ['urls'],
);

export const OIDC_TENANTS_SCHEMA: JsonSchema = answerSchema<OidcTenantsAnswer>(
  { items: listOf(OIDC_TENANT_SCHEMA), approval: APPROVAL, next: NEXT },
  ['next'],
);

export const OIDC_REQUESTS_SCHEMA: JsonSchema = answerSchema<OidcRequests>(
  {
    state: STATE,
    items: listOf(answerSchema<OidcRequests['items'][number]>({ ...TENANT_ANSWER, organizationName: TEXT }, ['urls'])),
    next: NEXT,
  },
  ['next'],
);

export const OIDC_REPORT_SCHEMA: JsonSchema = answerSchema<
  Omit<TenantExamination, 'issuer'> & { readonly issuer?: string }
>(
  {
    usable: TRUTH,
    issuer: TEXT,
    findings: listOf(
      answerSchema<TenantExamination['findings'][number]>(
        { severity: oneOf('error', 'warning'), message: TEXT, code: TEXT, mender: TEXT },
        ['code', 'mender'],
      ),
    ),
  },
  ['issuer'],
);

export const OIDC_HISTORY_SCHEMA: JsonSchema = answerSchema<JournalPage>(
  {
    items: listOf(
      answerSchema<JournalEntry>(
        {
          id: TEXT,
          subject: TEXT,
          kind: TEXT,
          at: TIME,
          causeId: TEXT,
          details: { type: 'object', description: 'what the kind of step says besides' },
        },
        ['causeId'],
      ),
    ),
    next: NEXT,
  },
  ['next'],
);

export const OVERVIEW_SCHEMA: JsonSchema = answerSchema<Overview>(
  {
    organization: answerSchema<Overview['organization']>({ id: TEXT, name: TEXT }),
    oidcTenants: listOf(OIDC_TENANT_SCHEMA),
    directories: listOf(DIRECTORY_SCHEMA),
    hints: listOf(
      answerSchema<SetupHint>({
        code: oneOf('root-user-personal', 'root-user-provisioned', 'no-break-glass', 'secret-expires'),
        sentence: TEXT,
      }),
    ),
  },
  ['oidcTenants', 'directories'],
);

export const TEST_SIGN_IN_SCHEMA: JsonSchema = answerSchema<{ readonly url: string }>({ url: TEXT });

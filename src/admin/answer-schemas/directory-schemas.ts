import { PROVISIONING_POLICY_SCHEMA } from '../../provisioning/provisioning-policy.js';
import type { RoleCatalogue, RoleDefinition } from '../../provisioning/role-catalogue.js';
import { SCIM_POLICY_SCHEMA } from '../../tenancy/scim-policy.js';
import type { JsonSchema } from '../admin-route.js';
import type { DirectoryKind } from '../admin-site.js';
import type { ConversionAnswer } from '../conversion-routes.js';
import type { DirectoryAnswer } from '../directory-answer.js';
import type { DirectoryPolicyAnswer } from '../directory-policy-routes.js';
import type { DirectoriesAnswer } from '../directory-routes.js';
import type { PresetAnswer, PresetRow, PresetsAnswer } from '../preset-routes.js';
import type { ProvisioningAnswer } from '../provisioning-routes.js';
import type { NewTokenAnswer, TokensAnswer } from '../token-routes.js';
import { answerSchema, COUNT, listOf, NEXT, oneOf, TEXT, TIME, TRUTH } from './answer-schema.js';

/** One SCIM directory. */
export const DIRECTORY_SCHEMA: JsonSchema = answerSchema<DirectoryAnswer>(
  {
    id: TEXT,
    organizationId: TEXT,
    name: TEXT,
    kind: TEXT,
    hosts: listOf(TEXT),
    resourceTypes: listOf(TEXT),
    policy: SCIM_POLICY_SCHEMA,
    createdAt: TIME,
    disabledAt: TIME,
    baseUrl: TEXT,
    version: TEXT,
  },
  ['resourceTypes', 'disabledAt'],
);

const KIND = answerSchema<DirectoryKind>({ kind: TEXT, label: TEXT });

export const DIRECTORIES_SCHEMA: JsonSchema = answerSchema<DirectoriesAnswer>(
  { items: listOf(DIRECTORY_SCHEMA), mayCreate: TRUTH, kinds: listOf(KIND), reason: TEXT, next: NEXT },
  ['reason', 'next'],
);

const TOKEN = answerSchema<TokensAnswer['items'][number]>(
  {
    id: TEXT,
    organizationId: TEXT,
    directoryId: TEXT,
    name: TEXT,
    scopes: listOf(TEXT),
    createdAt: TIME,
    expiresAt: TIME,
    revokedAt: TIME,
    lastUsedAt: TIME,
    state: oneOf('live', 'expired', 'revoked'),
  },
  ['scopes', 'expiresAt', 'revokedAt', 'lastUsedAt'],
);

export const TOKENS_SCHEMA: JsonSchema = answerSchema<TokensAnswer>(
  { directory: DIRECTORY_SCHEMA, items: listOf(TOKEN), next: NEXT },
  ['next'],
);

export const NEW_TOKEN_SCHEMA: JsonSchema = answerSchema<NewTokenAnswer>(
  { directory: DIRECTORY_SCHEMA, token: { ...TEXT, description: 'shown this once' }, record: TOKEN, replaces: TOKEN },
  ['replaces'],
);

const ROLE = answerSchema<RoleDefinition>({ name: TEXT, privileged: TRUTH }, ['privileged']);
const MODE = oneOf('off', 'manual', 'auto');
const PROVISIONING_POLICY = { ...PROVISIONING_POLICY_SCHEMA };

export const PROVISIONING_SCHEMA: JsonSchema = answerSchema<ProvisioningAnswer>(
  {
    directory: DIRECTORY_SCHEMA,
    kind: KIND,
    version: COUNT,
    mode: MODE,
    policy: PROVISIONING_POLICY,
    differs: PROVISIONING_POLICY,
    oidcTenantId: TEXT,
    phoneCountry: TEXT,
    attributeRoles: listOf(TEXT),
    converts: COUNT,
    roles: answerSchema<RoleCatalogue>({ organization: listOf(ROLE), team: listOf(ROLE) }),
    mayChangePolicy: TRUTH,
  },
  ['kind', 'oidcTenantId', 'phoneCountry'],
);

export const POLICY_SCHEMA: JsonSchema = answerSchema<DirectoryPolicyAnswer>(
  {
    directory: DIRECTORY_SCHEMA,
    scim: answerSchema<DirectoryPolicyAnswer['scim']>({ application: SCIM_POLICY_SCHEMA, differs: SCIM_POLICY_SCHEMA }),
    provisioning: answerSchema<NonNullable<DirectoryPolicyAnswer['provisioning']>>(
      {
        version: COUNT,
        application: PROVISIONING_POLICY,
        differs: PROVISIONING_POLICY,
        oidcTenantId: TEXT,
        oidcTenants: listOf(answerSchema<Named>({ id: TEXT, name: TEXT })),
        mayChange: TRUTH,
      },
      ['oidcTenantId'],
    ),
  },
  ['provisioning'],
);

type Named = NonNullable<DirectoryPolicyAnswer['provisioning']>['oidcTenants'][number];

const PRESET = oneOf('all-quiet', 'oneuptime-project', 'oneuptime-status-page', 'torque', 'qualytics', 'secoda');

export const PRESETS_SCHEMA: JsonSchema = answerSchema<PresetsAnswer>({
  directory: DIRECTORY_SCHEMA,
  items: listOf(PRESET),
});

const POINT: JsonSchema = { description: 'the value of the point; null for none' };

export const PRESET_SCHEMA: JsonSchema = answerSchema<PresetAnswer>({
  directory: DIRECTORY_SCHEMA,
  preset: PRESET,
  version: COUNT,
  rows: listOf(
    answerSchema<PresetRow>({
      of: oneOf('directory', 'scim', 'provisioning'),
      point: TEXT,
      now: POINT,
      after: POINT,
    }),
  ),
  elsewhere: listOf(
    answerSchema<PresetAnswer['elsewhere'][number]>(
      { what: oneOf('mapping-mode', 'kind', 'claim-names'), now: TEXT, after: TEXT },
      ['now'],
    ),
  ),
});

export const CONVERSION_SCHEMA: JsonSchema = answerSchema<ConversionAnswer>(
  {
    directory: DIRECTORY_SCHEMA,
    version: COUNT,
    count: COUNT,
    items: listOf(
      answerSchema<ConversionAnswer['items'][number]>(
        { id: TEXT, name: TEXT, email: TEXT, source: oneOf('manual', 'scim', 'login') },
        ['name', 'email', 'source'],
      ),
    ),
    next: NEXT,
    counts: TRUTH,
    mayChange: TRUTH,
  },
  ['next'],
);

import type { ContractPart } from './contract-rule.js';
import { CUSTOM_RESOURCES, GROUPS, type ResourceKind, USERS } from './resource-kind.js';
import { COMPARISON_RULES } from './rules/comparison-rules.js';
import { DIRECTORY_RULES } from './rules/directory-rules.js';
import { DURABILITY_RULES } from './rules/durability-rules.js';
import { EVENT_RULES } from './rules/event-rules.js';
import { FILTER_RULES } from './rules/filter-rules.js';
import { GRANT_RULES } from './rules/grant-rules.js';
import { GROUP_RULES } from './rules/group-rules.js';
import { HOST_RULES } from './rules/host-rules.js';
import { MANAGED_HOST_RULES } from './rules/managed-host-rules.js';
import { MAPPING_RULES } from './rules/mapping-rules.js';
import { MEMBER_CHANGE_RULES } from './rules/member-change-rules.js';
import { OIDC_TENANT_RULES } from './rules/oidc-tenant-rules.js';
import { PAGE_RULES } from './rules/page-rules.js';
import { PARALLEL_RULES } from './rules/parallel-rules.js';
import { PERSON_RULES } from './rules/person-rules.js';
import { resourceChangeRules } from './rules/resource-change-rules.js';
import { resourceRules } from './rules/resource-rules.js';
import { SIGN_IN_RULES } from './rules/sign-in-rules.js';
import { SORT_RULES } from './rules/sort-rules.js';
import { TENANT_RULES } from './rules/tenant-rules.js';
import { TOKEN_RULES } from './rules/token-rules.js';
import { TRAFFIC_RULES } from './rules/traffic-rules.js';
import { TRANSACTION_KEY_RULES } from './rules/transaction-key-rules.js';
import { TRANSACTION_RULES } from './rules/transaction-rules.js';
import { USER_RULES } from './rules/user-rules.js';

/** Every promise of the storage port, by part. */
export const CONTRACT: readonly ContractPart[] = [
  { title: 'users', rules: [...rulesOf(USERS), ...USER_RULES] },
  { title: 'groups', rules: [...rulesOf(GROUPS), ...GROUP_RULES, ...MEMBER_CHANGE_RULES] },
  { title: 'custom resources', rules: rulesOf(CUSTOM_RESOURCES) },
  { title: 'directories and tokens', rules: [...DIRECTORY_RULES, ...TOKEN_RULES] },
  { title: 'OIDC tenants', rules: OIDC_TENANT_RULES },
  { title: 'sign-ins', rules: SIGN_IN_RULES },
  { title: 'journal and outbox', rules: EVENT_RULES },
  { title: 'people and logins, where there are', rules: PERSON_RULES },
  { title: 'grants, where there are', rules: GRANT_RULES },
  { title: 'mappings and what waits, where there are', rules: MAPPING_RULES },
  { title: 'calls of identity providers, where they are kept', rules: TRAFFIC_RULES },
  { title: 'filters', rules: [...COMPARISON_RULES, ...FILTER_RULES] },
  { title: 'order', rules: SORT_RULES },
  { title: 'pages', rules: PAGE_RULES },
  { title: 'parallel calls', rules: PARALLEL_RULES },
  { title: 'transactions', rules: [...TRANSACTION_RULES, ...TRANSACTION_KEY_RULES] },
  { title: 'tenants', rules: TENANT_RULES },
  { title: 'lasting', rules: DURABILITY_RULES },
  { title: 'organizations, users and teams of the host', rules: [...HOST_RULES, ...MANAGED_HOST_RULES] },
];

function rulesOf(kind: ResourceKind) {
  return [...resourceRules(kind), ...resourceChangeRules(kind)];
}

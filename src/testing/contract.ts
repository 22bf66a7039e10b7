import type { ContractPart } from './contract-rule.js';
import { CUSTOM_RESOURCES, GROUPS, type ResourceKind, USERS } from './resource-kind.js';
import { GROUP_RULES } from './rules/group-rules.js';
import { MEMBER_CHANGE_RULES } from './rules/member-change-rules.js';
import { resourceChangeRules } from './rules/resource-change-rules.js';
import { resourceRules } from './rules/resource-rules.js';
import { USER_RULES } from './rules/user-rules.js';

/** Every promise of the storage port, by part. */
export const CONTRACT: readonly ContractPart[] = [
  { title: 'users', rules: [...rulesOf(USERS), ...USER_RULES] },
  { title: 'groups', rules: [...rulesOf(GROUPS), ...GROUP_RULES, ...MEMBER_CHANGE_RULES] },
  { title: 'custom resources', rules: rulesOf(CUSTOM_RESOURCES) },
];

function rulesOf(kind: ResourceKind) {
  return [...resourceRules(kind), ...resourceChangeRules(kind)];
}

import type { OidcTenantRecord, OidcTenantState } from '../storage/oidc-tenant-record.js';
import { TenantActionError } from './tenant-action-error.js';
import type { TenantActor, TenantHistoryKind } from './tenant-history.js';
import type { OidcTenantPolicy } from './tenant-policy.js';

/** A step in the life of a tenant. */
export type TenantStep = 'ask' | 'resubmit' | 'approve' | 'reject' | 'disable' | 'enable';

interface Rule {
  readonly from: readonly OidcTenantState[];
  readonly to: OidcTenantState;
  readonly kind: TenantHistoryKind;
  /** What it is called in a sentence. */
  readonly words: string;
  readonly by: 'anybody' | 'operator';
}

const RULES: Readonly<Record<TenantStep, Rule>> = {
  ask: {
    from: ['submitted', 'needs-information'],
    to: 'needs-information',
    kind: 'information-asked',
    words: 'asked about',
    by: 'operator',
  },
  resubmit: {
    from: ['needs-information', 'submitted'],
    to: 'submitted',
    kind: 'resubmitted',
    words: 'submitted again',
    by: 'anybody',
  },
  approve: {
    from: ['submitted', 'needs-information'],
    to: 'active',
    kind: 'approved',
    words: 'approved',
    by: 'operator',
  },
  reject: {
    from: ['submitted', 'needs-information'],
    to: 'rejected',
    kind: 'rejected',
    words: 'rejected',
    by: 'operator',
  },
  disable: { from: ['active', 'disabled'], to: 'disabled', kind: 'disabled', words: 'disabled', by: 'anybody' },
  enable: { from: ['disabled'], to: 'active', kind: 'enabled', words: 'enabled', by: 'anybody' },
};

/** What came of a step. */
export interface TenantStepTaken {
  readonly tenant: OidcTenantRecord;
  readonly kind: TenantHistoryKind;
}

/**
 * The tenant after a step; `undefined` when it has been taken already.
 * @throws {TenantActionError} when it cannot be taken from here, or not by this side.
 */
export function takeStep(
  tenant: OidcTenantRecord,
  step: TenantStep,
  { role }: TenantActor,
  message?: string,
): TenantStepTaken | undefined {
  const { state } = tenant;
  const { from, to, kind, words, by } = RULES[step];
  const isForOperators = by === 'operator' || (step === 'enable' && tenant.disabledBy === 'operator');
  if (isForOperators && role !== 'operator') {
    throw new TenantActionError('operator-needed', state, `A tenant can be ${words} by an operator only.`);
  }
  const isStronger = step === 'disable' && role === 'operator' && tenant.disabledBy !== 'operator';
  if (state === to && step !== 'ask' && step !== 'resubmit' && !isStronger) return undefined;
  if (!from.includes(state)) {
    throw new TenantActionError('state', state, `A tenant that is ${inWords(state)} cannot be ${words}.`);
  }
  if (step === 'approve' && !tenant.domains.some((domain) => domain.state === 'proved')) {
    throw new TenantActionError(
      'no-proved-domain',
      state,
      'A tenant can be approved once one of its domains is proved.',
    );
  }
  const { message: _, disabledBy: __, ...rest } = tenant;
  const next = {
    ...rest,
    state: to,
    ...(message !== undefined && { message }),
    ...(step === 'disable' && { disabledBy: role }),
  };
  return { kind, tenant: step === 'reject' ? withoutCredentials(next) : next };
}

/** Fields that say which identity provider it is and whom it is trusted for. */
const CONNECTION = [
  'authority',
  'clientId',
  'clientAuthentication',
  'flow',
  'responseMode',
  'entraTenantIds',
  'googleHostedDomains',
  'trustEmail',
];

/** Whether fields may be changed now. @throws {TenantActionError} when they may not, or not by this side. */
export function allowChange(
  { state }: OidcTenantRecord,
  fields: readonly string[],
  { role }: TenantActor,
  { approval }: OidcTenantPolicy,
): void {
  if (state === 'rejected') {
    throw new TenantActionError('state', state, 'A tenant that is rejected cannot be changed: submit another request.');
  }
  const isApproved = state === 'active' || state === 'disabled';
  const isTheOperators = approval === 'operator' && role !== 'operator' && isApproved;
  if (isTheOperators && fields.some((field) => CONNECTION.includes(field))) {
    const message = 'What was approved about the identity provider can be changed by an operator only.';
    throw new TenantActionError('operator-needed', state, message);
  }
}

/** Nothing will need them again. */
function withoutCredentials({ privateKey: _, ...tenant }: OidcTenantRecord): OidcTenantRecord {
  return { ...tenant, clientSecrets: [] };
}

function inWords(state: OidcTenantState): string {
  return state === 'needs-information' ? 'waiting for information' : state;
}

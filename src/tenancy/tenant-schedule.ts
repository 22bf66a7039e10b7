import type { OidcTenantRecord, SealedClientSecret } from '../storage/oidc-tenant-record.js';

const DAY = 86_400_000;

/** When somebody is to be reminded that a secret expires; `undefined` when it does not, or they have been. */
export function reminderTime({ expiresAt, remindedOf }: SealedClientSecret, reminderDays: number): string | undefined {
  if (expiresAt === undefined || remindedOf === expiresAt) return undefined;
  return new Date(Date.parse(expiresAt) - reminderDays * DAY).toISOString();
}

/** Whether anybody is to be reminded of the secrets of a tenant: not of one that is rejected or disabled. */
export function hasReminders({ state }: Pick<OidcTenantRecord, 'state'>): boolean {
  return state !== 'rejected' && state !== 'disabled';
}

/** When maintenance has something to do for a tenant next. */
export function nextDue(tenant: OidcTenantRecord, reminderDays: number): string | undefined {
  // A disabled tenant keeps its domains only as long as it can prove them.
  const checks = tenant.state === 'rejected' ? [] : tenant.domains.map(({ nextCheckAt }) => nextCheckAt);
  const reminders = hasReminders(tenant)
    ? tenant.clientSecrets.map((secret) => reminderTime(secret, reminderDays))
    : [];
  const times = [...checks, ...reminders].filter((time) => time !== undefined);
  return times.sort()[0];
}

import type { OidcTenantView } from '../tenancy/tenant-view.js';
import type { AdminSite } from './admin-site.js';

const DAY = 86_400_000;

/** Something about a secret that somebody should know now. */
interface SecretNotice {
  readonly secretId: string;
  readonly expiresAt: string;
  readonly expired: boolean;
}

/** An OIDC tenant with what a page says about it. */
export interface OidcTenantAnswer {
  readonly tenant: OidcTenantView;
  /** Whether an operator approves it, or the proof of its domains. */
  readonly approval: 'operator' | 'proved-domains';
  /** Secrets that expire within the days of the reminder, or have. */
  readonly notices: readonly SecretNotice[];
  /** What the administrator of the identity provider enters there; absent where the sign-in router is not known. */
  readonly urls?: { readonly redirectUri: string; readonly loginUrl: string; readonly backchannelLogoutUrl: string };
}

/** An OIDC tenant to be chosen, called by its domains. */
export interface OidcTenantChoice {
  readonly id: string;
  readonly name: string;
}

/** What a choice offers at most. */
export const MOST_CHOICES = 100;

/** The tenants that something could belong to. */
export function tenantChoices(tenants: readonly OidcTenantView[]): readonly OidcTenantChoice[] {
  return tenants
    .slice(0, MOST_CHOICES)
    .map(({ id, domains }) => ({ id, name: domains.map(({ name }) => name).join(', ') }));
}

export function answerOf({ clock, tenantPolicy, signInUrls }: AdminSite, tenant: OidcTenantView): OidcTenantAnswer {
  const now = clock.now();
  const soon = now + tenantPolicy.reminderDays * DAY;
  return {
    tenant,
    approval: tenantPolicy.approval,
    notices: tenant.clientSecrets.flatMap(({ id: secretId, expiresAt }) => {
      const time = expiresAt === undefined ? Number.POSITIVE_INFINITY : Date.parse(expiresAt);
      return expiresAt !== undefined && time <= soon ? [{ secretId, expiresAt, expired: time <= now }] : [];
    }),
    ...(signInUrls && {
      urls: {
        redirectUri: signInUrls.redirectUri,
        loginUrl: signInUrls.loginUrl(tenant.id),
        backchannelLogoutUrl: signInUrls.backchannelLogoutUrl(tenant.id),
      },
    }),
  };
}

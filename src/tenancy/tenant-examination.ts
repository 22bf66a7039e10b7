import { ConfigurationError } from '../core/configuration.js';
import type { JsonObject } from '../storage/resource-store.js';
import type { OidcTenant } from './oidc-tenant.js';
import type { OidcTenantScope } from './tenant-changes.js';
import { candidateOf, type ReadForm } from './tenant-form.js';

/** What came of looking at an identity provider. */
export interface TenantExamination {
  /** Whether people could sign in. */
  readonly usable: boolean;
  /** The provider's own name, if it could be read. */
  readonly issuer: string | undefined;
  readonly findings: readonly {
    readonly severity: 'error' | 'warning';
    readonly message: string;
    /** As the engine calls it. */
    readonly code?: string;
    /** Who can mend it. */
    readonly mender?: string;
  }[];
}

/** Looks at the identity provider of a tenant; the engine's `examine` does. */
export type ExamineTenant = (tenant: OidcTenant) => Promise<TenantExamination>;

/**
 * Looks at the identity provider that a form names, and answers the settings to keep: the authority as the provider spells
 * it, where only a slash at the end differs.
 * @throws {ConfigurationError} when nobody could sign in with it, with the provider's faults in plain words.
 */
export async function examineForm(
  examine: ExamineTenant | undefined,
  subject: string,
  scope: OidcTenantScope,
  form: ReadForm,
): Promise<JsonObject> {
  const { settings } = form;
  if (!examine) {
    refuseUnlikely(subject, String(settings['authority']));
    return settings;
  }
  const { usable, issuer, findings } = await examine(candidateOf(scope, form));
  if (!usable) {
    const errors = findings.filter(({ severity }) => severity === 'error');
    throw new ConfigurationError(
      subject,
      errors.map(({ message }) => ({ path: 'authority', message: `was looked at: ${message}` })),
    );
  }
  const isSpelledOtherwise =
    issuer !== undefined && withoutSlash(issuer) === withoutSlash(String(settings['authority']));
  return isSpelledOtherwise ? { ...settings, authority: issuer } : settings;
}

function refuseUnlikely(subject: string, authority: string): void {
  const url = URL.canParse(authority) ? new URL(authority) : undefined;
  if (url?.protocol === 'https:' && url.username === '' && !/[?#]/.test(authority)) return;
  const message = 'must be a URL that begins with https:// and holds no user name, "?" or "#"';
  throw new ConfigurationError(subject, [{ path: 'authority', message }]);
}

function withoutSlash(text: string): string {
  return text.replace(/\/$/, '');
}

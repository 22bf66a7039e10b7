import { ConfigurationError, createOptionsValidator } from '../core/configuration.js';
import { toInstant } from '../core/instant.js';
import type { ConfigurationFault } from '../core/option-faults.js';
import type { OidcTenantRecord } from '../storage/oidc-tenant-record.js';
import type { JsonObject } from '../storage/resource-store.js';
import { readBreakGlassEmails } from './break-glass.js';
import { domainFault, normalizeDomain } from './domain-name.js';
import { type OidcClientKey, type OidcTenant, parseOidcTenant } from './oidc-tenant.js';
import type { TenantRole } from './tenant-history.js';
import { domainNames, type OidcTenantSettings, PREFERENCES_SCHEMA, type TenantPreferences } from './tenant-settings.js';

/** What may be said of an OIDC tenant in a form. Lists may come as one text, with commas, as people type them. */
export interface OidcTenantForm extends Omit<OidcTenantSettings, 'clientAuthentication' | 'additionalScopes'> {
  /** Domains whose people sign in here. Each has to be proved before it counts. */
  readonly domains: string | readonly string[];
  /** `client_secret_post` unless told. */
  readonly clientAuthentication?: OidcTenantSettings['clientAuthentication'];
  readonly clientSecret?: string;
  /** ISO 8601, in the future: when the secret expires. A reminder comes before. */
  readonly secretExpiresAt?: string;
  readonly privateKey?: OidcClientKey;
  /** Addresses that may sign in without the identity provider. */
  readonly breakGlassEmails?: string | readonly string[];
  /** Asked for besides `openid profile email`. */
  readonly additionalScopes?: string | readonly string[];
  readonly preferences?: TenantPreferences;
}

/** Fields to change; `null` takes an optional one away, and what is left out stays. */
export type OidcTenantChange = { readonly [Field in keyof OidcTenantForm]?: OidcTenantForm[Field] | null };

/** A form that has been read. */
export interface ReadForm {
  readonly settings: JsonObject;
  readonly domains: readonly string[];
  readonly breakGlassEmails: readonly string[];
  readonly preferences: JsonObject;
  /** `null` takes away what is there. */
  readonly clientSecret: string | null | undefined;
  readonly secretExpiresAt: string | undefined;
  readonly privateKey: OidcClientKey | null | undefined;
  /** The names of the fields that were given. */
  readonly fields: readonly string[];
}

interface FormGround {
  readonly subject: string;
  readonly tenantId: string;
  readonly organizationId: string;
  /** What is there already; nothing for a new request. */
  readonly current?: OidcTenantRecord;
  readonly role: TenantRole;
  readonly now: number;
}

const list = { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }, { type: 'null' }] };
const secret = { type: ['string', 'null'], maxLength: 2048, pattern: '\\S', description: 'a text that is not empty' };

const checkOthers = createOptionsValidator<object>('a form', {
  additionalProperties: true,
  properties: {
    domains: { ...list, description: 'a list of domains' },
    breakGlassEmails: { ...list, description: 'a list of e-mail addresses' },
    additionalScopes: { ...list, description: 'a list of scopes' },
    clientSecret: secret,
    secretExpiresAt: { type: ['string', 'null'] },
    preferences: { anyOf: [PREFERENCES_SCHEMA, { type: 'null' }] },
  },
});

const OTHERS = new Set(['domains', 'breakGlassEmails', 'clientSecret', 'secretExpiresAt', 'privateKey', 'preferences']);
/** Said elsewhere, or not at all. */
const NEVER = new Set(['id', 'organizationId', 'clientSecrets', 'provedDomains']);
const DEFAULT_SCOPES = new Set(['openid', 'profile', 'email']);
const MOST_DOMAINS = 100;
const MOST_ADDRESSES = 50;
const SOME_KEY = { pem: '-----BEGIN PRIVATE KEY-----', algorithm: 'RS256' };

/** Reads a form. @throws {ConfigurationError} with every fault of every field. */
export function readTenantForm(given: OidcTenantChange, ground: FormGround): ReadForm {
  const { subject, current, now } = ground;
  const form: Readonly<Record<string, unknown>> = { ...given };
  const faults: ConfigurationFault[] = [...faultsOf(() => checkOthers(form))];

  const domains = 'domains' in form ? readDomains(form['domains'], faults) : current ? domainNames(current) : [];
  if (domains.length === 0 && !faults.some(({ path }) => path.startsWith('domains'))) {
    faults.push({ path: 'domains', message: 'must name at least one domain' });
  }
  const emails = 'breakGlassEmails' in form ? textsOf(form['breakGlassEmails']) : (current?.breakGlassEmails ?? []);
  const breakGlass = readBreakGlassEmails(emails.slice(0, MOST_ADDRESSES), domains);
  faults.push(...breakGlass.faults);
  if (emails.length > MOST_ADDRESSES) {
    faults.push({ path: 'breakGlassEmails', message: `must be at most ${MOST_ADDRESSES} addresses` });
  }

  const settings = mergedSettings(form, current);
  const { privateKey } = given;
  const clientSecret = given.clientSecret?.trim?.() ?? (given.clientSecret === null ? null : undefined);
  faults.push(...settingFaults(settings, { form, clientSecret, ground }));
  const secretExpiresAt = readExpiry(form['secretExpiresAt'], clientSecret, now, faults);
  if (faults.length > 0) throw new ConfigurationError(subject, withoutDoubles(faults));
  return {
    settings,
    domains,
    breakGlassEmails: breakGlass.emails,
    preferences: { ...current?.preferences, ...given.preferences },
    clientSecret,
    secretExpiresAt,
    privateKey,
    fields: Object.keys(form),
  };
}

/** A time in the future. What is wrong with it goes to `faults`. */
export function readExpiry(
  given: unknown,
  clientSecret: string | null | undefined,
  now: number,
  faults: ConfigurationFault[],
): string | undefined {
  if (typeof given !== 'string') return undefined;
  const instant = toInstant(given);
  const fault = (message: string) => {
    faults.push({ path: 'secretExpiresAt', message });
    return undefined;
  };
  if (instant === undefined) return fault('must be a time in ISO 8601 such as "2030-01-31T00:00:00Z"');
  if (Date.parse(instant) <= now) return fault('lies in the past: give a secret that has not expired');
  if (typeof clientSecret !== 'string') return fault('belongs to a client secret, and none is given');
  return new Date(instant).toISOString();
}

function readDomains(given: unknown, faults: ConfigurationFault[]): readonly string[] {
  const texts = textsOf(given);
  if (texts.length > MOST_DOMAINS) faults.push({ path: 'domains', message: `must be at most ${MOST_DOMAINS} domains` });
  const domains = texts.slice(0, MOST_DOMAINS).flatMap((text, index) => {
    const domain = normalizeDomain(text);
    const message =
      domain === undefined ? 'must be a domain such as "acme.example", and nothing else' : domainFault(domain);
    if (message !== undefined) faults.push({ path: `domains[${index}]`, message });
    return domain === undefined || message !== undefined ? [] : [domain];
  });
  return [...new Set(domains)];
}

function mergedSettings(form: Readonly<Record<string, unknown>>, current: OidcTenantRecord | undefined): JsonObject {
  const settings: Record<string, unknown> = { clientAuthentication: 'client_secret_post', ...current?.settings };
  for (const [name, value] of Object.entries(form)) {
    if (OTHERS.has(name) || NEVER.has(name) || value === undefined) continue;
    if (value === null) delete settings[name];
    else settings[name] = value;
  }
  settings['clientAuthentication'] ??= 'client_secret_post';
  if (typeof settings['authority'] === 'string') {
    settings['authority'] = settings['authority'].trim().replace(/\/?\.well-known\/openid-configuration$/, '');
  }
  if (typeof settings['clientId'] === 'string') settings['clientId'] = settings['clientId'].trim();
  if (form['additionalScopes'] !== undefined && form['additionalScopes'] !== null) {
    const scopes = textsOf(form['additionalScopes'], /[\s,]+/).filter((scope) => !DEFAULT_SCOPES.has(scope));
    settings['additionalScopes'] = [...new Set(scopes)];
  }
  return settings as JsonObject;
}

function settingFaults(
  settings: JsonObject,
  read: {
    readonly form: Readonly<Record<string, unknown>>;
    readonly clientSecret: string | null | undefined;
    readonly ground: FormGround;
  },
): readonly ConfigurationFault[] {
  const { form, clientSecret } = read;
  const { tenantId: id, organizationId, current, role } = read.ground;
  const keptSecrets = clientSecret === undefined ? (current?.clientSecrets ?? []) : [];
  const hasSecret = typeof clientSecret === 'string' || keptSecrets.length > 0;
  const privateKey = form['privateKey'] === undefined ? current?.privateKey && SOME_KEY : form['privateKey'];
  const candidate = {
    ...settings,
    id,
    organizationId,
    ...(hasSecret && { clientSecrets: ['some'] }),
    ...(privateKey !== undefined && privateKey !== null && { privateKey }),
  };
  const faults = faultsOf(() => parseOidcTenant(candidate)).map(({ path, message }) =>
    path === 'clientSecrets' ? { path: 'clientSecret', message } : { path, message },
  );
  for (const name of NEVER) if (name in form) faults.push({ path: name, message: 'is nothing that a form can say' });
  if (role !== 'operator' && 'internalHosts' in form) {
    faults.push({ path: 'internalHosts', message: 'is for operators to say' });
  }
  // Otherwise whoever may change the authority could have the kept secret sent to a server of theirs.
  const isElsewhere = current !== undefined && current.settings['authority'] !== settings['authority'];
  if (isElsewhere && keptSecrets.length > 0) {
    faults.push({ path: 'clientSecret', message: 'must be given again for another authority' });
  }
  return faults;
}

/** The texts of a list, or of one text with commas. */
function textsOf(value: unknown, separator: RegExp = /,/): readonly string[] {
  const texts = typeof value === 'string' ? value.split(separator) : Array.isArray(value) ? value : [];
  return texts.flatMap((text: unknown) => (typeof text === 'string' && text.trim() !== '' ? [text.trim()] : []));
}

function faultsOf(check: () => unknown): readonly ConfigurationFault[] {
  try {
    check();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.faults;
    throw error;
  }
}

function withoutDoubles(faults: readonly ConfigurationFault[]): readonly ConfigurationFault[] {
  return [...new Map(faults.map((fault) => [JSON.stringify(fault), fault])).values()];
}

/** The tenant that a form describes, with its secrets, for looking at its identity provider. */
export function candidateOf(
  { tenantId: id, organizationId }: Pick<FormGround, 'tenantId' | 'organizationId'>,
  { settings, clientSecret, privateKey }: Pick<ReadForm, 'settings' | 'clientSecret' | 'privateKey'>,
): OidcTenant {
  return parseOidcTenant({
    ...settings,
    id,
    organizationId,
    // Discovery shows no secret to anybody.
    clientSecrets: [clientSecret ?? 'kept'],
    privateKey: privateKey ?? SOME_KEY,
  });
}

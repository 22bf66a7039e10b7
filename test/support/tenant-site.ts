import { randomBytes } from 'node:crypto';
import {
  type Clock,
  composeStorage,
  createKeyRing,
  createMaintenance,
  createOidcTenants,
  createTenantResolver,
  type KeyRing,
  type Maintenance,
  type OidcTenantEvent,
  type OidcTenantForm,
  type OidcTenantScope,
  type OidcTenants,
  type OidcTenantsOptions,
  type OidcTenantView,
  type Storage,
  type TenantResolver,
} from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';

export const START: number = Date.parse('2027-01-04T08:00:00.000Z');
export const DAY = 86_400_000;

export const ADA = { userId: 'ada', role: 'organization' } as const;
export const OPS = { userId: 'ops', role: 'operator' } as const;

const KEY = randomBytes(32).toString('base64url');

export function createTestKeyRing(): KeyRing {
  return createKeyRing({ writeWith: 'one', keys: { one: KEY } });
}

/** The same ring with a newer key that seals. */
export function createRotatedKeyRing(): KeyRing {
  return createKeyRing({ writeWith: 'two', keys: { one: KEY, two: randomBytes(32).toString('base64url') } });
}

/** A request as somebody types it. */
export const REQUEST: OidcTenantForm = {
  domains: 'acme.example',
  authority: 'https://idp.acme.example',
  clientId: 'app',
  clientSecret: 'the secret of acme',
};

interface TenantAt {
  readonly tenant: OidcTenantView;
  readonly scope: OidcTenantScope;
}

/** What OIDC tenants live on, with the clock and the name servers in the hands of the test. */
export interface TenantSite {
  readonly storage: Storage;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  wait(milliseconds: number): void;
  /** TXT records by name; an error is what a name server that gives no answer leads to. */
  readonly txt: Map<string, readonly string[] | Error>;
  /** The names that were looked up. */
  readonly asked: readonly string[];
  /** What the host was told. */
  readonly events: readonly OidcTenantEvent[];
  readonly telling: { fails: boolean };
  readonly tenants: OidcTenants;
  readonly maintenance: Maintenance;
  readonly resolver: TenantResolver;
  /** Publishes the proofs of the domains. */
  publish(tenant: OidcTenantView): void;
  /** A tenant that has been submitted. */
  submitted(form?: Partial<OidcTenantForm>, organizationId?: string): Promise<TenantAt>;
  /** One that signs people in. */
  active(form?: Partial<OidcTenantForm>, organizationId?: string): Promise<TenantAt>;
}

export function createTenantSite(options: Partial<OidcTenantsOptions> & { readonly base?: Storage } = {}): TenantSite {
  const { base = createMemoryStorage(), keyRing = createTestKeyRing(), policy = {}, ...rest } = options;
  const organizations = { get: async (id: string) => (id.startsWith('no-') ? undefined : { id, name: id }) };
  const storage = composeStorage(base, { organizations });
  const time = { now: START };
  const clock = { now: () => time.now };
  const txt = new Map<string, readonly string[] | Error>();
  const asked: string[] = [];
  const lookupTxt = async (name: string) => {
    asked.push(name);
    const values = txt.get(name) ?? [];
    if (values instanceof Error) throw values;
    return values;
  };
  const events: OidcTenantEvent[] = [];
  const telling = { fails: false };
  const onEvent = async (event: OidcTenantEvent) => {
    if (telling.fails) throw new Error('the mail server is away');
    events.push(event);
  };
  const tenants = createOidcTenants({ storage, keyRing, policy, clock, lookupTxt, ...rest });
  const maintenance = createMaintenance({ storage, keyRing, policy, clock, lookupTxt, onEvent });
  const resolver = createTenantResolver(storage, { keyRing, clock });

  const publish = (tenant: OidcTenantView) => {
    for (const { record } of tenant.domains) txt.set(record.name, ['v=spf1 -all', record.value]);
  };
  async function submitted(form: Partial<OidcTenantForm> = {}, organizationId = 'acme') {
    const tenant = await tenants.submit({ organizationId, ...REQUEST, ...form }, ADA);
    const scope: OidcTenantScope = { organizationId, tenantId: tenant.id };
    return { tenant, scope };
  }
  async function active(form: Partial<OidcTenantForm> = {}, organizationId = 'acme') {
    const { tenant, scope } = await submitted(form, organizationId);
    publish(tenant);
    await tenants.checkDomains(scope);
    const approved = await tenants.approve(scope, OPS);
    if (!approved) throw new Error('the tenant is gone');
    return { tenant: approved, scope };
  }
  const wait = (milliseconds: number) => {
    time.now += milliseconds;
  };
  return {
    storage,
    keyRing,
    clock,
    wait,
    txt,
    asked,
    events,
    telling,
    tenants,
    maintenance,
    resolver,
    publish,
    submitted,
    active,
  };
}

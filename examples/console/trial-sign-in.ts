import { join } from 'node:path';
import { createKeyRing, createOidcEngine, type KeyRing, type OidcEngine, type Storage } from 'express-sso-scim';
import type { IdpAddress } from './console-site.js';
import type { LoginChoice } from './login-page.js';
import type { Settings } from './settings.js';
import { openIdpRecords } from './simulated-idp/idp-records.js';
import { IDP_OF_ANYBODY, type TrialProviderKind } from './trial-accounts.js';
import { keepTrialKeys, openTrialKeys, type ProviderKeys } from './trial-keys.js';
import { TRIAL_ORGANIZATIONS, type TrialOrganization } from './trial-organizations.js';
import { startTrialProvider, type TrialProvider } from './trial-provider.js';
import { createTrialTenants, type TrialTenants } from './trial-tenants.js';
import { openTrialZone, type TrialZone } from './trial-zone.js';

/** What single sign-on in the example stands on. */
interface TrialSignIn {
  readonly keyRing: KeyRing;
  readonly engine: OidcEngine;
  readonly zone: TrialZone;
  readonly sessionSecret: string;
  readonly desks: readonly IdpAddress[];
  /** The provider of organizations that people begin themselves. */
  readonly company: IdpAddress;
  /** One for each organization of the start. */
  readonly choices: readonly LoginChoice[];
}

/** Where the example runs, and what is ended when it ends. */
interface TrialPlace {
  readonly settings: Settings;
  readonly storage: Storage;
  readonly baseUrl: string;
  /** Directories that providers are connected to from the start. */
  readonly connections: readonly {
    readonly organization: string;
    readonly scimBaseUrl: string;
    readonly token: string;
  }[];
  /** Takes what has to be ended, as soon as it has begun. */
  readonly onClose: (close: () => Promise<void>) => void;
}

const COMPANY = 'company';
const CLIENT_ID = 'express-sso-scim-example';
const MAINTENANCE_INTERVAL = 60_000;

/**
 * Starts a trial provider for each organization, and leads each organization to a tenant that signs people in.
 * @throws {StartError}
 */
export async function openTrialSignIn({
  settings,
  storage,
  baseUrl,
  connections,
  onClose,
}: TrialPlace): Promise<TrialSignIn> {
  const { dataDirectory } = settings;
  const file = join(dataDirectory, 'trial-keys.json');
  const keys = await openTrialKeys(file, [...idsOf(TRIAL_ORGANIZATIONS), COMPANY]);
  const keyRing = createKeyRing({ writeWith: 'trial', keys: { trial: keys.applicationKey } });
  // UNSAFE anywhere else: the trial providers speak plain HTTP on this machine. Without it the engine calls nothing but
  // public addresses, over https, so that whoever enters a provider cannot reach what is inside your network.
  const engine = createOidcEngine({ unsafeLoopback: true });
  const zone = await openTrialZone(join(dataDirectory, 'trial-zone.json'));
  const tenants = createTrialTenants(storage, { keyRing, engine, zone });
  const providers: Record<string, ProviderKeys> = {};

  async function start(
    id: string,
    kind: TrialProviderKind,
  ): Promise<TrialProvider & { readonly clientSecret: string }> {
    const own = keys.providers[id];
    if (!own) throw new Error(`the provider of ${id} has no keys`);
    const records = await openIdpRecords(join(dataDirectory, `trial-idp-${id}.json`));
    const connection = connections.find(({ organization }) => organization === id);
    if (connection) await records.connect(connection);
    const provider = await startTrialProvider(kind, own, records, baseUrl);
    onClose(provider.close);
    providers[id] = { ...own, port: provider.port };
    return { ...provider, clientSecret: own.clientSecret };
  }

  const choices: LoginChoice[] = [];
  const desks: IdpAddress[] = [];
  for (const trial of TRIAL_ORGANIZATIONS) {
    const provider = await start(trial.organization.id, trial.provider);
    choices.push(await connect(tenants, trial, provider, baseUrl, provider.clientSecret));
    desks.push({ ...provider, name: trial.provider.name });
  }
  const company = { ...(await start(COMPANY, IDP_OF_ANYBODY)), name: IDP_OF_ANYBODY.name };
  // The port is part of the issuer, by which people are known: the next start takes the same.
  await keepTrialKeys(file, { ...keys, providers });
  onClose(maintainRegularly(tenants));
  return { keyRing, engine, zone, sessionSecret: keys.sessionSecret, choices, desks, company };
}

/** Introduces the application and a provider to each other, as two administrators would. */
async function connect(
  tenants: TrialTenants,
  { organization, founder, domain, provider: { name, clientAuthentication, scopes, accounts } }: TrialOrganization,
  provider: TrialProvider,
  baseUrl: string,
  clientSecret: string,
): Promise<LoginChoice> {
  const client = {
    clientId: CLIENT_ID,
    clientSecret,
    redirectUri: `${baseUrl}/signin-oidc`,
    loggedOutUri: `${baseUrl}/logged-out`,
  };
  provider.register(client);
  const { id: tenantId } = await tenants.open(organization.id, {
    domains: domain,
    breakGlassEmails: founder.email,
    authority: provider.issuer,
    clientId: CLIENT_ID,
    clientSecret,
    clientAuthentication,
    additionalScopes: Object.keys(scopes),
  });
  provider.register({ ...client, backchannelLogoutUri: `${baseUrl}/backchannel-logout/${tenantId}` });
  return {
    organizationId: organization.id,
    tenantId,
    providerName: name,
    issuer: provider.issuer,
    trialEmail: accounts.find(({ email }) => email.endsWith(`@${domain}`))?.email ?? '',
    providerLogoutUrl: provider.logoutUrl,
  };
}

/** Looks domains up, reminds of secrets and tidies. Answers how to stop: nothing is under way then. */
function maintainRegularly({ maintenance }: TrialTenants): () => Promise<void> {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    const run = maintenance.runOnce().then(
      () => undefined,
      (error: unknown) => console.error('maintenance:', error),
    );
    running = Promise.all([running, run]).then(() => undefined);
  }, MAINTENANCE_INTERVAL);
  return async () => {
    clearInterval(timer);
    await running;
  };
}

function idsOf(trials: readonly TrialOrganization[]): readonly string[] {
  return trials.map(({ organization }) => organization.id);
}

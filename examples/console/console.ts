import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { createDirectories, createProvisioningService, type Directory, type Storage } from 'express-sso-scim';
import { createApplication } from './application.js';
import { setUpFirst } from './first-setup.js';
import { foundOrganization } from './founding.js';
import type { LoginChoice } from './login-page.js';
import { closeServer, listenOnLoopback } from './loopback.js';
import { RULES } from './rules.js';
import type { Settings } from './settings.js';
import { StartError } from './start-error.js';
import { TRIAL_ORGANIZATIONS, type TrialOrganization } from './trial-organizations.js';
import { openTrialSignIn } from './trial-sign-in.js';
import { openTrialStorage, type TrialStorage } from './trial-storage.js';
import { openTrialTokens } from './trial-tokens.js';

/** What the example tells the person, or the program, that has started it. */
interface ConsoleAddresses {
  readonly baseUrl: string;
  readonly directories: readonly {
    readonly organization: string;
    readonly scimBaseUrl: string;
    readonly token: string;
  }[];
  readonly loginUrl: string;
  /** Where owners set up single sign-on and provisioning. */
  readonly portalUrl: string;
}

export interface RunningConsole {
  readonly ready: ConsoleAddresses;
  /** Where people and groups are kept. */
  readonly place: string;
  /** Who can sign in, and where. */
  readonly choices: readonly LoginChoice[];
  /** Stops listening; requests under way are answered. */
  readonly close: () => void;
}

/**
 * Starts the example application on this machine: two organizations, each with a SCIM directory and single sign-on, and
 * room for more.
 * @throws {StartError}
 */
export async function startConsole(settings: Settings): Promise<RunningConsole> {
  const opened = await openTrialStorage(settings);
  const closers = [opened.close];
  /** Last begun, first ended: nothing listens any more when the storage goes. */
  const close = async () => {
    for (const end of closers.splice(0).reverse()) await end();
  };
  try {
    const running = await serve(opened, settings, (end) => closers.push(end));
    return { ...running, place: opened.place, close: () => void close() };
  } catch (error) {
    // An open connection would keep the process from ending.
    await close();
    throw error;
  }
}

async function serve(
  { storage, organizations }: TrialStorage,
  settings: Settings,
  onClose: (close: () => Promise<void>) => void,
): Promise<Pick<RunningConsole, 'ready' | 'choices'>> {
  const { port, dataDirectory } = settings;
  const provisioning = createProvisioningService(storage, RULES);
  const parts = { storage, organizations, provisioning };
  const trials = await Promise.all(
    TRIAL_ORGANIZATIONS.map(async (trial) => ({
      trial,
      ...(await foundOrganization(parts, trial.organization, trial.founder)),
      directory: await openDirectory(storage, trial.directory),
    })),
  );
  const created = trials.map(({ directory }) => directory);
  const tokens = await openTrialTokens(join(dataDirectory, 'trial-tokens.json'), storage, created);

  const server = createServer();
  const baseUrl = `http://localhost:${await listen(server, port)}`;
  onClose(() => closeServer(server));
  const directories = created.map(({ id, organizationId }) => ({
    organization: organizationId,
    scimBaseUrl: `${baseUrl}/scim/v2/${id}`,
    token: tokens.get(id) ?? '',
  }));
  const place = { settings, storage, baseUrl, connections: directories, onClose };
  const { choices, sessionSecret, ...signIn } = await openTrialSignIn(place);
  const site = { ...parts, ...signIn, baseUrl, dataDirectory };
  server.on('request', createApplication(site, { sessionSecret, choices }));

  await Promise.all(
    trials.map(async ({ trial, founderId, directory }) => {
      const address = directories.find(({ organization }) => organization === directory.organizationId);
      if (address && (await isEmpty(storage, directory))) await setUpFirst(site, trial, { founderId, ...address });
    }),
  );
  return {
    ready: { baseUrl, directories, loginUrl: `${baseUrl}/login`, portalUrl: `${baseUrl}/portal` },
    choices,
  };
}

async function openDirectory(storage: Storage, directory: TrialOrganization['directory']): Promise<Directory> {
  return (await storage.directories.get(directory.id)) ?? createDirectories({ storage }).create(directory);
}

/** Whether nobody has ever pushed anybody, or everybody has gone again. */
async function isEmpty(storage: Storage, { organizationId, id }: Directory): Promise<boolean> {
  const page = { startIndex: 1, count: 0 };
  const { total } = await storage.directoryUsers.query({ organizationId, directoryId: id }, { page });
  return total === 0;
}

async function listen(server: Server, port: number): Promise<number> {
  try {
    return await listenOnLoopback(server, port);
  } catch (error) {
    throw cannotListen(port, error);
  }
}

function cannotListen(port: number, error: unknown): StartError {
  const code = error instanceof Error && 'code' in error ? error.code : String(error);
  const reason = code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${code})`;
  return new StartError(`Port ${port} ${reason}. Set PORT to another one, as in: PORT=3001 npm start`, {
    cause: error,
  });
}

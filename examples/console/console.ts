import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import express from 'express';
import {
  createDirectories,
  createProvisioningService,
  createScimRouter,
  type Directory,
  type Storage,
} from 'express-sso-scim';
import { frontPage } from './front-page.js';
import type { LoginChoice } from './login-page.js';
import { closeServer, listenOnLoopback } from './loopback.js';
import { pushPeople } from './push-people.js';
import type { Settings } from './settings.js';
import { mountSignIn } from './sign-in.js';
import { StartError } from './start-error.js';
import { TRIAL_ORGANIZATIONS, type TrialOrganization } from './trial-organizations.js';
import { TRIAL_RULES } from './trial-rules.js';
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
  /** The settings pages are not part of the example yet. */
  readonly portalUrl: string | null;
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
 * Starts the example application on this machine: two organizations, each with a SCIM directory and single sign-on.
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
  { storage }: TrialStorage,
  settings: Settings,
  onClose: (close: () => Promise<void>) => void,
): Promise<Pick<RunningConsole, 'ready' | 'choices'>> {
  const { port, dataDirectory } = settings;
  const trials = await Promise.all(
    TRIAL_ORGANIZATIONS.map(async (trial) => ({ ...trial, directory: await openDirectory(storage, trial.directory) })),
  );
  const created = trials.map(({ directory }) => directory);
  const tokens = await openTrialTokens(join(dataDirectory, 'trial-tokens.json'), storage, created);

  const server = createServer();
  const baseUrl = `http://localhost:${await listen(server, port)}`;
  onClose(() => closeServer(server));
  const signIn = await openTrialSignIn({ settings, storage, baseUrl, onClose });
  const app = express();
  app.disable('x-powered-by');
  app.use(
    '/scim/v2',
    createScimRouter(storage, {
      baseUrl: `${baseUrl}/scim/v2`,
      provisioning: TRIAL_RULES,
      endAccess: ({ directoryId, userId, reason }) =>
        // Sessions end by themselves here, since each request looks at the directory, see sign-in.ts.
        console.log(
          `${directoryId}: ${userId} is ${reason}. An application ends the sessions and keys of this person here.`,
        ),
    }),
  );
  const provisioning = createProvisioningService(storage, TRIAL_RULES);
  mountSignIn(app, { ...signIn, baseUrl, storage, provisioning, dataDirectory });
  app.get('/', async (_request, response) => {
    response.type('html').send(await frontPage(storage, created, baseUrl));
  });
  server.on('request', app);

  const addresses = created.map(({ id, organizationId }) => ({
    organization: organizationId,
    scimBaseUrl: `${baseUrl}/scim/v2/${id}`,
    token: tokens.get(id) ?? '',
  }));
  await Promise.all(
    trials.map(async ({ directory, ...people }) => {
      const address = addresses.find(({ organization }) => organization === directory.organizationId);
      if (address && (await isEmpty(storage, directory))) await pushPeople(address.scimBaseUrl, address.token, people);
    }),
  );
  return {
    ready: { baseUrl, directories: addresses, loginUrl: `${baseUrl}/login`, portalUrl: null },
    choices: signIn.choices,
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

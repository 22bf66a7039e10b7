import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import express from 'express';
import { createDirectories, createScimRouter, type Directory, type Storage } from 'express-sso-scim';
import { frontPage } from './front-page.js';
import { pushPeople } from './push-people.js';
import type { Settings } from './settings.js';
import { StartError } from './start-error.js';
import { TRIAL_ORGANIZATIONS, type TrialOrganization } from './trial-organizations.js';
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
  /** Sign-in is not part of the example yet. */
  readonly loginUrl: string | null;
  /** Nor are the settings pages. */
  readonly portalUrl: string | null;
}

export interface RunningConsole {
  readonly ready: ConsoleAddresses;
  /** Where people and groups are kept. */
  readonly place: string;
  /** Stops listening; requests under way are answered. */
  readonly close: () => void;
}

/**
 * Starts the example application on this machine: two organizations, each with a SCIM directory.
 * @throws {StartError}
 */
export async function startConsole(settings: Settings): Promise<RunningConsole> {
  const opened = await openTrialStorage(settings);
  try {
    return await serve(opened, settings);
  } catch (error) {
    // An open connection would keep the process from ending.
    await opened.close();
    throw error;
  }
}

async function serve(
  { storage, place, close }: TrialStorage,
  { port, dataDirectory }: Settings,
): Promise<RunningConsole> {
  const trials = await Promise.all(
    TRIAL_ORGANIZATIONS.map(async (trial) => ({ ...trial, directory: await openDirectory(storage, trial.directory) })),
  );
  const created = trials.map(({ directory }) => directory);
  const tokens = await openTrialTokens(join(dataDirectory, 'trial-tokens.json'), storage, created);

  const server = createServer();
  const baseUrl = `http://localhost:${await listen(server, port)}`;
  const app = express();
  app.disable('x-powered-by');
  app.use(
    '/scim/v2',
    createScimRouter(storage, {
      baseUrl: `${baseUrl}/scim/v2`,
      endAccess: ({ directoryId, userId, reason }) =>
        console.log(
          `${directoryId}: ${userId} is ${reason}. An application ends the sessions and keys of this person here.`,
        ),
    }),
  );
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
    ready: { baseUrl, directories: addresses, loginUrl: null, portalUrl: null },
    place,
    close: () => server.close(() => void close()),
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

/** Listens on this machine alone: the example speaks plain HTTP. Gives the port. */
async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (error) {
    throw cannotListen(port, error);
  }
  return (server.address() as AddressInfo).port;
}

function cannotListen(port: number, error: unknown): StartError {
  const code = error instanceof Error && 'code' in error ? error.code : String(error);
  const reason = code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${code})`;
  return new StartError(`Port ${port} ${reason}. Set PORT to another one, as in: PORT=3001 npm start`, {
    cause: error,
  });
}

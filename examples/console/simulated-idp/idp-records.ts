import { randomBytes, randomUUID } from 'node:crypto';
import { readKept, writeKept } from '../kept-file.js';
import type { ScimConnection } from './scim-connection.js';

/** An application that people sign in to, as it is registered at an identity provider. */
export interface RegisteredClient {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
}

/** What the administrators of a simulated identity provider have entered. */
interface Entered {
  readonly clients: readonly RegisteredClient[];
  readonly connections: readonly ScimConnection[];
}

/** Keeps what was entered at a simulated identity provider. */
export interface IdpRecords {
  clients(): readonly RegisteredClient[];
  connections(): readonly ScimConnection[];
  addClient(redirectUri: string): Promise<RegisteredClient>;
  /** One that is there already, with the newer token. */
  connect(connection: Omit<ScimConnection, 'id'>): Promise<ScimConnection>;
}

/** Opens what an earlier start has kept. @throws {StartError} */
export async function openIdpRecords(file: string): Promise<IdpRecords> {
  let entered: Entered = (await readKept(file, 'records of an identity provider', isEntered)) ?? {
    clients: [],
    connections: [],
  };
  async function keep(next: Entered): Promise<void> {
    entered = next;
    await writeKept(file, next);
  }
  return {
    clients: () => entered.clients,
    connections: () => entered.connections,
    async addClient(redirectUri) {
      const client = { clientId: randomUUID(), clientSecret: randomBytes(24).toString('base64url'), redirectUri };
      await keep({ ...entered, clients: [...entered.clients, client] });
      return client;
    },
    async connect({ scimBaseUrl, token }) {
      const known = entered.connections.find((each) => each.scimBaseUrl === scimBaseUrl);
      const connection = { id: known?.id ?? randomUUID(), scimBaseUrl, token };
      if (known?.token === token) return known;
      const others = entered.connections.filter((each) => each !== known);
      await keep({ ...entered, connections: [...others, connection] });
      return connection;
    },
  };
}

function isEntered(value: unknown): value is Entered {
  const { clients, connections } = (value ?? {}) as Partial<Entered>;
  return Array.isArray(clients) && Array.isArray(connections);
}

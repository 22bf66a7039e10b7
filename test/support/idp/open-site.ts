import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Directory, ScimRouterOptions, Storage } from 'express-sso-scim';
import { createScimSite, type ScimSite } from '../scim-site.js';
import type { ScimAddress } from './wire.js';

/** A directory that an identity provider can push to. */
export interface Tenant extends ScimAddress {
  readonly directory: Directory;
  /** What resources say of where they are. */
  readonly publicUrl: string;
}

/** A SCIM site that listens on a port, as identity providers need it. */
export interface OpenSite {
  readonly storage: Storage;
  tenant(settings?: Parameters<ScimSite['client']>[0]): Promise<Tenant>;
  close(): Promise<void>;
}

/** Opens a site; an empty one, on memory, unless told. */
export async function openSite(options: ScimRouterOptions = {}, storage?: Storage): Promise<OpenSite> {
  const site = createScimSite(options, storage);
  const server = createServer(site.app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A test that fails before it closes its site must not keep the process.
  server.unref();
  const { port } = server.address() as AddressInfo;
  return {
    storage: site.storage,
    async tenant(settings) {
      const { directory, token, baseUrl } = await site.client(settings);
      return { directory, token, publicUrl: baseUrl, baseUrl: `http://127.0.0.1:${port}/scim/v2/${directory.id}` };
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

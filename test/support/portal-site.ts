import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AdminAccess, AdminRole } from 'express-sso-scim';
import type { BrowserContextOptions } from 'playwright-core';
import { type AdminSiteSeeds, type AdminTestSite, createAdminTestSite, MOUNT } from './admin-site.js';

/** The administration of `acme`, served to browsers. */
export interface PortalSite extends AdminTestSite {
  /** The address of a page: `/organizations/acme`. */
  url(path: string): string;
  /** How a browser comes as somebody. */
  visitor(role: AdminRole): BrowserContextOptions;
  close(): void;
}

export async function createPortalSite(seeds: AdminSiteSeeds = {}): Promise<PortalSite> {
  const there: { site?: AdminTestSite } = {};
  const server = createServer((request, response) => there.site?.app(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  there.site = createAdminTestSite({ ...seeds, origin });
  return {
    ...there.site,
    url: (path) => `${origin}${MOUNT}${path}`,
    visitor(role) {
      const access: AdminAccess = {
        organizationId: 'acme',
        actor: { id: role, name: `The ${role}` },
        role,
        features: ['oidc', 'scim'],
      };
      return { extraHTTPHeaders: { 'X-Access': encodeURIComponent(JSON.stringify(access)) } };
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

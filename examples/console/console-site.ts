import type { KeyRing, ManagedStorage, OidcEngine, ProvisioningService } from 'express-sso-scim';
import type { Organizations } from './organizations.js';
import type { TrialZone } from './trial-zone.js';

/** What the parts of the application share. */
export interface ConsoleSite {
  readonly baseUrl: string;
  readonly dataDirectory: string;
  readonly storage: ManagedStorage;
  readonly organizations: Organizations;
  readonly provisioning: ProvisioningService;
  readonly keyRing: KeyRing;
  readonly engine: OidcEngine;
  readonly zone: TrialZone;
}

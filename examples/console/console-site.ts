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
  /** The trial identity providers of the first organizations. */
  readonly desks: readonly IdpAddress[];
  /** The one for organizations that people begin themselves. */
  readonly company: IdpAddress;
}

/** Where a trial identity provider is. */
export interface IdpAddress {
  readonly name: string;
  readonly issuer: string;
  /** Where its administrator enters applications, people and groups. */
  readonly deskUrl: string;
}

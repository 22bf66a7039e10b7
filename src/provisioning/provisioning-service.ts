import { type Clock, systemClock } from '../core/clock.js';
import { createOptionsValidator } from '../core/configuration.js';
import { managed } from '../storage/managed-storage.js';
import type { OrganizationScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { type AdoptionService, createAdoptionService } from './adoption-service.js';
import { deliverProvisioningEvents } from './event-delivery.js';
import { readExplanation } from './explanation.js';
import { createInboxService, type InboxService } from './inbox-service.js';
import type { Lock } from './lock.js';
import { readLock, type WantedEdit } from './lock-look-up.js';
import { createMappingService, type MappingService } from './mapping-service.js';
import { createPeopleService, type PeopleService } from './people-service.js';
import type { ProvisioningEvent } from './provisioning-event.js';
import { completeRules, PROVISIONING_RULES_SCHEMA, type ProvisioningRules } from './provisioning-rules.js';
import { createSettingsService, type SettingsService } from './settings-service.js';

/** The rules, which are those of the routers, and the clock. */
export interface ProvisioningServiceOptions extends ProvisioningRules {
  readonly clock?: Clock;
}

/** Provisioning as the host's own pages and jobs use it. Who may call what is the host's to decide. */
export interface ProvisioningService {
  readonly settings: SettingsService;
  readonly mappings: MappingService;
  readonly people: PeopleService;
  readonly inbox: InboxService;
  readonly adoption: AdoptionService;
  /** Says in sentences why somebody is in a team; nothing for who is not. */
  explainMembership(
    scope: OrganizationScope,
    place: { readonly userId: string; readonly teamId: string },
  ): Promise<readonly string[]>;
  /** The lock that keeps somebody from an edit in the host's application, with its sentence; `undefined` when nothing does. */
  lockOf(scope: OrganizationScope, edit: WantedEdit): Promise<Lock | undefined>;
  /** Tells waiting events to a handler; see `deliverProvisioningEvents`. */
  deliverEvents(handler: (event: ProvisioningEvent) => Promise<void> | void): Promise<number>;
}

const clock = {
  type: 'object',
  description: 'an object with a method now',
  required: ['now'],
  properties: { now: { isFunction: true, description: 'a function' } },
};

const parse = createOptionsValidator<ProvisioningServiceOptions>('createProvisioningService', {
  ...PROVISIONING_RULES_SCHEMA,
  properties: { ...(PROVISIONING_RULES_SCHEMA['properties'] as object), clock },
});

/**
 * Creates what a host's own pages call: mappings with preview and confirmation, people, what waits for a decision.
 *
 * @param storage with users and teams that can be changed
 * @throws {ConfigurationError} @throws {TypeError} for a storage that provisioning cannot work with.
 *
 * @example
 * ```ts
 * import { createProvisioningService, presets } from 'express-sso-scim';
 * import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
 *
 * const { mappingMode, provisioning: policy } = presets['all-quiet'];
 * const provisioning = createProvisioningService(createMemoryStorage(), { mappingMode, policy });
 * ```
 */
export function createProvisioningService(
  storage: Storage,
  options: ProvisioningServiceOptions = {},
): ProvisioningService {
  const { clock: given = systemClock, ...told } = parse(options);
  const site = { storage: managed(storage), clock: given, rules: completeRules(told) };
  const mappings = createMappingService(site);
  return {
    settings: createSettingsService(site),
    mappings,
    people: createPeopleService(site),
    inbox: createInboxService(site),
    adoption: createAdoptionService(site, mappings),
    explainMembership: (scope, place) => readExplanation(site.storage, scope, place, site.rules),
    lockOf: (scope, edit) => readLock(site.storage, scope, edit, site.rules),
    deliverEvents: (handler) => deliverProvisioningEvents(storage, handler, given),
  };
}

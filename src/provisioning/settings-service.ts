import type { Clock } from '../core/clock.js';
import { StaleVersionError } from '../storage/errors.js';
import { type ManagedStorage, manage, managed } from '../storage/managed-storage.js';
import type { ProvisioningSettings } from '../storage/mapping-store.js';
import type { DirectoryScope } from '../storage/scope.js';
import type { Storage } from '../storage/storage.js';
import { beginning } from './directory-setup.js';
import { type ProvisioningPolicy, parseProvisioningPolicy } from './provisioning-policy.js';
import type { CompleteRules } from './provisioning-rules.js';
import { beginStep } from './provisioning-step.js';

/** What an operator sets for one directory. */
export interface DirectorySettings extends Omit<ProvisioningSettings, 'version' | 'mapping' | 'policy'> {
  /** How the directory differs from the policy of the rules. */
  readonly policy: Partial<ProvisioningPolicy>;
}

/** A change of {@link DirectorySettings}: `null` takes away what may be absent. */
interface SettingsChange extends Partial<Omit<DirectorySettings, 'oidcTenantId' | 'phoneCountry'>> {
  readonly oidcTenantId?: string | null;
  readonly phoneCountry?: string | null;
}

/** How single directories provision, for operators. */
export interface SettingsService {
  get(scope: DirectoryScope): Promise<DirectorySettings>;
  /**
   * Changes what is given and leaves the rest. It counts from the next push on; people who are there are not looked at.
   * @param ifVersion what `mappings.get` said, where nobody else's change is to be overwritten
   * @throws {ConfigurationError} for a policy that is none.
   * @throws {StaleVersionError} when another version is there by now.
   */
  change(scope: DirectoryScope, settings: SettingsChange, by: string, ifVersion?: number): Promise<void>;
}

export function createSettingsService(options: {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly rules: CompleteRules;
}): SettingsService {
  const { clock, rules } = options;
  const storage = managed(options.storage);

  return {
    async get(scope) {
      const { policy, oidcTenantId, convert, attributeRoles, phoneCountry } = await read(storage, scope, rules);
      return {
        policy: parseProvisioningPolicy(policy),
        convert,
        attributeRoles,
        ...(oidcTenantId !== undefined && { oidcTenantId }),
        ...(phoneCountry !== undefined && { phoneCountry }),
      };
    },

    change: (scope, { policy, oidcTenantId, phoneCountry, ...rest }, by, ifVersion) =>
      manage(storage, scope, async (within) => {
        const {
          version,
          oidcTenantId: tenantBefore,
          phoneCountry: countryBefore,
          ...settings
        } = await read(within, scope, rules, 'exclusive');
        if (ifVersion !== undefined && ifVersion !== version) throw new StaleVersionError(scope.directoryId);
        const wanted = policy && jsonOf(policy);
        const tenant = oidcTenantId === undefined ? tenantBefore : (oidcTenantId ?? undefined);
        const country = phoneCountry === undefined ? countryBefore : (phoneCountry ?? undefined);
        const next = {
          ...settings,
          ...rest,
          ...(wanted && { policy: wanted }),
          ...(tenant !== undefined && { oidcTenantId: tenant }),
          ...(country !== undefined && { phoneCountry: country }),
        };
        await within.mappings.putSettings(scope, next, version);
        const { directoryId } = scope;
        const at = new Date(clock.now()).toISOString();
        const step = beginStep(within, scope, {
          at,
          cause: 'hand',
          by,
          directoryId,
          policy: rules.policy,
          roles: rules.roles,
        });
        step.note('settings-changed', { version: version + 1 });
        await step.complete();
      }),
  };
}

async function read(
  { mappings }: ManagedStorage,
  scope: DirectoryScope,
  rules: CompleteRules,
  lock: 'shared' | 'exclusive' = 'shared',
): Promise<ProvisioningSettings> {
  return (await mappings.settings(scope, lock)) ?? { ...beginning(rules), version: 0 };
}

function jsonOf(policy: Partial<ProvisioningPolicy>): ProvisioningSettings['policy'] {
  const { blastRadius, ...rest } = parseProvisioningPolicy(policy);
  if (blastRadius === undefined) return rest;
  return { ...rest, blastRadius: blastRadius === 'off' ? blastRadius : { ...blastRadius } };
}

import { type Preset, type PresetName, presets } from '../presets/presets.js';
import { DEFAULT_PROVISIONING_POLICY, type ProvisioningPolicy } from '../provisioning/provisioning-policy.js';
import { StaleVersionError } from '../storage/errors.js';
import { DEFAULT_SCIM_POLICY, parseScimPolicy } from '../tenancy/scim-policy.js';
import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { PRESET_SCHEMA, PRESETS_SCHEMA } from './answer-schemas/directory-schemas.js';
import { DIRECTORY_VERSION, type DirectoryAnswer, directoryAnswer } from './directory-answer.js';
import { provisioningAt, unchangedDirectory } from './directory-place.js';
import { VERSION } from './oidc-tenant-input.js';

const PRESETS = '/organizations/{organizationId}/directories/{directoryId}/presets';
const OPERATOR = { role: 'operator', needs: 'scim' } as const;
const NAMES = Object.keys(presets) as readonly PresetName[];

/** The products that a directory can be made to behave as. */
export interface PresetsAnswer {
  readonly directory: DirectoryAnswer;
  readonly items: readonly PresetName[];
}

type PointValue = string | number | boolean | object | null;

/** A point that would be another one. */
export interface PresetRow {
  readonly of: 'directory' | 'scim' | 'provisioning';
  readonly point: string;
  readonly now: PointValue;
  readonly after: PointValue;
}

/** What a preset would do to a directory. */
export interface PresetAnswer {
  readonly directory: DirectoryAnswer;
  readonly preset: PresetName;
  readonly version: number;
  readonly rows: readonly PresetRow[];
  /** What belongs to the product and is set elsewhere, where it is another one now. */
  readonly elsewhere: readonly {
    readonly what: 'mapping-mode' | 'kind' | 'claim-names';
    readonly now?: string;
    readonly after: string;
  }[];
}

/** What an organization has chosen for itself: a preset that says nothing about it leaves it. */
const OWN_CHOICES = ['autoProvision', 'autoDeprovision', 'phoneChange', 'blastRadius'] as const;

/** Products as policies: looked at, and then chosen. */
export function presetRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    defineRoute({
      id: 'list-presets',
      method: 'GET',
      path: PRESETS,
      ...OPERATOR,
      title: 'Products that a directory can behave as',
      answer: PRESETS_SCHEMA,
      async handle({ organizationId }, { params: { directoryId } }): Promise<PresetsAnswer> {
        const { directory } = await provisioningAt(site, organizationId, directoryId);
        return { directory: directoryAnswer(site, directory), items: NAMES };
      },
    }),
    defineRoute({
      id: 'read-preset',
      method: 'GET',
      path: `${PRESETS}/{preset}`,
      ...OPERATOR,
      title: 'What a preset would change',
      answer: PRESET_SCHEMA,
      handle: (context, { params }) => readPreset(site, context, params),
    }),
    defineRoute({
      id: 'apply-preset',
      method: 'PUT',
      path: `${PRESETS}/{preset}`,
      ...OPERATOR,
      title: 'Make a directory behave as a product',
      answer: PRESET_SCHEMA,
      body: inputSchema<{ readonly version: number; readonly directoryVersion: string }>(
        { version: VERSION, directoryVersion: DIRECTORY_VERSION },
        ['version', 'directoryVersion'],
      ),
      async handle(context, { params, body: { version, directoryVersion } }) {
        const { organizationId, actor } = context;
        const preset = presetOf(params.preset);
        if (!preset) return undefined;
        const { scope, service } = await provisioningAt(site, organizationId, params.directoryId);
        await unchangedDirectory(site, organizationId, params.directoryId, directoryVersion);
        const { policy: differs } = await service.settings.get(scope);
        const { version: now } = await service.mappings.mode(scope);
        if (now !== version) throw new StaleVersionError(params.directoryId);
        const policy = differences(site.rules.policy, provisioningAfter(site, preset, differs));
        await service.settings.change(scope, { policy }, actor.id, version);
        const { resourceTypes = null } = preset.directory;
        const scim = differences(site.scimPolicy, { ...DEFAULT_SCIM_POLICY, ...preset.scim });
        await site.directories.update(scope, { policy: scim, resourceTypes });
        return readPreset(site, context, params);
      },
    }),
  ];
}

function presetOf(name: string): Preset | undefined {
  return NAMES.some((each) => each === name) ? presets[name as PresetName] : undefined;
}

async function readPreset(
  site: AdminSite,
  { organizationId }: AdminContext,
  { directoryId, preset: name }: { readonly directoryId: string; readonly preset: string },
): Promise<PresetAnswer | undefined> {
  const preset = presetOf(name);
  if (!preset) return undefined;
  const { directory, scope, service } = await provisioningAt(site, organizationId, directoryId);
  const { policy: differs, oidcTenantId } = await service.settings.get(scope);
  const { mapping, version } = await service.mappings.mode(scope);
  const types = { now: directory.resourceTypes ?? null, after: preset.directory.resourceTypes ?? null };
  const scim = { ...site.scimPolicy, ...parseScimPolicy(directory.policy) };
  const provisioning = { ...site.rules.policy, ...differs };
  return {
    directory: directoryAnswer(site, directory),
    preset: name as PresetName,
    version,
    rows: [
      ...(isSame(types.now, types.after) ? [] : [{ of: 'directory', point: 'resourceTypes', ...types } as const]),
      ...rowsOf('scim', scim, { ...DEFAULT_SCIM_POLICY, ...preset.scim }),
      ...rowsOf('provisioning', provisioning, provisioningAfter(site, preset, differs)),
    ],
    elsewhere: [
      ...otherThan('mapping-mode', mapping.mode, preset.mappingMode),
      ...otherThan('kind', directory.kind, preset.router.kind ?? directory.kind),
      ...(await claimsElsewhere(site, organizationId, oidcTenantId, preset)),
    ],
  };
}

/** The policy of the product, with what the organization has chosen for itself. */
function provisioningAfter(
  { rules }: AdminSite,
  { provisioning }: Preset,
  differs: Partial<ProvisioningPolicy>,
): ProvisioningPolicy {
  const chosen = OWN_CHOICES.map((point) => [point, differs[point] ?? rules.policy[point]]);
  return { ...DEFAULT_PROVISIONING_POLICY, ...Object.fromEntries(chosen), ...provisioning };
}

/** In what a directory has to differ from the application to have this policy. */
function differences<Policy extends object>(application: Policy, wanted: Policy): Partial<Policy> {
  const points = Object.entries(wanted).filter(([point, value]) => !isSame(Reflect.get(application, point), value));
  return Object.fromEntries(points) as Partial<Policy>;
}

function rowsOf<Policy extends object>(of: PresetRow['of'], now: Policy, after: Policy): readonly PresetRow[] {
  return Object.entries(differences(now, after)).map(([point, value]) => ({
    of,
    point,
    now: Reflect.get(now, point) as PointValue,
    after: value as PointValue,
  }));
}

function otherThan(what: 'mapping-mode' | 'kind', now: string, after: string): PresetAnswer['elsewhere'] {
  return now === after ? [] : [{ what, now, after }];
}

async function claimsElsewhere(
  { tenants }: AdminSite,
  organizationId: string,
  tenantId: string | undefined,
  { oidc: { claimNames = {} } }: Preset,
): Promise<PresetAnswer['elsewhere']> {
  const tenant = tenantId === undefined ? undefined : await tenants.get({ organizationId, tenantId });
  const named = tenant?.settings.claimNames ?? {};
  const missing = Object.entries(claimNames).filter(([attribute, claim]) => named[attribute] !== claim);
  if (missing.length === 0) return [];
  return [{ what: 'claim-names', after: missing.map(([attribute, claim]) => `${attribute}: ${claim}`).join(', ') }];
}

function isSame(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

import type { Request, Response } from 'express';
import { type Clock, systemClock } from '../../core/clock.js';
import { createOptionsValidator } from '../../core/configuration.js';
import type { KeyRing } from '../../core/key-ring.js';
import type { CompletedLogin } from '../../oidc/complete-login.js';
import { OidcError, type OidcMender } from '../../oidc/oidc-error.js';
import { STYLESHEET_ASSET } from '../../portal/assets.js';
import { bareLayout } from '../../portal/layout.js';
import { type TestSignInResult, testSignInPage } from '../../portal/test-sign-in-page.js';
import { completeRules } from '../../provisioning/provisioning-rules.js';
import { previewSignIn } from '../../provisioning/sign-in-preview.js';
import {
  SIGN_IN_PROVISIONING_SCHEMA,
  type SignInProvisioningOptions,
} from '../../provisioning/sign-in-provisioning.js';
import { isManaged } from '../../storage/managed-storage.js';
import type { Storage } from '../../storage/storage.js';
import { createClientCredentials } from '../../tenancy/client-credentials.js';
import { openTenant } from '../../tenancy/open-tenant.js';
import type { SignInPurpose } from '../sign-in/sign-in-flow.js';
import { writePage } from './page-writer.js';

/** Options of `createTestSignIn`. */
export interface TestSignInOptions {
  /** The same as for `createAdminRouter`. */
  readonly keyRing: KeyRing;
  /** The same as for `createAdminRouter`. */
  readonly baseUrl: string;
  /** The options of `createSignInProvisioning`, all of them: what a sign-in would do is decided by the same. */
  readonly provisioning?: SignInProvisioningOptions;
  readonly clock?: Clock;
}

const isFunction = { isFunction: true, description: 'a function' };
const parse = createOptionsValidator<TestSignInOptions>('createTestSignIn', {
  required: ['keyRing', 'baseUrl'],
  properties: {
    keyRing: { type: 'object', required: ['sealer'], properties: { sealer: isFunction }, description: 'a key ring' },
    baseUrl: { type: 'string', pattern: '^https?://', description: 'the public address of the administration' },
    provisioning: SIGN_IN_PROVISIONING_SCHEMA,
    clock: { type: 'object', required: ['now'], properties: { now: isFunction }, description: 'an object with now' },
  },
});

const MENDERS: Readonly<Record<OidcMender, string>> = {
  person: 'You can mend this yourself.',
  'tenant-administrator': 'You can mend this in the settings of this OIDC tenant.',
  'provider-administrator': 'The administrator of your identity provider can mend this.',
  operator: 'The operator of this application can mend this.',
};

/**
 * Creates the purpose of test sign-ins for `createOidcTenantRouter`: a tenant that is not approved yet can be tried, the page
 * after it shows what the identity provider said and what a real sign-in would do, and nobody is signed in.
 *
 * @throws {ConfigurationError} listing every option that cannot be used
 * @example
 * ```ts
 * import { createTestSignIn, type KeyRing, type Storage } from 'express-sso-scim';
 *
 * declare const storage: Storage;
 * declare const keyRing: KeyRing;
 * // In the options of createOidcTenantRouter:
 * const purposes = { test: createTestSignIn(storage, { keyRing, baseUrl: 'https://app.example/settings/sso' }) };
 * // In those of createAdminRouter: startTestSignIn: (request, response, tenantId) =>
 * //   signIn.startSignIn(request, response, { tenantId, purpose: 'test' })
 * ```
 */
export function createTestSignIn(storage: Storage, options: TestSignInOptions): SignInPurpose {
  const { keyRing, baseUrl, provisioning = {}, clock = systemClock } = parse(options);
  const credentials = createClientCredentials(keyRing);
  const { policyOf, hasPassword, initialTeams = [], claimRoles = [], clock: _, ...ruleOptions } = provisioning;
  const site = { rules: completeRules(ruleOptions), policyOf, hasPassword, initialTeams, claimRoles };
  const mount = new URL(baseUrl).pathname.replace(/\/$/, '');
  const assets = { stylesheet: `${mount}/assets/${STYLESHEET_ASSET.name}` };

  async function told({ identity }: CompletedLogin): Promise<TestSignInResult> {
    const { issuer, email, groups, claims } = identity;
    const at = new Date(clock.now()).toISOString();
    const preview = isManaged(storage) && (await previewSignIn(storage, identity, site, at));
    return {
      kind: 'done',
      issuer,
      email,
      groups: { state: groups.state, count: groups.state === 'present' ? groups.values.length : 0 },
      claims,
      ...(preview && { preview }),
    };
  }

  function failed(error: unknown): TestSignInResult {
    if (!(error instanceof OidcError)) throw error;
    const { message: sentence, mender, code } = error;
    return { kind: 'failed', sentence, mender: MENDERS[mender], code };
  }

  return {
    async tenantById(tenantId) {
      const tenant = await storage.oidcTenants.get(tenantId);
      return tenant && tenant.state !== 'rejected' ? openTenant(tenant, credentials) : undefined;
    },

    async onResult(
      result,
      {
        tenant,
        response,
      }: {
        readonly tenant: { readonly id: string; readonly organizationId: string };
        readonly request: Request;
        readonly response: Response;
      },
    ) {
      const shown = 'login' in result ? await told(result.login) : failed(result.error);
      const [organizationId, tenantId] = [tenant.organizationId, tenant.id].map(encodeURIComponent);
      const body = testSignInPage(shown, `${mount}/organizations/${organizationId}/oidc-tenants/${tenantId}`);
      const title = shown.kind === 'done' ? 'Test sign-in' : 'The test sign-in did not work';
      writePage(response, shown.kind === 'done' ? 200 : 400, bareLayout(assets, title, body));
    },
  };
}

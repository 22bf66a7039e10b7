import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import type { GuideProvider, GuideValues } from './setup-guides/setup-guide.js';
import { type FilledGuide, fillGuide, SETUP_GUIDES } from './setup-guides/setup-guides.js';

const GUIDES = '/organizations/{organizationId}/guides';

/** The identity providers that there is a guide for. */
export interface GuidesAnswer {
  readonly items: readonly { readonly provider: GuideProvider; readonly name: string }[];
}

/** How to set one identity provider up, with the organization's own values. */
export interface GuideAnswer {
  readonly provider: GuideProvider;
  readonly name: string;
  readonly oidc: FilledGuide;
  readonly scim: FilledGuide;
}

/** Setup guides. The values are those of the newest OIDC tenant and directory that work. */
export function guideRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    defineRoute({
      id: 'list-setup-guides',
      method: 'GET',
      path: GUIDES,
      role: 'owner',
      title: 'Identity providers with a setup guide',
      handle: async (): Promise<GuidesAnswer> => ({
        items: SETUP_GUIDES.map(({ provider, name }) => ({ provider, name })),
      }),
    }),
    defineRoute({
      id: 'read-setup-guide',
      method: 'GET',
      path: `${GUIDES}/{provider}`,
      role: 'owner',
      title: 'How to set one identity provider up',
      async handle(context, { params }): Promise<GuideAnswer | undefined> {
        const guide = SETUP_GUIDES.find(({ provider }) => provider === params.provider);
        if (!guide) return undefined;
        const values = await valuesOf(site, context);
        const { provider, name, oidc, scim } = guide;
        return { provider, name, oidc: fillGuide(oidc, values), scim: fillGuide(scim, values) };
      },
    }),
  ];
}

async function valuesOf(
  { tenants, directories, tokens, signInUrls, scimUrl }: AdminSite,
  { organizationId }: AdminContext,
): Promise<Partial<GuideValues>> {
  const living = (await tenants.list({ organizationId })).filter(({ state }) => state !== 'rejected');
  const tenant = living.find(({ state }) => state === 'active') ?? living[0];
  const directory = (await directories.list({ organizationId })).find(({ disabledAt }) => disabledAt === undefined);
  const issued = directory ? await tokens.list({ organizationId, directoryId: directory.id }) : [];
  const token = issued.find(({ revokedAt }) => revokedAt === undefined);
  return {
    scopes: ['openid profile email', ...(tenant?.settings.additionalScopes ?? [])].join(' '),
    ...(directory && { scimBaseUrl: scimUrl(directory.id) }),
    ...(token && { tokenName: token.name }),
    ...(signInUrls && { redirectUri: signInUrls.redirectUri }),
    ...(signInUrls &&
      tenant && {
        loginUrl: signInUrls.loginUrl(tenant.id),
        backChannelLogoutUri: signInUrls.backchannelLogoutUrl(tenant.id),
      }),
  };
}

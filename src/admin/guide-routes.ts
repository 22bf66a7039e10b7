import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema, type JsonSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { GUIDE_SCHEMA, GUIDES_SCHEMA } from './answer-schemas/record-schemas.js';
import { MOST_CHOICES, tenantChoices } from './oidc-tenant-answer.js';
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
  /** Whose values these are, and whose they could be. */
  readonly tenants: GuideChoice;
  readonly directories: GuideChoice;
}

interface GuideChoice {
  readonly chosen?: string;
  readonly items: readonly { readonly id: string; readonly name: string }[];
}

interface GuideQuery {
  readonly tenantId?: string;
  readonly directoryId?: string;
}

const ID: JsonSchema = { type: 'string', maxLength: 200, description: 'an id' };

/** Setup guides. Unless told, the values are those of the first OIDC tenant and directory that work. */
export function guideRoutes(site: AdminSite): readonly AdminRoute[] {
  return [
    defineRoute({
      id: 'list-setup-guides',
      method: 'GET',
      path: GUIDES,
      role: 'owner',
      title: 'Identity providers with a setup guide',
      answer: GUIDES_SCHEMA,
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
      answer: GUIDE_SCHEMA,
      query: inputSchema<GuideQuery>({ tenantId: ID, directoryId: ID }),
      async handle(context, { params, query }): Promise<GuideAnswer | undefined> {
        const guide = SETUP_GUIDES.find(({ provider }) => provider === params.provider);
        const found = guide && (await valuesOf(site, context, query));
        if (!found) return undefined;
        const { values, ...choices } = found;
        const { provider, name, oidc, scim } = guide;
        return { provider, name, oidc: fillGuide(oidc, values), scim: fillGuide(scim, values), ...choices };
      },
    }),
  ];
}

/** The values of what was chosen; `undefined` where the organization has nothing of that id. */
async function valuesOf(
  { tenants, directories, tokens, signInUrls, scimUrl }: AdminSite,
  { organizationId, features, role }: AdminContext,
  query: GuideQuery,
): Promise<({ readonly values: Partial<GuideValues> } & Pick<GuideAnswer, 'tenants' | 'directories'>) | undefined> {
  const has = (feature: 'oidc' | 'scim') => role === 'operator' || features.includes(feature);
  const living = has('oidc')
    ? (await tenants.list({ organizationId })).filter(({ state }) => state !== 'rejected')
    : [];
  const tenant =
    query.tenantId === undefined
      ? (living.find(({ state }) => state === 'active') ?? living[0])
      : living.find(({ id }) => id === query.tenantId);
  const working = has('scim')
    ? (await directories.list({ organizationId })).filter(({ disabledAt }) => disabledAt === undefined)
    : [];
  const directory = query.directoryId === undefined ? working[0] : working.find(({ id }) => id === query.directoryId);
  if ((query.tenantId !== undefined && !tenant) || (query.directoryId !== undefined && !directory)) return undefined;
  const issued = directory ? await tokens.list({ organizationId, directoryId: directory.id }) : [];
  const token = issued.find(({ revokedAt }) => revokedAt === undefined);
  return {
    values: {
      scopes: ['openid profile email', ...(tenant?.settings.additionalScopes ?? [])].join(' '),
      ...(directory && { scimBaseUrl: scimUrl(directory) }),
      ...(token && { tokenName: token.name }),
      ...(signInUrls && { redirectUri: signInUrls.redirectUri }),
      ...(signInUrls &&
        tenant && {
          loginUrl: signInUrls.loginUrl(tenant.id),
          backChannelLogoutUri: signInUrls.backchannelLogoutUrl(tenant.id),
        }),
    },
    tenants: choiceOf(tenantChoices(living), tenant?.id),
    directories: choiceOf(
      working.slice(0, MOST_CHOICES).map(({ id, name }) => ({ id, name })),
      directory?.id,
    ),
  };
}

function choiceOf(items: GuideChoice['items'], chosen: string | undefined): GuideChoice {
  return { ...(chosen !== undefined && { chosen }), items };
}

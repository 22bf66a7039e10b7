import type { DirectoryTokenRecord } from '../tenancy/directory-tokens.js';
import { NAME_SCHEMA } from '../tenancy/name-schema.js';
import { SCOPE_PATTERN } from '../tenancy/scopes.js';
import type { AdminContext, AdminRoute } from './admin-route.js';
import { defineRoute, inputSchema, type JsonSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';
import { doneSchema } from './answer-schemas/answer-schema.js';
import { NEW_TOKEN_SCHEMA, TOKENS_SCHEMA } from './answer-schemas/directory-schemas.js';
import { type DirectoryAnswer, directoryAnswer } from './directory-answer.js';
import { DIRECTORY, directoryOf, OWNER } from './directory-place.js';
import { EXPIRY } from './oidc-tenant-input.js';
import { PAGE, type PageQuery, pageWithin } from './page-query.js';

const TOKENS = `${DIRECTORY}/tokens` as const;
const TOKEN = `${DIRECTORY}/tokens/{tokenId}` as const;
/** A page holds two forms for each token. */
const TOKENS_SHOWN = 10;

/** A token with what has become of it. */
interface TokenAnswer extends DirectoryTokenRecord {
  readonly state: 'live' | 'expired' | 'revoked';
}

/** The tokens of a directory, newest first. */
export interface TokensAnswer {
  readonly directory: DirectoryAnswer;
  readonly items: readonly TokenAnswer[];
  readonly next?: string;
}

/** A token that was just made: the one answer that holds it. */
export interface NewTokenAnswer {
  readonly directory: DirectoryAnswer;
  readonly token: string;
  readonly record: TokenAnswer;
  /** The token that it is to replace, which lives on until it is revoked. */
  readonly replaces?: TokenAnswer;
}

interface NewTokenInput {
  readonly name: string;
  readonly scopes?: readonly string[];
  readonly expiresAt?: string;
}

const SCOPES: JsonSchema = {
  type: 'array',
  maxItems: 100,
  description: 'a list of scopes; leave it out for a token that may do everything',
  items: {
    type: 'string',
    pattern: SCOPE_PATTERN.source,
    description: '"users", "groups" or another endpoint in lower case, with ":read" where the token may not write',
  },
};

/** The tokens that identity providers push with. Each is shown once, in the answer that makes it. */
export function tokenRoutes(site: AdminSite): readonly AdminRoute[] {
  const { tokens, clock } = site;

  function viewed(record: DirectoryTokenRecord): TokenAnswer {
    const isExpired = record.expiresAt !== undefined && Date.parse(record.expiresAt) <= clock.now();
    return { ...record, state: record.revokedAt === undefined ? (isExpired ? 'expired' : 'live') : 'revoked' };
  }

  async function issue(context: AdminContext, directoryId: string, given: NewTokenInput, oldId?: string) {
    const directory = await directoryOf(site, context.organizationId, directoryId);
    if (!directory) return undefined;
    const { name, scopes = [], expiresAt } = given;
    const there = oldId === undefined ? [] : await tokens.list({ ...context, directoryId });
    const old = there.find(({ id }) => id === oldId);
    if (oldId !== undefined && !old) return undefined;
    const wanted = scopes.length > 0 ? scopes : old?.scopes;
    const { token, record } = await tokens.issue({
      directory,
      name,
      ...(wanted && { scopes: wanted }),
      ...(expiresAt !== undefined && { expiresAt }),
    });
    const answer: NewTokenAnswer = {
      directory: directoryAnswer(site, directory),
      token,
      record: viewed(record),
      ...(old && { replaces: viewed(old) }),
    };
    return answer;
  }

  return [
    defineRoute({
      id: 'list-tokens',
      method: 'GET',
      path: TOKENS,
      ...OWNER,
      title: 'Tokens of a directory, newest first',
      answer: TOKENS_SCHEMA,
      query: inputSchema<PageQuery>(PAGE),
      async handle({ organizationId }, { params: { directoryId }, query }): Promise<TokensAnswer | undefined> {
        const directory = await directoryOf(site, organizationId, directoryId);
        if (!directory) return undefined;
        const records = await tokens.list({ organizationId, directoryId });
        const items = records.map(viewed).sort((a, b) => (a.createdAt < b.createdAt ? 1 : -1));
        return { directory: directoryAnswer(site, directory), ...pageWithin({ limit: TOKENS_SHOWN, ...query }, items) };
      },
    }),
    defineRoute({
      id: 'create-token',
      method: 'POST',
      path: TOKENS,
      ...OWNER,
      title: 'Create a token, which is shown once',
      answer: NEW_TOKEN_SCHEMA,
      status: 201,
      body: inputSchema<NewTokenInput>({ name: NAME_SCHEMA, scopes: SCOPES, expiresAt: EXPIRY }, ['name']),
      handle: (context, { params, body }) => issue(context, params.directoryId, body),
    }),
    defineRoute({
      id: 'rotate-token',
      method: 'POST',
      path: `${TOKEN}/rotate`,
      ...OWNER,
      title: 'Create a token in place of another, which lives on until it is revoked',
      answer: NEW_TOKEN_SCHEMA,
      status: 201,
      body: inputSchema<NewTokenInput>({ name: NAME_SCHEMA, scopes: SCOPES, expiresAt: EXPIRY }, ['name']),
      handle: (context, { params, body }) => issue(context, params.directoryId, body, params.tokenId),
    }),
    defineRoute({
      id: 'revoke-token',
      method: 'POST',
      path: `${TOKEN}/revoke`,
      ...OWNER,
      title: 'Revoke a token',
      answer: doneSchema('revoked'),
      async handle({ organizationId }, { params: { directoryId, tokenId } }) {
        const directory = await directoryOf(site, organizationId, directoryId);
        const revoked = directory && (await tokens.revoke({ organizationId, directoryId }, tokenId));
        return revoked === true ? { revoked } : undefined;
      },
    }),
  ];
}

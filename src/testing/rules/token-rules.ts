import { newId } from '../../core/id.js';
import { StaleVersionError, UniqueConflictError } from '../../storage/errors.js';
import { T0, T1, T2, tokenDraft } from '../contract-ground.js';
import type { ContractRule } from '../contract-rule.js';
import { expectRefusal, expectSame, expectSameSet } from '../expectation.js';

/** What is promised of bearer tokens. */
export const TOKEN_RULES: readonly ContractRule[] = [
  {
    code: 'K1',
    promise: 'findToken answers a token with its directory, also where one of them is revoked, expired or disabled',
    notice: 'a token that expired is told to be unknown, and an administrator looks for a fault that is none',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const { directories } = storage;
      const full = tokenDraft(scope, { scopes: ['users:read'], expiresAt: T0, revokedAt: T1, lastUsedAt: T2 });
      const bare = tokenDraft(scope);
      await directories.insertToken(full);
      await directories.insertToken(bare);
      const directory = await directories.get(scope.directoryId);
      expectSame(await directories.findToken(full.hash), { token: full, directory }, 'what is found by a hash');
      expectSame(await directories.findToken(bare.hash), { token: bare, directory }, 'what is found by another hash');
      for (const hash of ['', '%', newId(), bare.hash.toUpperCase(), `${bare.hash} `]) {
        expectSame(await directories.findToken(hash), undefined, `what is found by the unknown hash "${hash}"`);
      }
      if (directory) await directories.update({ ...directory, disabledAt: T1 });
      expectSame((await directories.findToken(bare.hash))?.directory.disabledAt, T1, 'disabledAt of its directory');
    },
  },
  {
    code: 'K2',
    promise: 'the hash of a token is unique over all directories',
    notice: 'a token of one customer opens the directory of another',
    async check({ storage, newDirectory }) {
      const mine = tokenDraft(await newDirectory());
      await storage.directories.insertToken(mine);
      const theirs = await newDirectory();
      const refused = storage.directories.insertToken(tokenDraft(theirs, { hash: mine.hash }));
      await expectRefusal(refused, UniqueConflictError, 'a token with a hash that is taken');
      expectSame((await storage.directories.findToken(mine.hash))?.token, mine, 'the token with that hash');
      expectSame(
        await storage.directories.listTokens(theirs, theirs.directoryId),
        [],
        'the tokens of the other directory',
      );
    },
  },
  {
    code: 'K3',
    promise: 'a token for a directory that does not exist in its organization is refused with a StaleVersionError',
    notice:
      'a token is shown to an administrator that nothing will ever accept, or that opens somebody else’s directory',
    async check({ storage, newDirectory, newOrganization }) {
      const scope = await newDirectory();
      for (const wrong of [{ directoryId: newId() }, { organizationId: newOrganization() }]) {
        const token = tokenDraft({ ...scope, ...wrong });
        await expectRefusal(
          storage.directories.insertToken(token),
          StaleVersionError,
          'a token for a directory that is not there',
        );
        expectSame(await storage.directories.findToken(token.hash), undefined, 'what is found by its hash');
      }
    },
  },
  {
    code: 'K4',
    promise: 'listTokens answers all tokens of that directory, revoked ones included, and no others',
    notice: 'an administrator cannot find the token to revoke, or sees those of another directory',
    async check({ storage, newDirectory, newOrganization }) {
      const scope = await newDirectory();
      const sibling = await newDirectory(scope.organizationId);
      const tokens = [tokenDraft(scope), tokenDraft(scope, { revokedAt: T1 })];
      for (const token of [...tokens, tokenDraft(sibling)]) await storage.directories.insertToken(token);
      const listed = async (organizationId: string, directoryId: string) =>
        (await storage.directories.listTokens({ organizationId }, directoryId)).map(({ id }) => id);
      const ids = tokens.map(({ id }) => id);
      expectSameSet(await listed(scope.organizationId, scope.directoryId), ids, 'the tokens of a directory');
      expectSame(await listed(newOrganization(), scope.directoryId), [], 'the tokens that another organization sees');
      expectSame(await listed(scope.organizationId, newId()), [], 'the tokens of an unknown directory');
    },
  },
  {
    code: 'K5',
    promise: 'revokeToken keeps the first time, and answers whether there is such a token',
    notice: 'an audit shows a token as valid at a time when it had been revoked already',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const [token, other] = [tokenDraft(scope, { lastUsedAt: T0 }), tokenDraft(scope)];
      await storage.directories.insertToken(token);
      await storage.directories.insertToken(other);
      const revoke = (id: string, at: string) => storage.directories.revokeToken(scope, scope.directoryId, id, at);
      expectSame([await revoke(token.id, T1), await revoke(token.id, T2)], [true, true], 'the answers for a token');
      expectSame(await revoke(newId(), T1), false, 'the answer for an unknown token');
      const found = await storage.directories.findToken(token.hash);
      expectSame(found?.token, { ...token, revokedAt: T1 }, 'the revoked token');
      expectSame((await storage.directories.findToken(other.hash))?.token, other, 'another token');
    },
  },
  {
    code: 'K6',
    promise: 'touchToken notes the time of the last use, and nothing else; an unknown token is no error',
    notice: 'a token in daily use is shown as never used and gets revoked, or the use of a token revives it',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const [token, other] = [tokenDraft(scope, { revokedAt: T1, expiresAt: T2 }), tokenDraft(scope)];
      await storage.directories.insertToken(token);
      await storage.directories.insertToken(other);
      for (const [id, at] of [
        [token.id, T1],
        [token.id, T2],
        [newId(), T2],
      ] as const) {
        await storage.directories.touchToken(scope, scope.directoryId, id, at);
      }
      const found = await storage.directories.findToken(token.hash);
      expectSame(found?.token, { ...token, lastUsedAt: T2 }, 'the token that was used');
      expectSame((await storage.directories.findToken(other.hash))?.token, other, 'another token');
    },
  },
  {
    code: 'K7',
    promise: 'revokeToken and touchToken reach only tokens of that directory and organization',
    notice: 'an administrator of one customer locks out another',
    async check({ storage, newDirectory }) {
      const scope = await newDirectory();
      const token = tokenDraft(scope);
      await storage.directories.insertToken(token);
      const sibling = await newDirectory(scope.organizationId);
      const stranger = await newDirectory();
      const places = [
        [sibling, sibling.directoryId],
        [stranger, scope.directoryId],
        [stranger, stranger.directoryId],
      ] as const;
      for (const [{ organizationId }, directoryId] of places) {
        const answer = await storage.directories.revokeToken({ organizationId }, directoryId, token.id, T1);
        expectSame(answer, false, 'the answer to revoking a token from elsewhere');
        await storage.directories.touchToken({ organizationId }, directoryId, token.id, T1);
        expectSame((await storage.directories.findToken(token.hash))?.token, token, 'the token');
      }
    },
  },
];

import { isDeepStrictEqual } from 'node:util';
import type { Directory, DirectoryStore, DirectoryToken } from '../../storage/directory-store.js';
import { StaleVersionError, UniqueConflictError } from '../../storage/errors.js';
import type { Row, Run } from './access.js';
import { listOf } from './resource-rows.js';
import { prepare } from './sql-text.js';
import type { StoreOver, StoreSite } from './store-site.js';

export function openDirectoryStore(site: StoreSite): StoreOver<DirectoryStore> {
  const { names, dialect } = site;
  const { directories, directoryHosts, tokens } = names;
  const { among, entries, listOf: jsonListOf, forUpdate } = dialect;
  const tokenColumns = 't.document as token, t.revoked_at, t.last_used_at';
  const owned = 'd.organization_id = {organizationId} and d.id = {directoryId}';
  const oneToken = 't.organization_id = {organizationId} and t.directory_id = {directoryId} and t.id = {tokenId}';

  const get = prepare(`select d.document from ${directories} as d where d.id = {id}`, dialect);
  const findByHost = prepare(
    `select d.document from ${directoryHosts} as h join ${directories} as d on d.id = h.directory_id ` +
      'where h.host = {host}',
    dialect,
  );
  const list = prepare(
    `select d.document from ${directories} as d where d.organization_id = {organizationId} order by d.sequence`,
    dialect,
  );
  const isTaken = prepare(`select d.id from ${directories} as d where d.id = {directoryId}`, dialect);
  const lock = prepare(`select d.document from ${directories} as d where ${owned} ${forUpdate}`, dialect);
  const isOwned = prepare(`select d.id from ${directories} as d where ${owned}`, dialect);
  const takenHosts = prepare(
    `select ${jsonListOf(
      `select h.host as value, 1 as place from ${directoryHosts} as h where h.directory_id <> {directoryId} ` +
        `and ${among('h.host', `select value from ${entries('{hosts}')}`)}`,
    )} as taken`,
    dialect,
  );
  const insert = prepare(
    `insert into ${directories} (id, organization_id, document) values ({directoryId}, {organizationId}, {document})`,
    dialect,
  );
  const update = prepare(`update ${directories} as d set document = {document} where ${owned}`, dialect);
  const dropHosts = prepare(
    `delete from ${directoryHosts} as d where d.organization_id = {organizationId} and d.directory_id = {directoryId}`,
    dialect,
  );
  const addHosts = prepare(
    `insert into ${directoryHosts} (host, organization_id, directory_id) ` +
      `select distinct value, {organizationId}, {directoryId} from ${entries('{hosts}')} where 1 = 1`,
    dialect,
  );

  const findToken = prepare(
    `select ${tokenColumns}, d.document from ${tokens} as t join ${directories} as d on d.id = t.directory_id ` +
      'where t.hash = {hash}',
    dialect,
  );
  const listTokens = prepare(
    `select ${tokenColumns} from ${tokens} as t where t.organization_id = {organizationId} ` +
      'and t.directory_id = {directoryId} order by t.sequence',
    dialect,
  );
  const takenToken = prepare(
    `select (select count(*) from ${tokens} as t where t.hash = {hash}) as hashes, ` +
      `(select count(*) from ${tokens} as t where ${oneToken}) as ids`,
    dialect,
  );
  const insertToken = prepare(
    `insert into ${tokens} (hash, organization_id, directory_id, id, document, revoked_at, last_used_at) ` +
      'values ({hash}, {organizationId}, {directoryId}, {tokenId}, {document}, {revokedAt}, {lastUsedAt})',
    dialect,
  );
  const revokeToken = prepare(
    `update ${tokens} as t set revoked_at = coalesce(t.revoked_at, {at}) where ${oneToken} returning id`,
    dialect,
  );
  const touchToken = prepare(`update ${tokens} as t set last_used_at = {at} where ${oneToken}`, dialect);

  async function refuseTakenHosts(run: Run, { id: directoryId, hosts }: Directory): Promise<void> {
    if (hosts.length === 0) return;
    const [row] = await run(takenHosts({ directoryId, hosts: JSON.stringify(hosts) }));
    const taken = new Set(listOf(row?.['taken']));
    const first = hosts.find((host) => taken.has(host));
    if (first !== undefined) throw new UniqueConflictError(`host:${first}`);
  }

  return (access) => {
    const first = async (statement: ReturnType<typeof get>) => {
      const [row] = await access.read(undefined, (run) => run(statement));
      return row && directoryOf(row);
    };
    return {
      get: (id) => first(get({ id })),
      findByHost: (host) => first(findByHost({ host })),
      list: async ({ organizationId }) =>
        (await access.read(undefined, (run) => run(list({ organizationId })))).map(directoryOf),

      insert: (directory) =>
        access.whole(directory, async (run) => {
          const values = directoryValues(directory);
          if ((await run(isTaken(values))).length > 0) throw new UniqueConflictError(`id:${directory.id}`);
          await refuseTakenHosts(run, directory);
          await run(insert(values));
          if (directory.hosts.length > 0) await run(addHosts(values));
        }),

      update: (directory, ifSame) =>
        access.whole(directory, async (run) => {
          const values = directoryValues(directory);
          const [row] = await run(lock(values));
          const isSame = row && (ifSame === undefined || isDeepStrictEqual(directoryOf(row), ifSame));
          if (!isSame) throw new StaleVersionError(directory.id);
          await refuseTakenHosts(run, directory);
          await run(update(values));
          await run(dropHosts(values));
          if (directory.hosts.length > 0) await run(addHosts(values));
        }),

      async findToken(hash) {
        const [row] = await access.read(undefined, (run) => run(findToken({ hash })));
        return row && { token: tokenOf(row), directory: directoryOf(row) };
      },

      listTokens: async ({ organizationId }, directoryId) =>
        (await access.read(undefined, (run) => run(listTokens({ organizationId, directoryId })))).map(tokenOf),

      insertToken: (token) =>
        access.whole(token, async (run) => {
          const values = tokenValues(token);
          if ((await run(isOwned(values))).length === 0) throw new StaleVersionError(token.directoryId);
          const [taken] = await run(takenToken(values));
          if (Number(taken?.['hashes']) > 0) throw new UniqueConflictError('hash');
          if (Number(taken?.['ids']) > 0) throw new UniqueConflictError(`id:${token.id}`);
          await run(insertToken(values));
        }),

      async revokeToken(scope, directoryId, tokenId, at) {
        const { organizationId } = scope;
        const values = { organizationId, directoryId, tokenId, at };
        return (await access.single(scope, (run) => run(revokeToken(values)))).length > 0;
      },

      async touchToken(scope, directoryId, tokenId, at) {
        const { organizationId } = scope;
        await access.single(scope, (run) => run(touchToken({ organizationId, directoryId, tokenId, at })));
      },
    };
  };
}

function directoryValues(directory: Directory) {
  return {
    directoryId: directory.id,
    organizationId: directory.organizationId,
    hosts: JSON.stringify(directory.hosts),
    document: JSON.stringify(directory),
  };
}

function directoryOf(row: Row): Directory {
  return JSON.parse(String(row['document'])) as Directory;
}

/** The times that change later are in columns of their own. */
function tokenValues({ revokedAt = null, lastUsedAt = null, ...token }: Nullable<DirectoryToken>) {
  const { hash, organizationId, directoryId, id: tokenId } = token;
  return { hash, organizationId, directoryId, tokenId, document: JSON.stringify(token), revokedAt, lastUsedAt };
}

type Nullable<T extends DirectoryToken> = Omit<T, 'revokedAt' | 'lastUsedAt'> & {
  readonly revokedAt?: string | null;
  readonly lastUsedAt?: string | null;
};

function tokenOf(row: Row): DirectoryToken {
  const { revoked_at: revokedAt, last_used_at: lastUsedAt } = row;
  return {
    ...(JSON.parse(String(row['token'])) as DirectoryToken),
    ...(typeof revokedAt === 'string' && { revokedAt }),
    ...(typeof lastUsedAt === 'string' && { lastUsedAt }),
  };
}

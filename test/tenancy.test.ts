import { describe, expect, it } from '@jest/globals';
import { ConfigurationError } from '../src/core/configuration.js';
import type { Logger } from '../src/core/logger.js';
import type { Directory, DirectoryStore, DirectoryToken } from '../src/storage/directory-store.js';
import { StaleVersionError, StorageUnavailableError, UniqueConflictError } from '../src/storage/errors.js';
import type { OrganizationScope } from '../src/storage/scope.js';
import { createAuthenticator } from '../src/tenancy/authenticator.js';
import { createBearerToken, hashOfToken, isWellFormedToken, readAuthorization } from '../src/tenancy/bearer-token.js';
import { createDirectories } from '../src/tenancy/directories.js';
import { createDirectoryLocator, isAddressedBy } from '../src/tenancy/directory-locator.js';
import { createDirectoryTokens, type NewDirectoryToken } from '../src/tenancy/directory-tokens.js';
import { normalizeHost } from '../src/tenancy/host-name.js';
import { allows } from '../src/tenancy/scopes.js';
import { leastCpu } from './support/cpu-time.js';

const START = Date.parse('2025-06-01T12:00:00.000Z');

/** A directory store that counts what it is asked, and fails or waits when told to. */
class RecordingStore implements DirectoryStore {
  readonly calls: string[] = [];
  readonly touches: string[] = [];
  failure: Error | undefined;
  gate: Promise<void> | undefined;
  readonly #directories = new Map<string, Directory>();
  readonly #tokens = new Map<string, DirectoryToken>();

  count(name: string): number {
    return this.calls.filter((call) => call === name).length;
  }

  async #asked(name: string): Promise<void> {
    this.calls.push(name);
    await this.gate;
    if (this.failure) throw this.failure;
  }

  async get(directoryId: string): Promise<Directory | undefined> {
    await this.#asked('get');
    return this.#directories.get(directoryId);
  }

  async findByHost(host: string): Promise<Directory | undefined> {
    await this.#asked('findByHost');
    return [...this.#directories.values()].find(({ hosts }) => hosts.includes(host));
  }

  async list({ organizationId }: OrganizationScope): Promise<readonly Directory[]> {
    await this.#asked('list');
    return [...this.#directories.values()].filter((directory) => directory.organizationId === organizationId);
  }

  async insert(directory: Directory): Promise<void> {
    await this.#asked('insert');
    if (this.#directories.has(directory.id)) throw new UniqueConflictError(`id:${directory.id}`);
    this.#keep(directory);
  }

  async update(directory: Directory): Promise<void> {
    await this.#asked('update');
    if (!this.#directories.has(directory.id)) throw new StaleVersionError(directory.id);
    this.#keep(directory);
  }

  #keep(directory: Directory): void {
    for (const other of this.#directories.values()) {
      const taken = other.id !== directory.id && other.hosts.find((host) => directory.hosts.includes(host));
      if (taken) throw new UniqueConflictError(`host:${taken}`);
    }
    this.#directories.set(directory.id, directory);
  }

  async findToken(hash: string): ReturnType<DirectoryStore['findToken']> {
    await this.#asked('findToken');
    const token = this.#tokens.get(hash);
    const directory = token && this.#directories.get(token.directoryId);
    return token && directory && { token, directory };
  }

  async listTokens({ organizationId }: OrganizationScope, directoryId: string): Promise<readonly DirectoryToken[]> {
    await this.#asked('listTokens');
    return [...this.#tokens.values()].filter(
      (token) => token.organizationId === organizationId && token.directoryId === directoryId,
    );
  }

  async insertToken(token: DirectoryToken): Promise<void> {
    await this.#asked('insertToken');
    this.#tokens.set(token.hash, token);
  }

  async revokeToken(scope: OrganizationScope, directoryId: string, tokenId: string, at: string): Promise<boolean> {
    await this.#asked('revokeToken');
    const token = this.#find(scope, directoryId, tokenId);
    if (token) this.#tokens.set(token.hash, { revokedAt: at, ...token });
    return token !== undefined;
  }

  async touchToken(scope: OrganizationScope, directoryId: string, tokenId: string, at: string): Promise<void> {
    this.touches.push(at);
    await this.#asked('touchToken');
    const token = this.#find(scope, directoryId, tokenId);
    if (token) this.#tokens.set(token.hash, { ...token, lastUsedAt: at });
  }

  #find({ organizationId }: OrganizationScope, directoryId: string, tokenId: string): DirectoryToken | undefined {
    return [...this.#tokens.values()].find(
      (token) => token.id === tokenId && token.organizationId === organizationId && token.directoryId === directoryId,
    );
  }

  deleteToken(token: string): void {
    this.#tokens.delete(hashOfToken(token) ?? '');
  }
}

function createLog(): Logger & { readonly warnings: [object, string][] } {
  const warnings: [object, string][] = [];
  const ignore = () => undefined;
  return { debug: ignore, info: ignore, error: ignore, warn: (...entry) => void warnings.push(entry), warnings };
}

/** Two organizations with a directory each, and everything of this room on one fake clock. */
async function setUp(options: { cacheSeconds?: number; cacheEntries?: number } = {}) {
  const clock = { time: START, now: () => clock.time };
  const store = new RecordingStore();
  const storage = {
    directories: store,
    transaction: <T>(_scope: OrganizationScope, work: (inside: { directories: DirectoryStore }) => Promise<T>) =>
      work({ directories: store }),
  };
  const logger = createLog();
  const directories = createDirectories({ storage, clock });
  const tokens = createDirectoryTokens({ storage, clock });
  const authenticator = createAuthenticator({ storage, clock, logger, ...options });
  const acme = await directories.create({
    organizationId: 'acme',
    name: 'Acme',
    id: 'acme-1',
    hosts: ['Acme.Example'],
  });
  const umbrella = await directories.create({ organizationId: 'umbrella', name: 'Umbrella', id: 'umbrella-1' });
  const issue = async (more: Partial<NewDirectoryToken> = {}) =>
    tokens.issue({ directory: acme, name: 'Entra', ...more });
  return { clock, store, storage, logger, directories, tokens, authenticator, acme, umbrella, issue };
}

const ACME = { organizationId: 'acme', directoryId: 'acme-1' };

/** Lets work that nobody awaits come to its end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
}

async function faultsOf(work: Promise<unknown>): Promise<Readonly<Record<string, string>>> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ConfigurationError)) throw new Error('no ConfigurationError', { cause: error });
  return Object.fromEntries(error.faults.map(({ path, message }) => [path, message]));
}

/** The same numbers in each run (mulberry32). */
function seededRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

describe('the Authorization header (TQ-38, OU-25)', () => {
  it.each([
    'Bearer x',
    'bearer x',
    'BEARER x',
    'Bearer Bearer x',
    'Bearer bearer x',
    'x',
    '  x  ',
    '  Bearer   x ',
    'Bearer  Bearer  x  ',
  ])('%p names the token x', (header) => {
    expect(readAuthorization(header)).toBe('x');
  });

  it('keeps a token that begins with the word', () => {
    expect(readAuthorization('bearerish')).toBe('bearerish');
    expect(readAuthorization('Bearer bearer-1')).toBe('bearer-1');
  });

  it.each([
    undefined,
    '',
    '   ',
    'Bearer',
    'Bearer ',
    ' bearer bearer ',
    'Bearer Bearer Bearer x',
    'Basic dXNlcjpwYXNz',
    'Digest username="a"',
    'Bearer x y',
    'x y',
    'Bearer x, Bearer y',
    'Bearer x\n',
    'Bearer\tx',
    'Bearer x\u0000',
    'Bearer \u007f',
    'Bearer tökén',
    `Bearer ${'x'.repeat(506)}`,
    'x'.repeat(513),
  ])('%p names no token', (header) => {
    expect(readAuthorization(header)).toBeUndefined();
  });

  it('takes the time of its length, whatever stands in it', async () => {
    const hostile = [
      'Bearer '.repeat(73),
      ' '.repeat(512),
      `${' '.repeat(511)}x`,
      `x${' '.repeat(510)}y`,
      'b'.repeat(512),
    ];
    const read = () => {
      for (let round = 0; round < 1000; round += 1) for (const header of hostile) readAuthorization(header);
    };
    expect(await leastCpu(2000, read)).toBeLessThan(2000);
  });
});

describe('a bearer token', () => {
  it('is scim_, 32 random bytes and a checksum', () => {
    const { token, hash } = createBearerToken();
    expect(token).toMatch(/^scim_[A-Za-z0-9_-]{43}[A-Za-z0-9_-]{6}$/);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(hashOfToken(token)).toBe(hash);
    expect(isWellFormedToken(token)).toBe(true);
    expect(createBearerToken().token).not.toBe(token);
  });

  it('with any one character changed is not well-formed', () => {
    const { token } = createBearerToken();
    for (let index = 0; index < token.length; index += 1) {
      const changed = token[index] === 'A' ? 'B' : 'A';
      expect(isWellFormedToken(token.slice(0, index) + changed + token.slice(index + 1))).toBe(false);
    }
  });

  it.each(['', 'scim_', 'x', `scim_${'A'.repeat(49)}`, `SCIM_${'A'.repeat(49)}`, 'x'.repeat(100_000)])(
    'is not %.30p',
    (text) => {
      expect(isWellFormedToken(text)).toBe(false);
    },
  );

  it('is not one with something before or after it', () => {
    const { token } = createBearerToken();
    for (const text of [`${token} `, ` ${token}`, `${token}\n`, `${token}A`, token.slice(1), token.slice(0, -1)]) {
      expect(isWellFormedToken(text)).toBe(false);
    }
  });
});

describe('authentication', () => {
  it('finds the directory of a token (TQ-40)', async () => {
    const { authenticator, issue, acme } = await setUp();
    const { id, token } = await issue();
    expect(await authenticator.authenticate(token)).toEqual({ ok: true, principal: { directory: acme, tokenId: id } });
  });

  it('keeps two directories apart, each with its own token (OU-2, OU-11)', async () => {
    const { authenticator, issue, acme, umbrella } = await setUp();
    const ofAcme = await issue();
    const ofUmbrella = await issue({ directory: umbrella });
    for (let round = 0; round < 2; round += 1) {
      const [one, other] = await Promise.all([
        authenticator.authenticate(ofAcme.token),
        authenticator.authenticate(ofUmbrella.token),
      ]);
      expect(one).toMatchObject({ ok: true, principal: { directory: { id: acme.id } } });
      expect(other).toMatchObject({ ok: true, principal: { directory: { id: umbrella.id } } });
    }
  });

  it('never asks the store about garbage', async () => {
    const { authenticator, store, issue } = await setUp();
    const { token } = await issue();
    const random = seededRandom(38);
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-';
    const letters = (length: number) => Array.from({ length }, () => alphabet[random(64)]).join('');
    for (let round = 0; round < 600; round += 1) {
      const garbage = [
        letters(random(100)),
        `scim_${letters(49)}`,
        token.slice(0, 10 + random(40)) + letters(5),
        Array.from({ length: random(60) }, () => String.fromCharCode(random(0x10000))).join(''),
      ];
      for (const text of garbage) {
        expect(await authenticator.authenticate(text)).toEqual({ ok: false, reason: 'malformed' });
      }
    }
    expect(store.count('findToken')).toBe(0);
  });

  it('refuses a well-formed token that nobody issued, and remembers that for a while', async () => {
    const { authenticator, store, clock } = await setUp({ cacheSeconds: 5 });
    const { token } = createBearerToken();
    for (let round = 0; round < 5; round += 1) {
      expect(await authenticator.authenticate(token)).toEqual({ ok: false, reason: 'unknown' });
    }
    expect(store.count('findToken')).toBe(1);
    clock.time += 5_000;
    await authenticator.authenticate(token);
    expect(store.count('findToken')).toBe(2);
  });

  it('reads a token once in cacheSeconds, for all requests together', async () => {
    const { authenticator, store, clock, issue } = await setUp({ cacheSeconds: 5 });
    const { token } = await issue();
    for (let second = 0; second < 10; second += 1) {
      await authenticator.authenticate(token);
      await authenticator.authenticate(token);
      clock.time += 1_000;
    }
    expect(store.count('findToken')).toBe(2);
  });

  it('asks the store once for requests that come together', async () => {
    const { authenticator, store, issue } = await setUp();
    const { token } = await issue();
    const results = await Promise.all(Array.from({ length: 50 }, () => authenticator.authenticate(token)));
    expect(new Set(results).size).toBe(1);
    expect(results[0]).toMatchObject({ ok: true });
    expect(store.count('findToken')).toBe(1);
  });

  it('refuses a revoked token within cacheSeconds', async () => {
    const { authenticator, tokens, clock, issue } = await setUp({ cacheSeconds: 5 });
    const { id, token } = await issue();
    expect(await authenticator.authenticate(token)).toMatchObject({ ok: true });
    expect(await tokens.revoke(ACME, id)).toBe(true);
    clock.time += 5_000;
    expect(await authenticator.authenticate(token)).toEqual({ ok: false, reason: 'revoked' });
  });

  it('refuses every token of a disabled directory within cacheSeconds, and accepts them when it is enabled', async () => {
    const { authenticator, directories, clock, issue } = await setUp({ cacheSeconds: 5 });
    const { token } = await issue();
    expect(await authenticator.authenticate(token)).toMatchObject({ ok: true });
    await directories.disable(ACME);
    clock.time += 5_000;
    expect(await authenticator.authenticate(token)).toEqual({ ok: false, reason: 'directory_disabled' });
    await directories.enable(ACME);
    clock.time += 5_000;
    expect(await authenticator.authenticate(token)).toMatchObject({ ok: true });
  });

  it('refuses a deleted token within cacheSeconds', async () => {
    const { authenticator, store, clock, issue } = await setUp({ cacheSeconds: 5 });
    const { token } = await issue();
    await authenticator.authenticate(token);
    store.deleteToken(token);
    clock.time += 5_000;
    expect(await authenticator.authenticate(token)).toEqual({ ok: false, reason: 'unknown' });
  });

  it('refuses an expired token from the very moment on, also out of the cache', async () => {
    const { authenticator, store, clock, issue } = await setUp({ cacheSeconds: 3600 });
    const { token } = await issue({ expiresAt: '2025-06-01T12:00:02.000Z' });
    clock.time = START + 1_999;
    expect(await authenticator.authenticate(token)).toMatchObject({ ok: true });
    clock.time = START + 2_000;
    expect(await authenticator.authenticate(token)).toEqual({ ok: false, reason: 'expired' });
    expect(store.count('findToken')).toBe(1);
  });

  it('takes a record whose expiry it cannot read for expired', async () => {
    const { authenticator, store, acme } = await setUp();
    const { token, hash } = createBearerToken();
    const createdAt = new Date(START).toISOString();
    await store.insertToken({
      id: 't',
      directoryId: acme.id,
      organizationId: 'acme',
      name: 'odd',
      hash,
      createdAt,
      expiresAt: 'next year',
    });
    expect(await authenticator.authenticate(token)).toEqual({ ok: false, reason: 'expired' });
  });

  it('does not lengthen the life of a revoked token when the clock is set back', async () => {
    const { authenticator, tokens, clock, issue } = await setUp();
    const { id, token } = await issue();
    await authenticator.authenticate(token);
    await tokens.revoke(ACME, id);
    clock.time -= 3_600_000;
    expect(await authenticator.authenticate(token)).toEqual({ ok: false, reason: 'revoked' });
  });

  it('asks every time with a cache of no seconds', async () => {
    const { authenticator, tokens, issue } = await setUp({ cacheSeconds: 0 });
    const { id, token } = await issue();
    expect(await authenticator.authenticate(token)).toMatchObject({ ok: true });
    await tokens.revoke(ACME, id);
    expect(await authenticator.authenticate(token)).toEqual({ ok: false, reason: 'revoked' });
  });

  it('gives the failure of the store to all who wait, and asks again for the next', async () => {
    const { authenticator, store, issue } = await setUp();
    const { token } = await issue();
    store.failure = new StorageUnavailableError('the database is restarting');
    const together = await Promise.allSettled([authenticator.authenticate(token), authenticator.authenticate(token)]);
    for (const result of together) expect(result).toEqual({ status: 'rejected', reason: store.failure });
    expect(store.count('findToken')).toBe(1);
    store.failure = undefined;
    expect(await authenticator.authenticate(token)).toMatchObject({ ok: true });
  });

  it('does not fall back on an old record when the store fails', async () => {
    const { authenticator, store, clock, issue } = await setUp({ cacheSeconds: 5 });
    const { token } = await issue();
    await authenticator.authenticate(token);
    clock.time += 5_000;
    store.failure = new StorageUnavailableError('the database is restarting');
    await expect(authenticator.authenticate(token)).rejects.toBe(store.failure);
  });

  it('bounds what it remembers of unknown tokens, without forgetting a good one', async () => {
    const { authenticator, store, issue } = await setUp({ cacheEntries: 10 });
    const { token } = await issue();
    await authenticator.authenticate(token);
    const guesses = Array.from({ length: 200 }, () => createBearerToken().token);
    for (const guess of guesses) await authenticator.authenticate(guess);
    const before = store.count('findToken');
    await authenticator.authenticate(token);
    expect(store.count('findToken')).toBe(before);
    for (const guess of guesses.slice(0, 180)) await authenticator.authenticate(guess);
    expect(store.count('findToken')).toBe(before + 180);
  });

  it('gives requests a principal that none of them can change', async () => {
    const { authenticator, issue } = await setUp();
    const { token } = await issue();
    const result = await authenticator.authenticate(token);
    expect(Object.isFrozen(result)).toBe(true);
    expect(result.ok && Object.isFrozen(result.principal)).toBe(true);
  });
});

describe('the last use of a token', () => {
  it('is noted at most once a minute, at whatever rate requests come', async () => {
    const { authenticator, store, clock, issue } = await setUp();
    const { token } = await issue();
    for (let second = 0; second < 121; second += 1) {
      await Promise.all([authenticator.authenticate(token), authenticator.authenticate(token)]);
      clock.time += 1_000;
    }
    expect(store.touches).toEqual(['2025-06-01T12:00:00.000Z', '2025-06-01T12:01:00.000Z', '2025-06-01T12:02:00.000Z']);
  });

  it('is not noted again by a node that reads what another has noted', async () => {
    const { storage, clock, logger, authenticator, store, issue } = await setUp();
    const { token } = await issue();
    await authenticator.authenticate(token);
    await settle();
    clock.time += 30_000;
    await createAuthenticator({ storage, clock, logger }).authenticate(token);
    expect(store.touches).toHaveLength(1);
  });

  it('is not noted for a token that is refused', async () => {
    const { authenticator, store, tokens, directories, umbrella, issue } = await setUp();
    const { id, token } = await issue();
    const inDisabled = await issue({ directory: umbrella });
    await tokens.revoke(ACME, id);
    await directories.disable({ organizationId: 'umbrella', directoryId: umbrella.id });
    expect(await authenticator.authenticate(token)).toMatchObject({ ok: false });
    expect(await authenticator.authenticate(inDisabled.token)).toMatchObject({ ok: false });
    expect(store.touches).toEqual([]);
  });

  it('keeps no request waiting', async () => {
    const { authenticator, store, issue } = await setUp();
    const { token } = await issue();
    const stored = store.findToken.bind(store);
    store.findToken = async (hash) => {
      const found = await stored(hash);
      store.gate = new Promise(() => undefined);
      return found;
    };
    expect(await authenticator.authenticate(token)).toMatchObject({ ok: true });
    expect(store.touches).toHaveLength(1);
  });

  it('that could not be noted is logged, fails no request, and is not tried again within the minute', async () => {
    const { authenticator, store, logger, clock, issue } = await setUp({ cacheSeconds: 5 });
    const { id, token } = await issue();
    store.touchToken = () => {
      store.touches.push('failed');
      throw new StorageUnavailableError('read only');
    };
    for (let second = 0; second < 59; second += 1) {
      expect(await authenticator.authenticate(token)).toMatchObject({ ok: true });
      clock.time += 1_000;
    }
    await settle();
    expect(store.touches).toEqual(['failed']);
    expect(logger.warnings).toEqual([
      [
        { err: expect.any(StorageUnavailableError), organizationId: 'acme', directoryId: 'acme-1', tokenId: id },
        'the last use of a token was not noted',
      ],
    ]);
  });
});

describe('scopes', () => {
  const principal = (scopes?: readonly string[]) => ({
    directory: {
      id: 'd',
      organizationId: 'o',
      name: 'D',
      kind: 'default',
      hosts: [],
      policy: {},
      cursorKey: 'k',
      createdAt: '2025-01-01T00:00:00.000Z',
    },
    ...(scopes && { scopes }),
  });

  it('that are absent allow everything', () => {
    expect(allows(principal(), 'Users', 'write')).toBe(true);
  });

  it.each([
    [['users'], 'Users', 'write', true],
    [['users'], 'users', 'read', true],
    [['users'], 'Groups', 'read', false],
    [['users:read'], 'Users', 'read', true],
    [['users:read'], 'Users', 'write', false],
    [['users:read', 'groups'], 'Groups', 'write', true],
    [['entitlements'], 'Entitlements', 'write', true],
    [['users'], 'users:read', 'write', false],
    [[], 'Users', 'read', false],
  ] as const)('%j on %p for %p: %p', (scopes, endpoint, access, expected) => {
    expect(allows(principal(scopes), endpoint, access)).toBe(expected);
  });

  it('of a token reach the request', async () => {
    const { authenticator, issue } = await setUp();
    const { token } = await issue({ scopes: ['users:read'] });
    expect(await authenticator.authenticate(token)).toMatchObject({ principal: { scopes: ['users:read'] } });
  });
});

describe('directory tokens (SE-2)', () => {
  it('X-9 show the secret once and keep only its hash', async () => {
    const { tokens, store, issue } = await setUp();
    const { id, token, record } = await issue({ expiresAt: '2026-01-01T00:00:00+01:00', scopes: ['users', 'users'] });
    expect(record).toEqual({
      id,
      directoryId: 'acme-1',
      organizationId: 'acme',
      name: 'Entra',
      scopes: ['users'],
      createdAt: '2025-06-01T12:00:00.000Z',
      expiresAt: '2025-12-31T23:00:00.000Z',
    });
    const kept = await store.listTokens(ACME, ACME.directoryId);
    expect(kept).toEqual([{ ...record, hash: hashOfToken(token) }]);
    expect(await tokens.list(ACME)).toEqual([record]);
  });

  it('AQ-43 OU-12 may be several at once, and revoking one leaves the others', async () => {
    const { authenticator, tokens, issue } = await setUp();
    const old = await issue({ name: 'old' });
    const next = await issue({ name: 'new' });
    expect(await tokens.revoke(ACME, old.id)).toBe(true);
    expect(await authenticator.authenticate(old.token)).toEqual({ ok: false, reason: 'revoked' });
    expect(await authenticator.authenticate(next.token)).toMatchObject({ ok: true });
    expect(await tokens.list(ACME)).toMatchObject([
      { name: 'old', revokedAt: '2025-06-01T12:00:00.000Z' },
      { name: 'new' },
    ]);
  });

  it('cannot be listed or revoked by another organization or directory', async () => {
    const { tokens, authenticator, issue } = await setUp();
    const { id, token } = await issue();
    for (const scope of [
      { organizationId: 'umbrella', directoryId: 'acme-1' },
      { organizationId: 'acme', directoryId: 'umbrella-1' },
    ]) {
      expect(await tokens.revoke(scope, id)).toBe(false);
      expect(await tokens.list(scope)).toEqual([]);
    }
    expect(await authenticator.authenticate(token)).toMatchObject({ ok: true });
  });

  it('say everything that is wrong with a request for one', async () => {
    const { issue } = await setUp();
    expect(await faultsOf(issue({ name: ' ', scopes: ['users', 'Users', 'groups:write'] }))).toEqual({
      name: 'must be a name of 1 to 200 characters, not only blanks, without control characters',
      'scopes[1]': expect.stringContaining('endpoint in lower case'),
      'scopes[2]': expect.stringContaining('endpoint in lower case'),
    });
    expect(await faultsOf(issue({ scopes: [] }))).toEqual({ scopes: expect.stringContaining('leave it out') });
    expect(await faultsOf(issue({ expiresAt: 'tomorrow' }))).toEqual({
      expiresAt: 'must be a time in ISO 8601 such as "2030-01-31T00:00:00Z"',
    });
    expect(await faultsOf(issue({ expiresAt: '2025-06-01T12:00:00Z' }))).toEqual({
      expiresAt: expect.stringContaining('lies in the past'),
    });
  });
});

describe('directories', () => {
  it('get an id, a kind, a cursor key and normalised host names', async () => {
    const { directories } = await setUp();
    const directory = await directories.create({
      organizationId: 'acme',
      name: 'Status page',
      hosts: ['SCIM.Acme.Example.', 'scim.acme.example', 'localhost:3000', '[::1]:3000'],
    });
    expect(directory).toEqual({
      organizationId: 'acme',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'Status page',
      kind: 'default',
      hosts: ['scim.acme.example', 'localhost:3000', '[::1]:3000'],
      policy: {},
      cursorKey: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
      createdAt: '2025-06-01T12:00:00.000Z',
    });
  });

  it('keep the id, kind, resource types and policy that were given', async () => {
    const { directories, store } = await setUp();
    const given = {
      id: 'page_1',
      kind: 'status-page',
      resourceTypes: ['User'],
      policy: { groupNames: 'any' } as const,
    };
    await directories.create({ organizationId: 'acme', name: 'Page', ...given });
    expect(await store.get('page_1')).toMatchObject(given);
  });

  it('say everything that is wrong with a request for one', async () => {
    const { directories } = await setUp();
    const given = {
      organizationId: 'acme',
      name: 'a\u0000b',
      id: 'a/b',
      hosts: ['scim.example', 'https://scim.example/scim', 'bücher.example'],
      host: 'scim.example',
      resourceTypes: [],
    };
    expect(await faultsOf(directories.create(given))).toEqual({
      name: expect.stringContaining('without control characters'),
      id: 'must be 1 to 64 letters, digits, "_" or "-"',
      'hosts[1]': expect.stringContaining('without scheme and path'),
      'hosts[2]': expect.stringContaining('a host name in ASCII'),
      host: 'unknown option "host" — did you mean "hosts"?',
      resourceTypes: 'must be a list of at least one resource type, by name',
    });
  });

  it('say which resource type is meant where a standard one is written differently', async () => {
    const { directories } = await setUp();
    const resourceTypes = ['User', 'Groups', 'Entitlement', 'user'];
    const faults = {
      'resourceTypes[1]': 'unknown resource type "Groups" — did you mean "Group"?',
      'resourceTypes[3]': 'unknown resource type "user" — did you mean "User"?',
    };
    const given = { organizationId: 'acme', name: 'Page', resourceTypes };
    expect(await faultsOf(directories.create(given))).toEqual(faults);
    expect(await faultsOf(directories.update(ACME, { resourceTypes }))).toEqual(faults);
  });

  it('share no id and no host name', async () => {
    const { directories } = await setUp();
    const create = (more: object) => directories.create({ organizationId: 'umbrella', name: 'Copy', ...more });
    await expect(create({ id: 'acme-1' })).rejects.toBeInstanceOf(UniqueConflictError);
    await expect(create({ hosts: ['ACME.example'] })).rejects.toBeInstanceOf(UniqueConflictError);
  });

  it('change only in what is named', async () => {
    const { directories, acme } = await setUp();
    const limited = await directories.update(ACME, { resourceTypes: ['User'], hosts: ['New.Example.:8443'] });
    expect(limited).toEqual({ ...acme, resourceTypes: ['User'], hosts: ['new.example:8443'] });
    expect(await directories.update(ACME, { name: 'Acme 2' })).toEqual({ ...limited, name: 'Acme 2' });
    expect(await directories.update(ACME, { resourceTypes: null, hosts: [], name: 'Acme' })).toEqual({
      ...acme,
      hosts: [],
    });
    expect(await faultsOf(directories.update(ACME, JSON.parse('{"id":"other","cursorKey":"x"}')))).toEqual({
      id: 'unknown option "id"',
      cursorKey: 'unknown option "cursorKey"',
    });
  });

  it('are disabled and enabled again, the first time of disabling stays', async () => {
    const { directories, clock, acme } = await setUp();
    const disabled = { ...acme, disabledAt: '2025-06-01T12:00:00.000Z' };
    expect(await directories.disable(ACME)).toEqual(disabled);
    clock.time += 1_000;
    expect(await directories.disable(ACME)).toEqual(disabled);
    expect(await directories.enable(ACME)).toEqual(acme);
    expect(await directories.enable(ACME)).toEqual(acme);
  });

  it('of another organization are not there', async () => {
    const { directories, store, acme } = await setUp();
    const scope = { organizationId: 'umbrella', directoryId: 'acme-1' };
    expect(await directories.update(scope, { name: 'Mine' })).toBeUndefined();
    expect(await directories.disable(scope)).toBeUndefined();
    expect(await directories.enable(scope)).toBeUndefined();
    expect(await store.get('acme-1')).toEqual(acme);
    expect(await directories.list({ organizationId: 'acme' })).toEqual([acme]);
  });
});

describe('host names', () => {
  it.each([
    ['Scim.Example.COM', 'scim.example.com'],
    ['scim.example.com.', 'scim.example.com'],
    ['scim.example.com.:8443', 'scim.example.com:8443'],
    ['localhost:3000', 'localhost:3000'],
    ['127.0.0.1', '127.0.0.1'],
    ['[::1]:3000', '[::1]:3000'],
    ['', undefined],
    ['.', undefined],
    ['a..b', undefined],
    ['a b', undefined],
    ['user@a.example', undefined],
    ['a.example/x', undefined],
    ['a.example,b.example', undefined],
    ['a.example:port', undefined],
    ['a.example\r\nX: y', undefined],
    ['a.'.repeat(100_000), undefined],
  ])('%.30p becomes %p', (text, expected) => {
    expect(normalizeHost(text)).toBe(expected);
  });
});

describe('the directory that a request addresses', () => {
  it('is found by its id, or by its exact host (QL-5, SE-4)', async () => {
    const { storage, clock, acme } = await setUp();
    const byPath = createDirectoryLocator({ storage, clock, mode: 'path' });
    const byHost = createDirectoryLocator({ storage, clock, mode: 'host' });
    expect(await byPath.locate('acme-1')).toEqual({ ok: true, directory: acme });
    for (const host of ['acme.example', 'ACME.example.']) {
      expect(await byHost.locate(host)).toEqual({ ok: true, directory: acme });
    }
    for (const host of ['evil-acme.example', 'acme.example.evil.example', 'acme.example:8080', 'a acme.example']) {
      expect(await byHost.locate(host)).toEqual({ ok: false, reason: 'unknown' });
    }
  });

  it('is asked of the store once in cacheSeconds, and never for what cannot be an id', async () => {
    const { storage, store, clock } = await setUp();
    const locator = createDirectoryLocator({ storage, clock, mode: 'path', cacheSeconds: 5 });
    await Promise.all([locator.locate('acme-1'), locator.locate('acme-1'), locator.locate('nowhere')]);
    await Promise.all([locator.locate('acme-1'), locator.locate('nowhere')]);
    for (const odd of ['', '../acme-1', 'a\u0000', 'x'.repeat(65), 'acme-1%20']) {
      expect(await locator.locate(odd)).toEqual({ ok: false, reason: 'unknown' });
    }
    expect(store.count('get')).toBe(2);
    clock.time += 5_000;
    await locator.locate('acme-1');
    expect(store.count('get')).toBe(3);
  });

  it('is refused within cacheSeconds once it is disabled', async () => {
    const { storage, directories, clock } = await setUp();
    const locator = createDirectoryLocator({ storage, clock, mode: 'path', cacheSeconds: 5 });
    await locator.locate('acme-1');
    await directories.disable(ACME);
    clock.time += 5_000;
    expect(await locator.locate('acme-1')).toEqual({ ok: false, reason: 'directory_disabled' });
  });

  it('passes on a failure of the store and asks again', async () => {
    const { storage, store, clock } = await setUp();
    const locator = createDirectoryLocator({ storage, clock, mode: 'path' });
    store.failure = new StorageUnavailableError('down');
    await expect(locator.locate('acme-1')).rejects.toBe(store.failure);
    store.failure = undefined;
    expect(await locator.locate('acme-1')).toMatchObject({ ok: true });
  });

  it('must be the one of the token', async () => {
    const { acme, umbrella } = await setUp();
    expect(isAddressedBy(acme, 'path', 'acme-1')).toBe(true);
    expect(isAddressedBy(umbrella, 'path', 'acme-1')).toBe(false);
    expect(isAddressedBy(acme, 'host', 'Acme.Example')).toBe(true);
    expect(isAddressedBy(umbrella, 'host', 'acme.example')).toBe(false);
    expect(isAddressedBy(acme, 'host', 'acme.example, umbrella.example')).toBe(false);
  });
});

import { describe, expect, it } from '@jest/globals';
import {
  createMaintenance,
  createTenantResolver,
  type Logger,
  type OidcTenantEvent,
  type Storage,
  StorageUnavailableError,
  TenantActionError,
} from 'express-sso-scim';
import { createMemoryStorage } from 'express-sso-scim/adapters/memory';
import { faultAt, withFaults } from 'express-sso-scim/testing';
import { DATABASES, openDatabase } from '../support/sql-databases.js';
import {
  ADA,
  createRotatedKeyRing,
  createTenantSite,
  createTestKeyRing,
  DAY,
  OPS,
  START,
} from '../support/tenant-site.js';

const inDays = (days: number, milliseconds = 0) => new Date(START + days * DAY + milliseconds).toISOString();

describe('the reminder of a secret that expires (AQ-28, AQ-29)', () => {
  it('comes two weeks before, to the millisecond, and once', async () => {
    const { active, wait, maintenance, events, tenants } = createTenantSite();
    const { tenant, scope } = await active({ secretExpiresAt: '2027-02-03T10:00:00+02:00' });
    expect(tenant.clientSecrets[0]?.expiresAt).toBe('2027-02-03T08:00:00.000Z');
    wait(16 * DAY - 1);
    await maintenance.runOnce();
    expect(events).toEqual([]);
    wait(1);
    expect(await maintenance.runOnce()).toMatchObject({ eventsTold: 1, eventsFailed: 0 });
    for (const days of [0, 1, 20]) {
      wait(days * DAY);
      await maintenance.runOnce();
    }
    expect(events).toEqual([
      {
        kind: 'oidc-tenant.secret-expiring',
        key: `oidc-tenant.secret-expiring:${tenant.id}:2027-02-03T08:00:00.000Z`,
        organizationId: 'acme',
        tenantId: tenant.id,
        at: inDays(16),
        details: { secretId: tenant.clientSecrets[0]?.id, expiresAt: '2027-02-03T08:00:00.000Z' },
      },
    ]);
    expect((await tenants.history(scope)).items.map(({ kind }) => kind)).toContain('secret-reminder');
  });

  it('comes at once when the date is nearer than two weeks at submission', async () => {
    const { submitted, maintenance, events } = createTenantSite();
    await submitted({ secretExpiresAt: inDays(3) });
    await maintenance.runOnce();
    expect(events).toMatchObject([{ details: { expiresAt: inDays(3) } }]);
  });

  it('comes late rather than never, when nobody did maintenance in time', async () => {
    const { active, wait, maintenance, events } = createTenantSite();
    await active({ secretExpiresAt: inDays(30) });
    wait(40 * DAY);
    await maintenance.runOnce();
    expect(events.filter(({ kind }) => kind === 'oidc-tenant.secret-expiring')).toHaveLength(1);
  });

  it('comes again for another date, and for none does not come', async () => {
    const { active, wait, maintenance, events, tenants } = createTenantSite();
    const { tenant, scope } = await active({ secretExpiresAt: inDays(10) });
    const secretId = tenant.clientSecrets[0]?.id ?? '';
    await maintenance.runOnce();
    await tenants.setSecretExpiry(scope, secretId, inDays(100), ADA);
    wait(20 * DAY);
    await maintenance.runOnce();
    expect(events).toHaveLength(1);
    await tenants.setSecretExpiry(scope, secretId, null, ADA);
    wait(70 * DAY);
    await maintenance.runOnce();
    expect(events).toHaveLength(1);
    await tenants.setSecretExpiry(scope, secretId, inDays(100), ADA);
    await maintenance.runOnce();
    expect(events.map(({ key }) => key)).toEqual([
      expect.stringContaining(inDays(10)),
      expect.stringContaining(inDays(100)),
    ]);
  });

  it('waits while the tenant is disabled, and does not come for one that was rejected', async () => {
    const { active, submitted, wait, maintenance, events, tenants } = createTenantSite();
    const disabled = await active({ secretExpiresAt: inDays(20) });
    await tenants.disable(disabled.scope, OPS);
    const rejected = await submitted({ domains: 'b.example', secretExpiresAt: inDays(5) });
    await tenants.reject(rejected.scope, 'no', OPS);
    wait(10 * DAY);
    await maintenance.runOnce();
    expect(events).toEqual([]);
    await tenants.enable(disabled.scope, OPS);
    await maintenance.runOnce();
    expect(events).toMatchObject([{ tenantId: disabled.tenant.id }]);
  });

  it('is told again after a failure, with the same key, unless the date has gone meanwhile', async () => {
    const { active, wait, maintenance, events, telling, tenants } = createTenantSite();
    const first = await active({ secretExpiresAt: inDays(5) });
    const second = await active({ domains: 'b.example', secretExpiresAt: inDays(6) }, 'b');
    telling.fails = true;
    expect(await maintenance.runOnce()).toMatchObject({ eventsTold: 0, eventsFailed: 2 });
    telling.fails = false;
    expect(await maintenance.runOnce()).toMatchObject({ eventsTold: 0 });
    await tenants.setSecretExpiry(second.scope, second.tenant.clientSecrets[0]?.id ?? '', null, ADA);
    wait(5 * 60_000);
    await maintenance.runOnce();
    expect(events.map(({ key }) => key)).toEqual([`oidc-tenant.secret-expiring:${first.tenant.id}:${inDays(5)}`]);
  });

  it('is told at least once when the process ends between telling and noting it', async () => {
    const base = withFaults(createMemoryStorage(), faultAt({ name: 'outbox.ack', nth: 1 }, { kind: 'fail' }));
    const { active, wait, maintenance, events } = createTenantSite({ base });
    await active({ secretExpiresAt: inDays(5) });
    await expect(maintenance.runOnce()).rejects.toThrow(StorageUnavailableError);
    wait(5 * 60_000);
    await maintenance.runOnce();
    expect(events).toHaveLength(2);
    expect(new Set(events.map(({ key }) => key)).size).toBe(1);
  });

  it('is noted and put into the outbox together: neither without the other', async () => {
    const base = withFaults(createMemoryStorage(), faultAt({ name: 'outbox.enqueue', nth: 1 }, { kind: 'fail' }));
    const { active, wait, maintenance, events } = createTenantSite({ base });
    await active({ secretExpiresAt: inDays(20) });
    wait(10 * DAY);
    await expect(maintenance.runOnce()).rejects.toThrow(StorageUnavailableError);
    await maintenance.runOnce();
    expect(events).toHaveLength(1);
  });
});

describe.each(['memory', ...DATABASES] as const)('maintenance on several nodes at once, on %s', (name) => {
  it('tells each event once, and leaves nothing', async () => {
    const database = name === 'memory' ? undefined : await openDatabase(name);
    try {
      const base: Storage = (await database?.storage()) ?? createMemoryStorage();
      const { active, storage, keyRing, clock, wait, txt } = createTenantSite({ base });
      const tenants = [];
      for (let count = 0; count < 12; count += 1) {
        tenants.push((await active({ domains: `d${count}.example`, secretExpiresAt: inDays(20) }, `o${count}`)).tenant);
      }
      txt.clear();
      wait(7 * DAY);
      const told: OidcTenantEvent[] = [];
      const lookupTxt = async () => [];
      const onEvent = async (event: OidcTenantEvent) => {
        told.push(event);
      };
      const nodes = Array.from({ length: 4 }, () => createMaintenance({ storage, keyRing, clock, lookupTxt, onEvent }));
      await Promise.all(nodes.map((node) => node.runOnce()));
      const expected = tenants.flatMap(({ id }) => [
        `oidc-tenant.domain-missing:${id}`,
        `oidc-tenant.secret-expiring:${id}`,
      ]);
      expect(told.map(({ kind, tenantId }) => `${kind}:${tenantId}`).sort()).toEqual(expected.sort());
      expect(await nodes[0]?.runOnce()).toMatchObject({ tenants: 0, eventsTold: 0, hasMore: false });
    } finally {
      await database?.close();
    }
  });
});

describe('maintenance', () => {
  it('looks up what is due in bounded batches, and says when there is more', async () => {
    const { submitted, maintenance, asked } = createTenantSite();
    for (let count = 0; count < 201; count += 1) await submitted({ domains: `d${count}.example` }, `o${count}`);
    expect(await maintenance.runOnce()).toMatchObject({ tenants: 200, hasMore: true });
    expect(asked).toHaveLength(200);
    expect(await maintenance.runOnce()).toMatchObject({ tenants: 1, hasMore: false });
  });

  it('forgets used keys and ended sessions that are of no use any more', async () => {
    const { storage, maintenance } = createTenantSite();
    const scope = { organizationId: 'acme' };
    await storage.signIns.consumeOnce(scope, 'old', inDays(-2), inDays(-1));
    await storage.signIns.consumeOnce(scope, 'new', inDays(0), inDays(1));
    const ada = { tenantId: 't', issuer: 'https://idp.example', subject: 'ada' };
    await storage.signIns.endSessions(scope, ada, inDays(-2), inDays(-1));
    expect(await maintenance.runOnce()).toMatchObject({ forgotten: 2 });
    expect(await storage.signIns.consumeOnce(scope, 'new', inDays(0), inDays(1))).toBe(false);
  });

  it('goes on with the others when one tenant cannot be written', async () => {
    const base = withFaults(createMemoryStorage(), (call) =>
      call.name === 'oidcTenants.update' && JSON.stringify(call.args[0]).includes('"d0.example"')
        ? { kind: 'fail' }
        : undefined,
    );
    const { submitted, maintenance, tenants } = createTenantSite({ base });
    await submitted({ domains: 'd0.example' });
    const { scope } = await submitted({ domains: 'd1.example' });
    await maintenance.runOnce();
    expect(await tenants.get(scope)).toMatchObject({ domains: [{ found: 'nothing' }] });
  });

  it('waits for no name server longer than five seconds', async () => {
    const { tenants, submitted } = createTenantSite({
      lookupTxt: (_, signal) => new Promise((_resolve, reject) => signal.addEventListener('abort', reject)),
    });
    const { scope } = await submitted({ domains: 'acme.example' });
    const started = Date.now();
    expect(await tenants.checkDomains(scope)).toMatchObject({ domains: [{ found: 'no-answer' }] });
    expect(Date.now() - started).toBeLessThan(20_000);
  });
});

describe('client secrets (AQ-27)', () => {
  const SECRET = 'the secret of acme';

  it('are kept sealed, and are in no answer, history, event or error', async () => {
    const { active, storage, tenants, maintenance, events } = createTenantSite();
    const { tenant, scope } = await active({ secretExpiresAt: inDays(5) });
    await tenants.addSecret(scope, { secret: 'another secret' }, ADA);
    await maintenance.runOnce();
    const record = await storage.oidcTenants.get(tenant.id);
    expect(record?.clientSecrets.map(({ sealed }) => sealed)).toEqual([
      expect.stringMatching(/^v1\.one\./),
      expect.stringMatching(/^v1\.one\./),
    ]);
    const refused = await tenants.addSecret(scope, { secret: SECRET }, ADA).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(TenantActionError);
    const shown = [record, await tenants.get(scope), await tenants.history(scope), events, String(refused)];
    expect(JSON.stringify(shown)).not.toMatch(/the secret of acme|another secret/);
    expect(JSON.stringify([await tenants.get(scope), await tenants.history(scope), events])).not.toContain('v1.one');
  });

  it('do not open at another tenant, nor in the place of another secret', async () => {
    const { active, storage, resolver } = createTenantSite();
    const [mine, theirs] = [await active(), await active({ domains: 'evil.example' }, 'evil')];
    const stolen = (await storage.oidcTenants.get(mine.tenant.id))?.clientSecrets[0];
    const record = await storage.oidcTenants.get(theirs.tenant.id);
    if (!record || !stolen) throw new Error('there is nothing to steal');
    await storage.oidcTenants.update(
      { ...record, clientSecrets: [stolen], version: record.version + 1 },
      record.version,
    );
    await expect(resolver.byId(theirs.tenant.id)).rejects.toThrow(/does not open/);
    expect((await resolver.byId(mine.tenant.id))?.clientSecrets).toEqual([SECRET]);
  });

  it('are two while one takes the place of the other', async () => {
    const { active, tenants, resolver, wait } = createTenantSite();
    const { tenant, scope } = await active();
    const inUse = async () => {
      wait(6_000);
      return (await resolver.byId(tenant.id))?.clientSecrets;
    };
    const [old] = tenant.clientSecrets;
    const added = await tenants.addSecret(scope, { secret: ' new\n', expiresAt: inDays(700) }, ADA);
    expect(await inUse()).toEqual([SECRET, 'new']);
    const third = tenants.addSecret(scope, { secret: 'third' }, ADA);
    await expect(third).rejects.toMatchObject({ reason: 'secrets' });
    const fresh = added?.clientSecrets[1];
    expect(fresh).toMatchObject({ inUse: false, expiresAt: inDays(700) });
    await tenants.promoteSecret(scope, fresh?.id ?? '', ADA);
    expect(await inUse()).toEqual(['new', SECRET]);
    await tenants.removeSecret(scope, old?.id ?? '', ADA);
    expect(await inUse()).toEqual(['new']);
    await expect(tenants.removeSecret(scope, fresh?.id ?? '', ADA)).rejects.toMatchObject({ reason: 'secrets' });
    expect((await tenants.history(scope)).items.slice(0, 3).map(({ kind }) => kind)).toEqual([
      'secret-removed',
      'secret-promoted',
      'secret-added',
    ]);
  });

  it('are sealed anew with the current key by whoever reads them, and by maintenance', async () => {
    const { active, storage, clock, wait } = createTenantSite();
    const [read, unread] = [await active(), await active({ domains: 'b.example' }, 'b')];
    const keyRing = createRotatedKeyRing();
    const keyIds = async () =>
      Promise.all(
        [read, unread].map(async ({ tenant }) =>
          (await storage.oidcTenants.get(tenant.id))?.clientSecrets.map(({ sealed }) => sealed.split('.')[1]),
        ),
      );
    const resolver = createTenantResolver(storage, { keyRing, clock });
    expect(await resolver.byId(read.tenant.id)).toMatchObject({ clientSecrets: [SECRET] });
    expect(await keyIds()).toEqual([['two'], ['one']]);
    wait(2 * DAY);
    await createMaintenance({
      storage,
      keyRing,
      clock,
      lookupTxt: async () => [],
      onEvent: async () => undefined,
    }).runOnce();
    expect(await keyIds()).toEqual([['two'], ['two']]);
    wait(6_000);
    expect(await resolver.byId(read.tenant.id)).toMatchObject({ clientSecrets: [SECRET] });
  });
});

describe('the tenants of a storage, for sign-ins', () => {
  it('come with everything that a sign-in needs', async () => {
    const { active, resolver } = createTenantSite();
    const { tenant } = await active({
      additionalScopes: 'groups',
      trustEmail: true,
      breakGlassEmails: 'a@acme.example',
    });
    expect(await resolver.byDomain('acme.example')).toEqual({
      id: tenant.id,
      organizationId: 'acme',
      authority: 'https://idp.acme.example',
      clientId: 'app',
      clientAuthentication: 'client_secret_post',
      clientSecrets: ['the secret of acme'],
      additionalScopes: ['groups'],
      trustEmail: true,
      provedDomains: ['acme.example'],
    });
  });

  it('are asked for once in five seconds, also those that there are not, so that one that is disabled is soon refused', async () => {
    const base = createMemoryStorage();
    const calls: string[] = [];
    const counted = withFaults(base, ({ name }) => {
      calls.push(name);
      return undefined;
    });
    const site = createTenantSite({ base: counted });
    const { tenant, scope } = await site.active();
    const count = async (work: () => Promise<unknown>) => {
      calls.length = 0;
      await work();
      return calls.length;
    };
    const { resolver, wait, tenants } = site;
    const many = (work: () => Promise<unknown>) => Promise.all(Array.from({ length: 50 }, work));
    expect(await count(() => many(() => resolver.byId(tenant.id)))).toBe(1);
    expect(await count(() => many(() => resolver.byDomain('unknown.example')))).toBe(1);
    wait(4_999);
    expect(await count(() => many(() => resolver.byId(tenant.id)))).toBe(0);
    await tenants.disable(scope, OPS);
    wait(1);
    expect(await resolver.byId(tenant.id)).toBeUndefined();
  });

  it('are not asked for by what is no id and no domain', async () => {
    const site = createTenantSite({ base: withFaults(createMemoryStorage(), faultAt({}, { kind: 'fail' })) });
    for (const id of ['', '../x', 'a b', 'x'.repeat(101), 'a\u0000'])
      expect(await site.resolver.byId(id)).toBeUndefined();
    for (const domain of ['', 'ACME.example', 'acme', 'acme.example.', 'x'.repeat(600), 'a\u0000.example']) {
      expect(await site.resolver.byDomain(domain)).toBeUndefined();
    }
    await expect(site.resolver.byId('tenant')).rejects.toThrow(StorageUnavailableError);
  });

  it('X-9 that cannot be opened are an error, with a line in the log that holds no secret', async () => {
    const { active, storage, clock } = createTenantSite();
    const { tenant } = await active();
    const lines: string[] = [];
    const note = (fields: object, message: string) => lines.push(`${message} ${JSON.stringify(fields)}`);
    const logger: Logger = { debug: note, info: note, warn: note, error: note };
    const stranger = createTenantResolver(storage, { keyRing: createRotatedKeyRing(), clock, logger });
    expect(await stranger.byId(tenant.id)).toBeDefined();
    const lost = createTenantResolver(storage, { keyRing: createTestKeyRing(), clock, logger });
    await expect(lost.byId(tenant.id)).rejects.toThrow(/its key is not in the key ring/);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(tenant.id);
    expect(lines[0]).not.toContain('the secret of acme');
  });
});

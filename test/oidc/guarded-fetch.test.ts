import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { classifyAddress, mayDial } from '../../src/oidc/address-guard.js';
import { createGuardedFetch, type GuardedFetch, type GuardedFetchOptions } from '../../src/oidc/guarded-fetch.js';
import { createCertificate } from '../support/oidc/certificate.js';
import { createLoopbackServer, type LoopbackServer } from '../support/oidc/loopback-server.js';

async function fault(fetch: GuardedFetch, url: string): Promise<unknown> {
  return fetch(url).then(
    () => 'fetched',
    (error: { readonly fault?: string }) => error.fault,
  );
}

/** A name that leads anywhere. */
function leadingTo(...addresses: readonly string[]): GuardedFetchOptions {
  return { lookup: async () => addresses };
}

describe('an address', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['10.0.0.1', 'internal'],
    ['172.16.0.1', 'internal'],
    ['172.31.255.255', 'internal'],
    ['192.168.1.1', 'internal'],
    ['100.64.0.1', 'internal'],
    ['::ffff:10.0.0.1', 'internal'],
    ['fd00::1', 'internal'],
    ['fc00::1', 'internal'],
    ['169.254.169.254', 'special'],
    ['::ffff:169.254.169.254', 'special'],
    ['fe80::1', 'special'],
    ['0.0.0.0', 'special'],
    ['0.1.2.3', 'special'],
    ['::', 'special'],
    ['64:ff9b::7f00:1', 'special'],
    ['64:ff9b:1::1', 'special'],
    ['2002:7f00:1::', 'special'],
    ['2001::1', 'special'],
    ['::127.0.0.1', 'special'],
    ['::8.8.8.8', 'special'],
    ['::ffff:0:127.0.0.1', 'special'],
    ['fec0::1', 'special'],
    ['192.0.2.1', 'special'],
    ['198.51.100.1', 'special'],
    ['203.0.113.1', 'special'],
    ['198.18.0.1', 'special'],
    ['192.0.0.1', 'special'],
    ['2001:db8::1', 'special'],
    ['3fff::1', 'special'],
    ['5f00::1', 'special'],
    ['224.0.0.1', 'special'],
    ['239.255.255.255', 'special'],
    ['ff02::1', 'special'],
    ['240.0.0.1', 'special'],
    ['255.255.255.255', 'special'],
    ['not an address', 'special'],
    ['', 'special'],
    ['93.184.215.14', 'public'],
    ['172.32.0.1', 'public'],
    ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', 'public'],
    ['::ffff:93.184.215.14', 'public'],
  ])('%s is %s', (address, expected) => {
    expect(classifyAddress(address)).toBe(expected);
  });
});

describe('a guarded fetch', () => {
  const guarded = createGuardedFetch({ timeout: 500 });

  it.each([
    'https://127.0.0.1/',
    'https://0x7f.0.0.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://127.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://10.1.2.3/',
    'https://169.254.169.254/latest/meta-data/',
    'https://100.64.0.1/',
    'https://0.0.0.0/',
    'https://0/',
    'https://[::]/',
    'https://[fd00::1]/',
    'https://[64:ff9b::10.0.0.1]/',
    'https://[2002:a00:1::]/',
    'https://192.0.2.1/',
    'https://224.0.0.1/',
    'https://①②⑦.0.0.1/',
  ])('does not dial %s', async (url) => {
    expect(await fault(guarded, url)).toBe('address');
  });

  it.each([
    'http://idp.example/',
    'http://127.0.0.1/',
    'ftp://idp.example/',
    'file:///etc/passwd',
    'data:application/json,{}',
    'https://user@idp.example/',
    'https://user:password@idp.example/',
    'https://',
    'idp.example',
    '',
  ])('does not take %p for a URL of a provider', async (url) => {
    expect(await fault(guarded, url)).toBe('url');
  });

  it.each([
    ['a name that leads to loopback', ['127.0.0.1']],
    ['a name with one good and one bad address', ['93.184.215.14', '10.0.0.1']],
    ['a name with a bad address in IPv6', ['93.184.215.14', '::1']],
    ['an answer that is no address', ['evil.example']],
    ['an answer with a zone', ['fe80::1%eth0']],
  ])('refuses %s', async (_name, addresses) => {
    expect(await fault(createGuardedFetch(leadingTo(...addresses)), 'https://idp.example/')).toBe('address');
  });

  it('says that a name does not exist', async () => {
    expect(await fault(createGuardedFetch(leadingTo()), 'https://idp.example/')).toBe('name');
    const failing = async () => {
      throw Object.assign(new Error('queryA'), { code: 'ENOTFOUND' });
    };
    expect(await fault(createGuardedFetch({ lookup: failing }), 'https://idp.example/')).toBe('name');
  });

  it('waits no longer than its limit for a name server', async () => {
    const silent = () => new Promise<never>(() => undefined);
    expect(await fault(createGuardedFetch({ lookup: silent, timeout: 50 }), 'https://idp.example/')).toBe('timeout');
  });

  it('goes on refusing what else is not public when inside hosts are named', async () => {
    for (const special of ['127.0.0.1', '169.254.169.254']) {
      const pointing = createGuardedFetch({ ...leadingTo(special), internalHosts: ['idp.corp.example'] });
      expect(await fault(pointing, 'https://idp.corp.example/')).toBe('address');
    }
  });
});

describe('a host inside', () => {
  const permissions = { internalHosts: new Set(['idp.corp.example', '10.0.0.1', '[fd00::1]']), loopback: false };

  it.each([
    ['10.0.0.1', 'idp.corp.example', true],
    ['10.0.0.1', '10.0.0.1', true],
    ['fd00::1', '[fd00::1]', true],
    ['93.184.215.14', 'idp.example', true],
    ['10.0.0.2', '10.0.0.2', false],
    ['10.0.0.1', 'other.corp.example', false],
    ['10.0.0.1', 'idp.corp.example.evil.example', false],
    ['127.0.0.1', 'idp.corp.example', false],
    ['169.254.169.254', 'idp.corp.example', false],
  ])('at %s under the name %s may be dialled: %s', (address, host, expected) => {
    expect(mayDial(address, host, permissions)).toBe(expected);
  });
});

describe('a guarded fetch and a server with TLS', () => {
  const certificate = createCertificate(['idp.example', '127.0.0.1']);
  const stale = createCertificate(['idp.example'], 2021);
  let server: LoopbackServer;
  let trusting: GuardedFetch;
  let lookups: string[] = [];

  beforeAll(async () => {
    server = await createLoopbackServer(certificate);
    trusting = fetchWith({ certificateAuthorities: [certificate.cert] });
  });

  afterEach(() => {
    lookups = [];
  });

  afterAll(() => server.close());

  function fetchWith(options: GuardedFetchOptions): GuardedFetch {
    return createGuardedFetch({
      unsafeLoopback: true,
      timeout: 20_000,
      lookup: async (host) => {
        lookups.push(host);
        return ['127.0.0.1'];
      },
      ...options,
    });
  }

  const at = (path: string, host = 'idp.example') => `https://${host}:${server.port}${path}`;

  it('looks the name up once and dials what it checked', async () => {
    const response = await trusting(at('/json'));
    expect(await response.json()).toMatchObject({ path: '/json', headers: { host: `idp.example:${server.port}` } });
    expect(lookups).toEqual(['idp.example']);
  });

  it('sends a form as it is told', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const response = await trusting(at('/form'), { method: 'POST', headers, body: 'a=ä' });
    expect(await response.json()).toMatchObject({
      method: 'POST',
      headers: { 'content-length': '4', 'accept-encoding': 'identity' },
    });
  });

  it('gives no connection to a later look-up', async () => {
    let address = '127.0.0.1';
    const rebinding = fetchWith({ certificateAuthorities: [certificate.cert], lookup: async () => [address] });
    await rebinding(at('/json'));
    address = '10.0.0.1';
    expect(await fault(rebinding, at('/json'))).toBe('address');
  });

  it('refuses certificates that it does not know, of another host, or out of date', async () => {
    expect(await fault(fetchWith({}), at('/json'))).toBe('certificate');
    expect(await fault(trusting, at('/json', 'other.example'))).toBe('certificate');
    const old = await createLoopbackServer(stale);
    const fetch = fetchWith({ certificateAuthorities: [stale.cert] });
    expect(await fault(fetch, `https://idp.example:${old.port}/json`)).toBe('certificate');
    await old.close();
  });

  it.each([
    ['/endless', 'size'],
    ['/announced', 'size'],
    ['/redirect', 'redirect'],
    ['/packed', 'encoding'],
    ['/cut', 'connection'],
    ['/garbage', 'answer'],
  ])('gives up on %s: %s', async (path, expected) => {
    expect(await fault(trusting, at(path))).toBe(expected);
  });

  it.each(['/silent', '/drip'])('waits for %s no longer than its limit', async (path) => {
    const hasty = fetchWith({ certificateAuthorities: [certificate.cert], timeout: 200 });
    const begun = performance.now();
    expect(await fault(hasty, at(path))).toBe('timeout');
    expect(performance.now() - begun).toBeLessThan(5000);
  });

  it('never follows a redirect', async () => {
    const before = server.paths.length;
    await fault(trusting, at('/redirect'));
    expect(server.paths.slice(before)).toEqual(['/redirect']);
  });

  it('speaks TLS to a server that does not: refused', async () => {
    const plain = await createLoopbackServer();
    expect(['certificate', 'connection']).toContain(await fault(trusting, `https://127.0.0.1:${plain.port}/json`));
    await plain.close();
  });

  it('speaks plain http on loopback alone, when told', async () => {
    const plain = await createLoopbackServer();
    expect((await trusting(`${plain.origin}/json`)).status).toBe(200);
    const bySystem = createGuardedFetch({ unsafeLoopback: true });
    expect((await bySystem(`http://localhost:${plain.port}/json`)).status).toBe(200);
    const elsewhere = createGuardedFetch({ unsafeLoopback: true, ...leadingTo('93.184.215.14') });
    expect(await fault(elsewhere, 'http://idp.example/')).toBe('url');
    await plain.close();
  });

  it('names neither path nor query in its error', async () => {
    const error = await trusting(at('/redirect?secret=1')).catch((thrown: unknown) => thrown);
    expect(String(error)).toBe('GuardedFetchError: redirect (idp.example)');
  });
});

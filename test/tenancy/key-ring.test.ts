import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, createKeyRing, type KeyRingOptions } from 'express-sso-scim';

const [first, second] = [randomBytes(32).toString('base64url'), randomBytes(48).toString('base64url')];
const sealer = createKeyRing({ writeWith: '2026-11', keys: { '2026-11': first } }).sealer('client-secrets');
const sealed = sealer.seal('s3cret ☃', 'tenant-a:clientSecret');

function faultsOf(options: unknown): readonly string[] {
  try {
    createKeyRing(options as KeyRingOptions);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message.split('\n').slice(1);
  }
}

describe('a sealed text', () => {
  it('opens under the binding that it was sealed with', () => {
    expect(sealer.open(sealed, 'tenant-a:clientSecret')).toBe('s3cret ☃');
    expect(sealer.open(sealer.seal('', 'b'), 'b')).toBe('');
  });

  it('shows its version and the id of its key, and is another one each time', () => {
    expect(sealed).toMatch(/^v1\.2026-11\.[\w-]{16}\.[\w-]+\.[\w-]{22}$/);
    expect(sealed).not.toContain('s3cret');
    expect(sealer.seal('s3cret ☃', 'tenant-a:clientSecret')).not.toBe(sealed);
  });

  it.each(['tenant-b:clientSecret', 'tenant-a:privateKey', 'tenant-a:clientSecre', ''])(
    'does not open where it was moved to: %j',
    (binding) => {
      expect(sealer.open(sealed, binding)).toBeUndefined();
    },
  );

  it('does not open when any of its characters is another one', () => {
    const opened = [...sealed].flatMap((character, index) => {
      const other = character === 'A' ? 'B' : 'A';
      return sealer.open(sealed.slice(0, index) + other + sealed.slice(index + 1), 'tenant-a:clientSecret') ?? [];
    });
    expect(opened).toEqual([]);
  });

  it('does not open when its tag is cut, or it is spelled otherwise', () => {
    const parts = sealed.split('.');
    const tag = Buffer.from(parts[4] ?? '', 'base64url');
    const withTag = (text: string) => [...parts.slice(0, 4), text].join('.');
    const last = (parts[4] ?? '').slice(-1);
    // The last of 22 characters carries two bits of the tag: others of it say the same.
    const twin = String.fromCharCode(last.charCodeAt(0) + 1);
    for (const text of [
      withTag(tag.subarray(0, 12).toString('base64url')),
      withTag(tag.subarray(0, 4).toString('base64url')),
      withTag(''),
      withTag((parts[4] ?? '').slice(0, -1) + twin),
      `${sealed}=`,
      `${sealed}\n`,
      parts.slice(0, 4).join('.'),
      sealed.replace('v1', 'v2'),
      '',
    ]) {
      expect([text, sealer.open(text, 'tenant-a:clientSecret')]).toEqual([text, undefined]);
    }
  });

  it('does not open for another purpose', () => {
    const ring = createKeyRing({ writeWith: '2026-11', keys: { '2026-11': first } });
    expect(ring.sealer('login-cookie').open(sealed, 'tenant-a:clientSecret')).toBeUndefined();
    expect(ring.sealer('client-secrets').open(sealed, 'tenant-a:clientSecret')).toBe('s3cret ☃');
  });
});

describe('a change of keys (security row 11)', () => {
  const both = { '2026-11': first, '2027-05': second };
  const prepared = createKeyRing({ writeWith: '2026-11', keys: both }).sealer('client-secrets');
  const changed = createKeyRing({ writeWith: '2027-05', keys: both }).sealer('client-secrets');

  it('opens what an older key has sealed, and says that it is not the current one', () => {
    expect(changed.open(sealed, 'tenant-a:clientSecret')).toBe('s3cret ☃');
    expect([changed.isCurrent(sealed), prepared.isCurrent(sealed)]).toEqual([false, true]);
    expect(changed.isCurrent(changed.seal('s', 'b'))).toBe(true);
  });

  it('is read by every node that has been given the key, before one seals with it', () => {
    expect(prepared.open(changed.seal('new', 'b'), 'b')).toBe('new');
  });

  it('opens nothing of a key that is gone, nor of a key that only has the same id', () => {
    const without = createKeyRing({ writeWith: '2027-05', keys: { '2027-05': second } }).sealer('client-secrets');
    const swapped = createKeyRing({ writeWith: '2026-11', keys: { '2026-11': second } }).sealer('client-secrets');
    expect(without.open(sealed, 'tenant-a:clientSecret')).toBeUndefined();
    expect(swapped.open(sealed, 'tenant-a:clientSecret')).toBeUndefined();
  });
});

describe('createKeyRing', () => {
  it('refuses at the start an id that names no key, and says which there are', () => {
    expect(faultsOf({ writeWith: '2027', keys: { a: first, b: second } })).toEqual([
      '  writeWith: names no key; the keys are a, b',
    ]);
    expect(faultsOf({ writeWith: 'constructor', keys: { a: first } })).toHaveLength(1);
  });

  it.each([
    [{ writeWith: 'a', keys: {} }, /keys: must/],
    [{ writeWith: 'a', keys: { a: first.slice(0, 42) } }, /keys\.a: must be 32 random bytes/],
    [{ writeWith: 'a', keys: { a: `${first}=` } }, /keys\.a: must be 32 random bytes/],
    [{ writeWith: 'a', keys: { a: '' } }, /keys\.a: must be 32 random bytes/],
    [{ writeWith: 'a', keys: { a: first, 'b.c': second } }, /keys: ids must be/],
    [{ keys: { a: first } }, /writeWith: is missing/],
  ])('refuses what is no key ring: %#', (options, fault) => {
    expect(faultsOf(options).join('\n')).toMatch(fault);
  });

  it('shows no key in an error, not even one that stands in the place of its id', () => {
    const faults = [
      { writeWith: 'x', keys: { a: first } },
      { writeWith: first, keys: { a: second } },
      { writeWith: 'a', keys: { [first]: 'a' } },
      { writeWith: 'a', keys: { a: `${first}!` } },
      { writeWith: 'a', keys: [first] },
      { writeWith: 'a', key: first },
    ].map((options) => faultsOf(options).join('\n'));
    expect(faults.filter((text) => text === '' || text.includes(first))).toEqual([]);
  });
});

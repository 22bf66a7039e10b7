import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { ConfigurationError, createOptionsValidator } from './configuration.js';
import type { ConfigurationFault } from './option-faults.js';

/**
 * The application's keys: what the library seals, it seals with them. To change a key, first add the new one on every
 * node, then name it in `writeWith`, and remove the old one when nothing sealed with it is left.
 */
export interface KeyRingOptions {
  /** The id of the key that seals. All keys open. */
  readonly writeWith: string;
  /** By id: 32 random bytes or more as base64url, e.g. `crypto.randomBytes(32).toString('base64url')`. */
  readonly keys: Readonly<Record<string, string>>;
}

/** Seals texts for one purpose: what is sealed for another, or under another binding, does not open. */
export interface Sealer {
  /** `binding` says what the text belongs to, e.g. a tenant and a field. It is not part of the sealed text. */
  seal(text: string, binding: string): string;
  /** `undefined` for everything that was not sealed here, by one of the keys, under this binding. */
  open(sealed: string, binding: string): string | undefined;
  /** Whether the key that seals now has sealed it; if not, seal it again when you come by. */
  isCurrent(sealed: string): boolean;
}

/** The keys of an application. Each purpose has keys of its own, derived by HKDF (RFC 5869). */
export interface KeyRing {
  sealer(purpose: string): Sealer;
}

/** Shorter than any key, so that a key in the place of an id is noticed. */
const KEY_ID = '[A-Za-z0-9_-]{1,32}';
const WHOLE_KEY_ID = new RegExp(`^${KEY_ID}$`);
const KEY = /^[\w-]{43,}$/;
const SEALED = new RegExp(`^v1\\.(${KEY_ID})\\.([\\w-]{16})\\.([\\w-]*)\\.([\\w-]{22})$`);

const parseKeyRingOptions = createOptionsValidator<KeyRingOptions>('createKeyRing', {
  required: ['writeWith', 'keys'],
  properties: {
    writeWith: { type: 'string', description: 'the id of one of the keys' },
    keys: { type: 'object', minProperties: 1, maxProperties: 20 },
  },
});

/**
 * Creates a {@link KeyRing} that seals with AES-256-GCM.
 *
 * @example
 * const keyRing = createKeyRing({ writeWith: '2026-11', keys: { '2026-11': process.env['SSO_KEY'] ?? '' } });
 *
 * @throws {ConfigurationError} when a key is too short or `writeWith` names none.
 */
export function createKeyRing(options: KeyRingOptions): KeyRing {
  const { writeWith, keys } = parseKeyRingOptions(options);
  const faults = faultsOf(writeWith, keys);
  if (faults.length > 0) throw new ConfigurationError('createKeyRing', faults);
  return {
    sealer(purpose) {
      const derived = new Map(Object.entries(keys).map(([id, secret]) => [id, deriveKey(secret, purpose)]));
      return createSealer(writeWith, derived);
    },
  };
}

/** By hand: what names a fault must not be a key that stands where its id belongs. */
function faultsOf(writeWith: string, keys: KeyRingOptions['keys']): readonly ConfigurationFault[] {
  const ids = Object.keys(keys);
  const faults = Object.entries(keys).flatMap(([id, key]: [string, unknown]): readonly ConfigurationFault[] => {
    if (!WHOLE_KEY_ID.test(id)) return [{ path: 'keys', message: 'ids must be 1 to 32 letters, digits, "_" or "-"' }];
    const isKey = typeof key === 'string' && KEY.test(key);
    return isKey ? [] : [{ path: `keys.${id}`, message: 'must be 32 random bytes or more as base64url' }];
  });
  if (faults.length > 0 || Object.hasOwn(keys, writeWith)) return faults;
  return [{ path: 'writeWith', message: `names no key; the keys are ${ids.join(', ')}` }];
}

function deriveKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', Buffer.from(secret, 'base64url'), '', purpose, 32));
}

function createSealer(writeWith: string, keys: ReadonlyMap<string, Buffer>): Sealer {
  return {
    seal(text, binding) {
      const key = keys.get(writeWith);
      if (!key) throw new Error(`no key ${writeWith}`);
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(associatedData(writeWith, binding));
      const encrypted = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return ['v1', writeWith, ...[iv, encrypted, cipher.getAuthTag()].map(toText)].join('.');
    },

    open(sealed, binding) {
      const [, id = '', iv = '', encrypted = '', tag = ''] = SEALED.exec(sealed) ?? [];
      const key = keys.get(id);
      // One sealed text has one spelling: whoever remembers it must not meet it in another.
      if (!key || ![iv, encrypted, tag].every(isCanonical)) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, toBytes(iv), { authTagLength: 16 });
      decipher.setAAD(associatedData(id, binding)).setAuthTag(toBytes(tag));
      try {
        return Buffer.concat([decipher.update(toBytes(encrypted)), decipher.final()]).toString('utf8');
      } catch {
        return undefined;
      }
    },

    isCurrent: (sealed) => sealed.startsWith(`v1.${writeWith}.`),
  };
}

function associatedData(keyId: string, binding: string): Buffer {
  return Buffer.from(`${keyId}\0${binding}`);
}

const toText = (bytes: Buffer) => bytes.toString('base64url');
const toBytes = (text: string) => Buffer.from(text, 'base64url');
const isCanonical = (text: string) => toText(toBytes(text)) === text;

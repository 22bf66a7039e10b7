import { createHmac, generateKeyPairSync, type JsonWebKey, type KeyObject, sign } from 'node:crypto';

/** A key pair of a provider. */
export interface SigningKey {
  readonly kid: string;
  readonly algorithm: 'RS256' | 'PS256' | 'ES256' | 'EdDSA';
  readonly privateKey: KeyObject;
  /** The public half, as a JSON Web Key. */
  readonly jwk: JsonWebKey & { readonly kid: string; readonly alg: string; readonly use: string };
}

/** Creates a key pair. */
export function createSigningKey(kid: string, algorithm: SigningKey['algorithm'] = 'ES256'): SigningKey {
  const { privateKey, publicKey } = generatePair(algorithm);
  return {
    kid,
    algorithm,
    privateKey,
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: algorithm, use: 'sig' },
  };
}

function generatePair(algorithm: SigningKey['algorithm']): { privateKey: KeyObject; publicKey: KeyObject } {
  if (algorithm === 'ES256') return generateKeyPairSync('ec', { namedCurve: 'P-256' });
  if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}

/** Signs any header and payload, sense or nonsense. Without a key the signature is empty. */
export function signJwt(header: object, payload: unknown, key: SigningKey | string | undefined): string {
  return signText(JSON.stringify(header), JSON.stringify(payload), key);
}

/** Signs texts that are no JSON that a program would write. */
export function signText(header: string, payload: string, key: SigningKey | string | undefined): string {
  const signed = [header, payload].map((text) => Buffer.from(text).toString('base64url')).join('.');
  return `${signed}.${key === undefined ? '' : signatureOf(signed, key)}`;
}

function signatureOf(text: string, key: SigningKey | string): string {
  if (typeof key === 'string') return createHmac('sha256', key).update(text).digest('base64url');
  const { algorithm, privateKey } = key;
  if (algorithm === 'EdDSA') return sign(null, Buffer.from(text), privateKey).toString('base64url');
  if (algorithm === 'ES256') {
    return sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
  }
  const options = algorithm === 'PS256' ? { key: privateKey, padding: 6, saltLength: 32 } : { key: privateKey };
  return sign('sha256', Buffer.from(text), options).toString('base64url');
}

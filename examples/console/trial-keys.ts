import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { readKept, writeKept } from './kept-file.js';

/** What a trial identity provider is known by. */
export interface ProviderKeys {
  /** Where it listens: part of its issuer, by which people are remembered. 0 until it has one. */
  readonly port: number;
  readonly clientSecret: string;
  /** Signs its ID Tokens. */
  readonly signingKey: JsonWebKey;
  readonly cookieKey: string;
}

/** What the example would have in its configuration, if it ran anywhere but on a developer's machine. */
interface TrialKeys {
  /** Seals client secrets and sign-ins under way. */
  readonly applicationKey: string;
  /** Signs the cookies of sessions. */
  readonly sessionSecret: string;
  /** By organization. */
  readonly providers: Readonly<Record<string, ProviderKeys>>;
}

/** Gives the keys that an earlier start has made, or new ones. @throws {StartError} */
export async function openTrialKeys(file: string, organizationIds: readonly string[]): Promise<TrialKeys> {
  const kept = await readKept(file, 'trial keys', areTrialKeys);
  if (kept && organizationIds.every((id) => kept.providers[id])) return kept;
  const providers = Object.fromEntries(organizationIds.map((id) => [id, kept?.providers[id] ?? newProviderKeys()]));
  const applicationKey = kept?.applicationKey ?? random();
  const sessionSecret = kept?.sessionSecret ?? random();
  const keys = { applicationKey, sessionSecret, providers };
  await keepTrialKeys(file, keys);
  return keys;
}

/** @throws {StartError} when the file cannot be written. */
export async function keepTrialKeys(file: string, keys: TrialKeys): Promise<void> {
  await writeKept(file, keys);
}

function newProviderKeys(): ProviderKeys {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const signingKey = { ...privateKey.export({ format: 'jwk' }), kid: random().slice(0, 8), alg: 'RS256', use: 'sig' };
  return { port: 0, clientSecret: random(), signingKey, cookieKey: random() };
}

function random(): string {
  return randomBytes(32).toString('base64url');
}

function areTrialKeys(value: unknown): value is TrialKeys {
  const { applicationKey, sessionSecret, providers } = (value ?? {}) as Partial<TrialKeys>;
  if (typeof providers !== 'object' || providers === null) return false;
  const texts = [applicationKey, sessionSecret, ...Object.values(providers).map((each) => each?.clientSecret)];
  return texts.every((text) => typeof text === 'string' && /^[\w-]{43}$/.test(text));
}

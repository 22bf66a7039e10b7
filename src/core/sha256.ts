import { createHash, hash } from 'node:crypto';

/** SHA-256 of the text in UTF-8, hexadecimal in lower case. */
export function sha256(text: string): string {
  return hash('sha256', text, 'hex');
}

/** The same of a text that comes in parts. */
export interface GrowingSha256 {
  add(part: string): void;
  /** Ends it. */
  digest(): string;
}

export function createSha256(): GrowingSha256 {
  const growing = createHash('sha256');
  return { add: (part) => void growing.update(part), digest: () => growing.digest('hex') };
}

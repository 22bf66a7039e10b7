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

/** Handing over a part costs more than hashing it, so that many small ones go together. */
const HANDED_OVER = 8192;

export function createSha256(): GrowingSha256 {
  const growing = createHash('sha256');
  let waiting = '';
  return {
    add(part) {
      waiting += part;
      if (waiting.length < HANDED_OVER) return;
      growing.update(waiting);
      waiting = '';
    },
    digest: () => growing.update(waiting).digest('hex'),
  };
}

/** The `code` of an error of a driver or of Node.js; empty when there is none. */
export function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}

export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : '';
}

const LOST = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

/** Whether the network, or Kysely after its end, says that nobody is there. */
export function isLostConnection(thrown: unknown): boolean {
  return LOST.has(codeOf(thrown)) || messageOf(thrown) === 'driver has already been destroyed';
}

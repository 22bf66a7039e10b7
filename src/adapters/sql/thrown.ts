/** The `code` of an error of a driver or of Node.js, from whatever realm; empty when there is none. */
export function codeOf(thrown: unknown): string {
  return textOf(thrown, 'code');
}

export function messageOf(thrown: unknown): string {
  return textOf(thrown, 'message');
}

function textOf(thrown: unknown, name: string): string {
  const text = typeof thrown === 'object' && thrown !== null ? Reflect.get(thrown, name) : undefined;
  return typeof text === 'string' ? text : '';
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

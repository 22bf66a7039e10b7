const LONGEST = 512;

/**
 * The place inside the application that a link asks to return to, as path, query and fragment; `undefined` for every
 * other. What browsers and URL parsers read differently is refused: backslashes, blanks, control characters, two slashes
 * at the front, also where they come out only after dots are resolved.
 *
 * @param target a path, or an address with the origin of the application
 */
export function safeReturnTo(target: string | undefined, baseUrl: string): string | undefined {
  if (target === undefined || Buffer.byteLength(target) > LONGEST || /[\s\p{C}\\]/u.test(target)) return undefined;
  const { origin } = new URL(baseUrl);
  if (!isPath(target) && !target.startsWith(`${origin}/`)) return undefined;
  if (!URL.canParse(target, origin)) return undefined;
  const resolved = new URL(target, origin);
  const path = `${resolved.pathname}${resolved.search}${resolved.hash}`;
  // Non-ASCII text grows when it is encoded.
  if (resolved.origin !== origin || !isPath(path) || Buffer.byteLength(path) > LONGEST) return undefined;
  return new URL(path, origin).href === `${origin}${path}` ? path : undefined;
}

function isPath(text: string): boolean {
  return text.startsWith('/') && !text.startsWith('//');
}

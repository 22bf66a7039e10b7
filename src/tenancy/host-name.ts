/** What a host name looks like in ASCII, with a port where one is used: the source of a regular expression. */
export const HOST_PATTERN = '^(?:[A-Za-z0-9_-]+(?:\\.[A-Za-z0-9_-]+)*\\.?|\\[[0-9A-Fa-f:.]+\\])(?::[0-9]{1,5})?$';

const HOST = new RegExp(HOST_PATTERN);
const LONGEST_HOST = 260;

/**
 * A host name in the form in which directories keep it: lower case, no dot at the end, port as it is. `undefined` when
 * the text is no host name; `text` may come straight from a `Host` header.
 */
export function normalizeHost(text: string): string | undefined {
  if (text.length > LONGEST_HOST || !HOST.test(text)) return undefined;
  return text.toLowerCase().replace(/\.(?=:|$)/, '');
}

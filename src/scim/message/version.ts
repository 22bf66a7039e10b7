import { ScimError } from '../error.js';

/**
 * Versions of resources as entity tags (RFC 7644 section 3.14): `W/"7"`, and `W/"7-1k3f9z2"` where the answer shows
 * something that is not part of the resource's own version, such as the groups of a user. So a conditional GET never
 * hides a change of groups, while `If-Match` of a write looks at the resource alone and a group push does not disturb it.
 */
export function entityTag(version: number, shownBesides?: number): string {
  return shownBesides === undefined ? `W/"${version}"` : `W/"${version}-${(shownBesides >>> 0).toString(36)}"`;
}

/** FNV-1a, 32 bits, by UTF-16 units: tells apart two states of one short text, nothing more. */
export function fingerprint(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash;
}

/** The fingerprint of several texts in their order, of the fingerprint of those before and that of the next one. */
export function fingerprintWith(before: number, next: number): number {
  return Math.imul(before ^ next, 0x01000193);
}

/** Whether `If-None-Match` names what would be answered. */
export function isNotModified(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === '*' || tags(ifNoneMatch).includes(opaque(etag));
}

/** @throws {ScimError} 412 when `If-Match` is given and names neither this version nor any. */
export function requireMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  if (tags(ifMatch).some((tag) => tag.split('-', 1)[0] === String(version))) return;
  throw new ScimError(412, undefined, 'The resource has changed meanwhile. Read it again and repeat the request.');
}

function tags(header: string): readonly string[] {
  return header.split(',', 100).map(opaque);
}

function opaque(tag: string): string {
  return tag.trim().replace(/^(?:W\/)?"?|"$/g, '');
}

import { sha256 } from '../core/sha256.js';
import type { Directory } from '../storage/directory-store.js';
import type { JsonSchema } from './admin-route.js';
import type { AdminSite } from './admin-site.js';

/** What may be shown of a directory: not the key of its cursors. */
export interface DirectoryAnswer extends Omit<Directory, 'cursorKey'> {
  /** What the identity provider is told. */
  readonly baseUrl: string;
  /** Another one after each change; for the form that changes it. */
  readonly version: string;
}

export const DIRECTORY_VERSION: JsonSchema = {
  type: 'string',
  maxLength: 64,
  description: 'the version that was read',
};

export function directoryAnswer({ scimUrl }: AdminSite, { cursorKey: _, ...directory }: Directory): DirectoryAnswer {
  const version = sha256(JSON.stringify(directory)).slice(0, 16);
  return { ...directory, baseUrl: scimUrl(directory), version };
}

import { createDirectoryTokens, type Directory, type DirectoryToken, type Storage } from 'express-sso-scim';
import { readKept, writeKept } from './kept-file.js';

/** A token as the example keeps it, and the record by which the storage knows it. */
interface TrialToken {
  readonly token: string;
  readonly record: DirectoryToken;
}

/**
 * Gives each directory a token that stays the same over restarts, by directory id.
 *
 * The library never keeps a token: an application shows it once. The example prints its tokens at each start, so it
 * keeps them in a file that only its owner may read. Do not copy this.
 * @throws {StartError} when the file cannot be written or read.
 */
export async function openTrialTokens(
  file: string,
  storage: Storage,
  directories: readonly Directory[],
): Promise<ReadonlyMap<string, string>> {
  const kept = (await readKept(file, 'trial tokens', areTrialTokens)) ?? [];
  const tokens: TrialToken[] = [];
  for (const directory of directories) {
    const known = kept.find(({ record }) => record.directoryId === directory.id);
    if (known && !(await isKept(storage, known.record))) await storage.directories.insertToken(known.record);
    tokens.push(known ?? (await issueToken(storage, directory)));
  }
  if (tokens.some((token) => !kept.includes(token))) await writeKept(file, tokens);
  return new Map(tokens.map(({ token, record }) => [record.directoryId, token]));
}

/** Not when the file is older than the database, or the database another one than before. */
async function isKept({ directories }: Storage, { hash }: DirectoryToken): Promise<boolean> {
  return (await directories.findToken(hash)) !== undefined;
}

async function issueToken(storage: Storage, directory: Directory): Promise<TrialToken> {
  const { id, token } = await createDirectoryTokens({ storage }).issue({ directory, name: 'Trial' });
  const records = await storage.directories.listTokens(directory, directory.id);
  const record = records.find((each) => each.id === id);
  if (!record) throw new Error(`the token ${id} has just been issued and is not there`);
  return { token, record };
}

function areTrialTokens(value: unknown): value is readonly TrialToken[] {
  return Array.isArray(value) && value.every(isTrialToken);
}

function isTrialToken(value: unknown): value is TrialToken {
  const { token, record } = (value ?? {}) as Partial<TrialToken>;
  return typeof token === 'string' && typeof record?.directoryId === 'string' && typeof record.hash === 'string';
}

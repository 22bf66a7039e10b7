import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { codeOf, StartError, unusableFolder } from './start-error.js';

/**
 * Reads what an earlier start has kept in a file; `undefined` when there is none.
 * @param what the content, in the plural, for the person who has to delete another one
 * @throws {StartError} when the file cannot be read, or holds something else.
 */
export async function readKept<T>(
  file: string,
  what: string,
  isContent: (value: unknown) => value is T,
): Promise<T | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw unusableFolder(dirname(file), error);
  }
  try {
    const content: unknown = JSON.parse(text);
    if (isContent(content)) return content;
  } catch {
    // No JSON: as any other content that is not ours.
  }
  throw new StartError(`${file} holds no ${what}. Delete it, and the next start makes new ones.`);
}

/** Keeps it where only the owner of the file may read it. @throws {StartError} */
export async function writeKept(file: string, content: unknown): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(content, undefined, 2)}\n`, { mode: 0o600 });
  } catch (error) {
    throw unusableFolder(dirname(file), error);
  }
}

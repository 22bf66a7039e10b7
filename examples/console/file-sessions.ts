import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import session, { type SessionData } from 'express-session';
import { codeOf, unusableFolder } from './start-error.js';

/** Sessions as files of a folder, so that people stay signed in over a restart. Yours will be in a database. */
export class FileSessions extends session.Store {
  readonly #folder: string;

  /** @throws {StartError} when the folder cannot be made. */
  constructor(folder: string) {
    super();
    this.#folder = folder;
    try {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    } catch (error) {
      throw unusableFolder(folder, error);
    }
  }

  override get(id: string, done: (error: unknown, data?: SessionData | null) => void): void {
    this.#read(id).then((data) => done(null, data), done);
  }

  override set(id: string, data: SessionData, done: (error?: unknown) => void = () => {}): void {
    writeFile(this.#fileOf(id), JSON.stringify(data), { mode: 0o600 }).then(() => done(), done);
  }

  override destroy(id: string, done: (error?: unknown) => void = () => {}): void {
    rm(this.#fileOf(id), { force: true }).then(() => done(), done);
  }

  async #read(id: string): Promise<SessionData | null> {
    try {
      const data = JSON.parse(await readFile(this.#fileOf(id), 'utf8')) as SessionData;
      const { expires } = data.cookie;
      return expires && new Date(expires).getTime() < Date.now() ? null : data;
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** The id is what the browser shows to come in, and a name that came from there is no name of a file. */
  #fileOf(id: string): string {
    return join(this.#folder, `${createHash('sha256').update(id).digest('hex')}.json`);
  }
}

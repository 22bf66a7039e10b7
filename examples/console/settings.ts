import { resolve } from 'node:path';
import { StartError } from './start-error.js';

export interface Settings {
  /** 0 lets the system choose a free one. */
  readonly port: number;
  readonly dataDirectory: string;
  /** Of PostgreSQL; without it everything is kept in a file of the data folder. */
  readonly databaseUrl: string | undefined;
}

/** Reads `PORT`, `DATA_DIR` and `DATABASE_URL`. @throws {StartError} */
export function readSettings({ PORT, DATA_DIR, DATABASE_URL }: NodeJS.ProcessEnv): Settings {
  const port = PORT ? Number(PORT) : 3000;
  if (PORT && !(/^\d{1,5}$/.test(PORT) && port <= 65_535)) {
    throw new StartError(`PORT must be a whole number from 0 to 65535, not ${JSON.stringify(PORT)}.`);
  }
  return { port, dataDirectory: resolve(DATA_DIR || '.data'), databaseUrl: DATABASE_URL || undefined };
}

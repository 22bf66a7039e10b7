import { resolve } from 'node:path';
import { StartError } from './start-error.js';

export interface Settings {
  /** 0 lets the system choose a free one. */
  readonly port: number;
  readonly dataDirectory: string;
}

/** Reads `PORT` and `DATA_DIR`. @throws {StartError} */
export function readSettings({ PORT, DATA_DIR }: NodeJS.ProcessEnv): Settings {
  const port = PORT ? Number(PORT) : 3000;
  if (PORT && !(/^\d{1,5}$/.test(PORT) && port <= 65_535)) {
    throw new StartError(`PORT must be a whole number from 0 to 65535, not ${JSON.stringify(PORT)}.`);
  }
  return { port, dataDirectory: resolve(DATA_DIR || '.data') };
}

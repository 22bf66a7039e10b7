import { ConfigurationError } from '../core/configuration.js';
import type { ConfigurationFault } from '../core/option-faults.js';
import { isStorableText } from '../core/storable-text.js';
import { readExpiry } from './tenant-form.js';

const LONGEST_MESSAGE = 2000;
const LONGEST_SECRET = 2048;

/** What one side says to the other. @throws {ConfigurationError} */
export function readMessage(message: string): string {
  const text = message.trim();
  const fault = { path: 'message', message: `must be a text of 1 to ${LONGEST_MESSAGE} characters` };
  if (text === '' || text.length > LONGEST_MESSAGE || !isStorableText(text))
    throw new ConfigurationError(SUBJECT, [fault]);
  return text;
}

interface ReadSecret {
  readonly secret: string;
  readonly expiresAt: string | undefined;
}

/** A client secret, without the blanks that come along when it is copied. @throws {ConfigurationError} */
export function readSecret(given: string, expiresAt: string | undefined, now: number): ReadSecret {
  const secret = given.trim();
  const isSecret = secret !== '' && secret.length <= LONGEST_SECRET && isStorableText(secret);
  const fault = { path: 'secret', message: 'must be a text that is not empty' };
  return { secret, expiresAt: timeOf(expiresAt, now, isSecret ? [] : [fault]) };
}

/** When a secret expires; `null` for never. @throws {ConfigurationError} */
export function readSecretExpiry(given: string | null, now: number): string | undefined {
  return timeOf(given ?? undefined, now, []);
}

const SUBJECT = 'oidcTenants';

function timeOf(given: string | undefined, now: number, faults: ConfigurationFault[]): string | undefined {
  const time = readExpiry(given, 'some', now, faults);
  if (faults.length > 0) throw new ConfigurationError(SUBJECT, faults);
  return time;
}

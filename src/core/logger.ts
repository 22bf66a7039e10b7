import { inspect } from 'node:util';
import createDebug from 'debug';

/** Takes log entries: an object of fields and a sentence, as pino does. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/**
 * The logger used unless the host brings one: `debug` with the namespace `express-sso-scim:<room>`, on stderr. Errors are
 * written whether or not the namespace is switched on: an operator must not miss them.
 */
export function createDebugLogger(room: string): Logger {
  const write = createDebug(`express-sso-scim:${room}`);
  const alarm = createDebug(`express-sso-scim:${room}`);
  alarm.enabled = true;
  const logTo = (debug: createDebug.Debugger, level: string) => (fields: object, message: string) => {
    if (debug.enabled) debug('%s %s %s', level, message, printable(fields));
  };
  return {
    debug: logTo(write, 'debug'),
    info: logTo(write, 'info'),
    warn: logTo(write, 'warn'),
    error: logTo(alarm, 'error'),
  };
}

function printable(fields: object): string {
  return escapeControls(asJson(fields) ?? inspect(fields));
}

/** `undefined` for what JSON cannot say, such as circles: a line of a log must not make a request fail. */
function asJson(fields: object): string | undefined {
  try {
    return JSON.stringify(fields, (_name, value: unknown) =>
      value instanceof Error
        ? { name: value.name, message: value.message, stack: value.stack, cause: value.cause }
        : value,
    );
  } catch {
    return undefined;
  }
}

/** Makes text safe for a line of a log: control characters and line separators become `\u….`. */
export function escapeControls(text: string): string {
  return text.replace(
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

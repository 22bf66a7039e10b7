import { OidcError } from './oidc-error.js';

/** What a provider or a browser sent: a parsed query or form, by whatever parser. */
export type CallbackParameters = URLSearchParams | Readonly<Record<string, unknown>>;

const NAMES = ['state', 'code', 'id_token', 'iss', 'error', 'error_description'] as const;
const LONGEST = 100_000;

/** The parameters of an answer that mean something. */
export type Callback = { readonly [name in (typeof NAMES)[number]]: string | undefined };

/**
 * Reads the parameters of an answer. One given twice counts as none: parsers differ in which one they take.
 *
 * @throws {OidcError} `answer_invalid`
 */
export function readCallback(parameters: CallbackParameters): Callback {
  const [state, code, idToken, iss, error, description] = NAMES.map((name) => readParameter(parameters, name));
  return { state, code, id_token: idToken, iss, error, error_description: description };
}

/** One parameter, a single text. @throws {OidcError} `answer_invalid` when it is given twice or is no text. */
export function readParameter(parameters: CallbackParameters, name: string): string | undefined {
  const values = parameters instanceof URLSearchParams ? parameters.getAll(name) : ownValue(parameters, name);
  if (values.length === 0) return undefined;
  const [value] = values;
  if (values.length > 1 || typeof value !== 'string' || value.length > LONGEST) {
    throw new OidcError('answer_invalid', { parameter: name });
  }
  return value === '' ? undefined : value;
}

function ownValue(parameters: Readonly<Record<string, unknown>>, name: string): readonly unknown[] {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

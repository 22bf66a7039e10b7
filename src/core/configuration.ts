import { Ajv } from 'ajv';
import { type ConfigurationFault, describeFaults } from './option-faults.js';

/** Thrown when options cannot be used. Lists everything that is wrong, not only what was found first. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'invalid_configuration';
  readonly faults: readonly ConfigurationFault[];

  /** `subject` is the function that was called, e.g. `createScimRouter`. */
  constructor(subject: string, faults: readonly ConfigurationFault[], options?: ErrorOptions) {
    const lines = faults.map(({ path, message }) => `\n  ${path === '' ? 'options' : path}: ${message}`);
    super(`${subject} was given options it cannot use:${lines.join('')}`, options);
    this.faults = faults;
  }
}

let ajv: Ajv | undefined;

/**
 * Creates the check that a function makes of its options.
 *
 * `schema` is a JSON Schema (draft 7) of an object; the keyword `isFunction: true` asks for a function. Unknown options
 * are faults unless the schema says otherwise, at the top by default and further in where it says
 * `additionalProperties: false`. A `description` completes the sentence "must be …" that a wrong value is answered with.
 * The options are returned as they came: nothing is converted, filled in, copied or written to.
 *
 * @returns a function that throws {@link ConfigurationError} with every fault.
 */
export function createOptionsValidator<T>(
  name: string,
  schema: Readonly<Record<string, unknown>>,
): (options: unknown) => T {
  let validate: ReturnType<typeof compile<T>> | undefined;
  return (options) => {
    validate ??= compile<T>(schema);
    if (validate(options)) return options;
    throw new ConfigurationError(name, describeFaults(validate.errors ?? []));
  };
}

function compile<T>(schema: Readonly<Record<string, unknown>>) {
  ajv ??= createAjv();
  return ajv.compile<T>({ type: 'object', additionalProperties: false, ...schema });
}

function createAjv(): Ajv {
  const created = new Ajv({
    allErrors: true,
    verbose: true,
    strict: true,
    strictRequired: false,
    allowUnionTypes: true,
    // Named for readers of a schema; whoever takes the value looks at it more closely than a pattern can.
    formats: { 'date-time': true },
  });
  created.addKeyword({
    keyword: 'isFunction',
    schemaType: 'boolean',
    validate: (_expected: boolean, value: unknown) => typeof value === 'function',
    error: { message: 'must be a function' },
  });
  return created;
}

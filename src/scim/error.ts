import { AccessEndingError } from '../provisioning/access.js';
import { ProvisioningRefusedError } from '../provisioning/provisioning-refused-error.js';
import { isStorageError, type StorageError } from '../storage/errors.js';

/** Detail error keywords of RFC 7644 section 3.12 and RFC 9865 section 2.1. */
export type ScimType =
  | 'invalidFilter'
  | 'tooMany'
  | 'uniqueness'
  | 'mutability'
  | 'invalidSyntax'
  | 'invalidPath'
  | 'noTarget'
  | 'invalidValue'
  | 'invalidCursor'
  | 'expiredCursor'
  | 'invalidCount';

/** A fault of a request, in words for the administrator of an identity provider. */
export class ScimError extends Error {
  override readonly name = 'ScimError';
  readonly status: number;
  readonly scimType: ScimType | undefined;
  /** Seconds after which to try again. */
  readonly retryAfter: number | undefined;
  /** Methods that the path does offer, with a 405. */
  readonly allow: string | undefined;

  constructor(
    status: number,
    scimType: ScimType | undefined,
    detail: string,
    options?: ErrorOptions & { readonly retryAfter?: number; readonly allow?: string },
  ) {
    super(detail, options);
    this.status = status;
    this.scimType = scimType;
    this.retryAfter = options?.retryAfter;
    this.allow = options?.allow;
  }
}

/** The most common fault: a 400 with its keyword. */
export function badRequest(scimType: ScimType, detail: string): ScimError {
  return new ScimError(400, scimType, detail);
}

export function notFound(detail: string): ScimError {
  return new ScimError(404, undefined, detail);
}

/**
 * Turns whatever was thrown while a request was answered into a `ScimError`. What the client can do nothing about
 * becomes a 500 that says nothing of its cause; the cause stays on the error for the log.
 */
export function toScimError(thrown: unknown): ScimError {
  if (thrown instanceof ScimError) return thrown;
  if (isStorageError(thrown)) return fromStorageError(thrown);
  if (thrown instanceof ProvisioningRefusedError) {
    const { reason, message } = thrown;
    return reason === 'unknown-role'
      ? new ScimError(400, 'invalidValue', capitalized(message), { cause: thrown })
      : new ScimError(403, undefined, capitalized(message), { cause: thrown });
  }
  if (thrown instanceof AccessEndingError) {
    return new ScimError(
      503,
      undefined,
      'The change is stored and sign-in is refused, but ending running sessions has not succeeded yet. Repeat the request.',
      { cause: thrown, retryAfter: 5 },
    );
  }
  return fromScimmyError(thrown) ?? new ScimError(500, undefined, INTERNAL, { cause: thrown });
}

function capitalized(sentence: string): string {
  return `${sentence.slice(0, 1).toUpperCase()}${sentence.slice(1)}.`;
}

const INTERNAL = 'The service provider failed to answer. Its operator finds the cause in the log.';

function fromStorageError(error: StorageError): ScimError {
  switch (error.code) {
    case 'unique_conflict': {
      const [attribute = '', ...rest] = error.key.split(':');
      const [name] = attribute.split('@');
      const value = rest.join(':').slice(0, 128);
      return new ScimError(409, 'uniqueness', `${name} "${value}" is already taken in this directory.`, {
        cause: error,
      });
    }
    case 'stale_version':
      return new ScimError(
        412,
        undefined,
        'The resource has changed meanwhile. Read it again and repeat the request.',
        {
          cause: error,
        },
      );
    case 'unknown_members': {
      const named = error.memberIds.slice(0, 3).map((id) => `"${id.slice(0, 64)}"`);
      const more = error.memberIds.length > 3 ? ` and ${error.memberIds.length - 3} more` : '';
      return new ScimError(
        400,
        'invalidValue',
        `No user or group of this directory has the id ${named.join(', ')}${more}. Provision the members first.`,
        { cause: error },
      );
    }
    case 'storage_unavailable':
      return new ScimError(503, undefined, 'The directory cannot be reached at the moment. Repeat the request later.', {
        cause: error,
        retryAfter: error.retryAfter,
      });
  }
}

/**
 * Adapters may throw scimmy's `Types.Error`. It is known by its shape: scimmy's ESM and CJS builds are two classes.
 * Its words are the adapter's own and meant for the client; a 5xx of its keeps them to the log.
 */
function fromScimmyError(thrown: unknown): ScimError | undefined {
  if (!(thrown instanceof Error) || thrown.name !== 'SCIMError') return undefined;
  const { status, scimType } = thrown as Error & { readonly status?: unknown; readonly scimType?: unknown };
  if (typeof status !== 'number' || !(Number.isInteger(status) && status >= 400 && status <= 499)) return undefined;
  return new ScimError(status, isScimType(scimType) ? scimType : undefined, thrown.message, { cause: thrown });
}

const SCIM_TYPES: ReadonlySet<string> = new Set<ScimType>([
  'invalidFilter',
  'tooMany',
  'uniqueness',
  'mutability',
  'invalidSyntax',
  'invalidPath',
  'noTarget',
  'invalidValue',
]);

function isScimType(value: unknown): value is ScimType {
  return typeof value === 'string' && SCIM_TYPES.has(value);
}

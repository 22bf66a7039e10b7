import { setImmediate } from 'node:timers/promises';
import { isStorableText } from '../../core/storable-text.js';
import { badRequest, ScimError, toScimError } from '../error.js';
import { type BulkOperation, identify, readBulkOperation, readBulkRequest } from '../message/bulk-request.js';
import { errorBody } from '../message/error-response.js';
import { MESSAGE, type ScimRequest, type ScimResponse } from '../message/scim-message.js';

export interface BulkOptions {
  readonly maxOperations: number;
  /** Public URL of the directory, without slash at the end. */
  readonly baseUrl: string;
  /** Carries out one operation as if it had come alone. */
  readonly run: (request: ScimRequest) => Promise<ScimResponse>;
  /** Told of every fault, so that what is no fault of the client reaches the log. */
  readonly note: (error: ScimError) => void;
}

const REFERENCE = /^bulkid:(\S{1,256})$/i;

/** What stands in the answer for one operation. */
interface Slot {
  readonly method?: string;
  readonly bulkId?: string;
  readonly location?: string;
  readonly version?: string;
  readonly status: string;
  readonly response?: object;
}

/**
 * Carries out a bulk request (RFC 7644 section 3.7), operation after operation, each all or nothing on its own. An
 * operation that refers to a later one by `bulkId` makes that one go first; where two refer to each other, one is made
 * without the reference and completed by a PUT once the other one exists.
 * @throws {ScimError} for a body that is no bulk request; faults of an operation go to its place in the answer.
 */
export async function runBulk(body: unknown, options: BulkOptions): Promise<ScimResponse> {
  const { operations, failOnErrors } = readBulkRequest(body, options.maxOperations);
  const bulk = new BulkRun(operations, options);
  for (let index = 0; index < operations.length && bulk.errors() < failOnErrors; index += 1) {
    await bulk.slotOf(index);
  }
  return { status: 200, body: JSON.stringify({ schemas: [MESSAGE.bulkResponse], Operations: bulk.slots() }) };
}

class BulkRun {
  readonly #operations: readonly unknown[];
  readonly #options: BulkOptions;
  /** Which operation makes the resource that a bulkId stands for. */
  readonly #makers = new Map<string, number>();
  readonly #slots = new Map<number, Slot>();
  readonly #ids = new Map<string, string>();
  readonly #underWay = new Set<number>();
  #errors = 0;
  /** Operations made without a reference to the bulkId, to be completed when it and all others they lack exist. */
  readonly #incomplete = new Map<string, number[]>();
  readonly #lacking = new Map<number, Set<string>>();

  constructor(operations: readonly unknown[], options: BulkOptions) {
    this.#operations = operations;
    this.#options = options;
    for (const [index, operation] of operations.entries()) {
      const { bulkId, method } = identify(operation);
      if (method === 'POST' && bulkId !== undefined && !this.#makers.has(bulkId)) this.#makers.set(bulkId, index);
    }
  }

  /** What has been carried out, in the order of the request. */
  slots(): readonly Slot[] {
    return [...this.#slots].sort(([a], [b]) => a - b).map(([, slot]) => slot);
  }

  errors(): number {
    return this.#errors;
  }

  async slotOf(index: number): Promise<Slot> {
    return this.#slots.get(index) ?? (await this.#carryOut(index));
  }

  async #carryOut(index: number): Promise<Slot> {
    this.#underWay.add(index);
    // Others have their turn in between, and a chain of references does not become as deep a stack.
    await setImmediate();
    const { bulkId } = identify(this.#operations[index]);
    let slot: Slot;
    try {
      slot = await this.#attempt(index, readBulkOperation(this.#operations[index]));
    } catch (thrown) {
      slot = this.#faultSlot(index, thrown);
      if (bulkId !== undefined && this.#makers.get(bulkId) === index) this.#giveUpOn(bulkId, thrown);
    }
    this.#underWay.delete(index);
    this.#slots.set(index, slot);
    return slot;
  }

  async #attempt(index: number, operation: BulkOperation): Promise<Slot> {
    const { method, bulkId } = operation;
    if (method === 'POST' && bulkId !== undefined && this.#makers.get(bulkId) !== index) throw notUnique(bulkId);
    const postponed = await this.#makeReady(operation, index);
    const data = postponed.size > 0 ? without(operation.data, postponed) : operation.data;
    const { slot, id } = await this.#send(operation, this.#resolved(data));
    if (method !== 'POST' || bulkId === undefined || id === undefined) return slot;
    this.#ids.set(bulkId, id);
    if (postponed.size > 0) this.#lacking.set(index, postponed);
    for (const other of postponed) this.#incomplete.set(other, [...(this.#incomplete.get(other) ?? []), index]);
    await this.#completeThoseWaitingFor(bulkId);
    return slot;
  }

  /** Makes what the operation refers to; gives back the references that wait for it in turn. */
  async #makeReady({ path, data }: BulkOperation, index: number): Promise<Set<string>> {
    const postponed = new Set<string>();
    for (const bulkId of references([path.split('/'), data])) {
      const maker = this.#makers.get(bulkId);
      if (maker === undefined || maker === index) throw unresolved(bulkId);
      if (this.#ids.has(bulkId)) continue;
      if (this.#underWay.has(maker)) postponed.add(bulkId);
      else {
        await this.slotOf(maker);
        if (!this.#ids.has(bulkId)) throw unresolved(bulkId);
      }
    }
    return postponed;
  }

  async #completeThoseWaitingFor(bulkId: string): Promise<void> {
    for (const index of this.#incomplete.get(bulkId) ?? []) {
      const lacking = this.#lacking.get(index);
      lacking?.delete(bulkId);
      const operation = readBulkOperation(this.#operations[index]);
      const made = this.#slots.get(index);
      const id = this.#ids.get(operation.bulkId ?? '');
      if (lacking?.size !== 0 || !made || id === undefined) continue;
      try {
        const path = `${operation.path}/${encodeURIComponent(id)}`;
        const put = { ...operation, method: 'PUT', path, version: undefined };
        const { slot } = await this.#send(put, this.#resolved(operation.data));
        this.#slots.set(index, { ...made, ...(slot.version ? { version: slot.version } : {}) });
      } catch (thrown) {
        this.#slots.set(index, this.#incompleteSlot(index, bulkId, thrown));
      }
    }
    this.#incomplete.delete(bulkId);
  }

  /** What was made without a reference stays so when that which it refers to cannot be made. */
  #giveUpOn(bulkId: string, thrown: unknown): void {
    for (const index of this.#incomplete.get(bulkId) ?? []) {
      if (this.#lacking.delete(index)) this.#slots.set(index, this.#incompleteSlot(index, bulkId, thrown));
    }
    this.#incomplete.delete(bulkId);
  }

  #incompleteSlot(index: number, bulkId: string, thrown: unknown): Slot {
    const detail = `The reference to bulkId:${bulkId.slice(0, 64)} could not be added: ${toScimError(thrown).message}`;
    const { location } = this.#slots.get(index) ?? {};
    return { ...this.#faultSlot(index, new ScimError(409, undefined, detail)), ...(location && { location }) };
  }

  async #send(
    operation: BulkOperation,
    data: unknown,
  ): Promise<{ readonly slot: Slot; readonly id: string | undefined }> {
    const { method, bulkId, version } = operation;
    const segments = readPath(operation.path, this.#ids);
    const answer = await this.#options.run({ method, segments, query: '', body: data, ifMatch: version });
    const location = answer.location ?? this.#locationOf(operation);
    return {
      id: location === undefined ? undefined : decodeURIComponent(location.slice(location.lastIndexOf('/') + 1)),
      slot: {
        method,
        ...(bulkId === undefined ? {} : { bulkId }),
        ...(location === undefined ? {} : { location }),
        ...(answer.etag === undefined ? {} : { version: answer.etag }),
        status: String(answer.status),
      },
    };
  }

  #resolved(value: unknown): unknown {
    return mapTexts(value, (text) => {
      const bulkId = REFERENCE.exec(text)?.[1];
      return bulkId === undefined ? text : (this.#ids.get(bulkId) ?? text);
    });
  }

  #faultSlot(index: number, thrown: unknown): Slot {
    const operation = identify(this.#operations[index]);
    const { method, bulkId } = operation;
    const location = this.#locationOf(operation);
    const error = toScimError(thrown);
    this.#options.note(error);
    this.#errors += 1;
    return {
      ...(method === undefined ? {} : { method }),
      ...(bulkId === undefined ? {} : { bulkId }),
      ...(location === undefined ? {} : { location }),
      status: String(error.status),
      response: errorBody(error),
    };
  }

  /** Where the resource is that an operation is about; only a POST that fails has none (RFC 7644 section 3.7.3). */
  #locationOf({ method, path = '' }: { readonly method?: string; readonly path?: string }): string | undefined {
    try {
      const [endpoint = '', id] = readPath(path, this.#ids);
      if (method === 'POST' || id === undefined || REFERENCE.test(id)) return undefined;
      return `${this.#options.baseUrl}/${encodeURIComponent(endpoint)}/${encodeURIComponent(id)}`;
    } catch {
      return undefined;
    }
  }
}

/** `/Users/bulkId:ada` or `/Users/2819c223`; only resources can be changed in bulk. */
function readPath(path: string, ids: ReadonlyMap<string, string>): readonly string[] {
  try {
    const segments = path.split('/').slice(1).map(decodeURIComponent);
    const isResource = segments.length <= 2 && segments[0] !== 'Bulk' && !segments.includes('.search');
    if (isResource && segments.every(isStorableText)) {
      return segments.map((segment) => ids.get(REFERENCE.exec(segment)?.[1] ?? '') ?? segment);
    }
  } catch {
    // Broken percent-encoding: no path, as below.
  }
  throw badRequest('invalidPath', `"${path.slice(0, 128)}" is no path of a resource.`);
}

/** The bulkIds that texts anywhere in a value refer to. */
function references(value: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  mapTexts(value, (text) => {
    const bulkId = REFERENCE.exec(text)?.[1];
    if (bulkId !== undefined) found.add(bulkId);
    return text;
  });
  return found;
}

function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((element) => mapTexts(element, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapTexts(inner, change)]));
}

/** The data without whatever refers to these bulkIds: the element of a list, or the attribute. */
function without(value: unknown, bulkIds: ReadonlySet<string>): unknown {
  if (bulkIds.size === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.filter((element) => !refersDirectly(element, bulkIds)).map((element) => without(element, bulkIds));
  }
  const kept = Object.entries(value).filter(([, inner]) => !refersDirectly(inner, bulkIds));
  return Object.fromEntries(kept.map(([name, inner]) => [name, without(inner, bulkIds)]));
}

function refersDirectly(value: unknown, bulkIds: ReadonlySet<string>): boolean {
  const text = typeof value === 'object' && value !== null ? (value as { readonly value?: unknown }).value : value;
  return typeof text === 'string' && bulkIds.has(REFERENCE.exec(text)?.[1] ?? '');
}

function notUnique(bulkId: string): ScimError {
  return badRequest('invalidValue', `Another operation of this request has the bulkId "${bulkId.slice(0, 64)}" too.`);
}

function unresolved(bulkId: string): ScimError {
  return new ScimError(
    409,
    undefined,
    `Nothing in this request makes the resource that bulkId:${bulkId.slice(0, 64)} stands for.`,
  );
}

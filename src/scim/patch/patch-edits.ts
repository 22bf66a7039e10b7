import type { Filter } from '../../storage/query.js';
import type { ScimPolicy } from '../../tenancy/scim-policy.js';
import { badRequest, ScimError } from '../error.js';
import { bindElementTerm } from '../filter/bind-filter.js';
import { parsePath } from '../filter/parse-filter.js';
import type { FilterSyntax } from '../filter/syntax.js';
import { unknownName } from '../schema/coerce-value.js';
import { pathText, type ResolvedPath, resolvePath } from '../schema/resolve-path.js';
import type { ResourceType } from '../schema/resource-type.js';

/** URN of the PATCH message (RFC 7644 section 3.5.2). */
const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

type PatchOperator = 'add' | 'remove' | 'replace';

/** The part of brackets in a path: which elements of a multi-valued attribute an edit is about. */
export interface ElementSelector {
  readonly syntax: FilterSyntax;
  /** Paths start at the element. */
  readonly filter: Filter;
}

/** One change to one attribute. What a client sends in one operation without path becomes several of these. */
export interface AttributeEdit {
  readonly op: PatchOperator;
  readonly target: ResolvedPath;
  readonly selector?: ElementSelector;
  readonly value: unknown;
}

export interface PatchRules {
  readonly type: ResourceType;
  /** Of the resource being changed: a PATCH may name it, but not change it (Okta sends it with every rename). */
  readonly id: string;
  readonly policy: ScimPolicy;
}

/**
 * Bounds of one request: operations, those about anything but members, values these list and comparisons in their
 * brackets, and characters of a path.
 */
const PATCH_LIMITS = { operations: 100_000, edits: 1000, values: 10_000, comparisons: 10_000, path: 1024 } as const;

/**
 * Reads a PATCH body into edits, in order (RFC 7644 section 3.5.2). Lenient where identity providers are: `op` and
 * `Operations` in any case, an unstated schema, dotted names and URNs as keys of a value without path.
 * @throws {ScimError} 400 invalidSyntax, invalidPath, invalidValue, noTarget or mutability; 413 for too many operations.
 */
export function readPatch(body: unknown, rules: PatchRules): readonly AttributeEdit[] {
  const operations = readOperations(body, rules.policy);
  const edits: AttributeEdit[] = [];
  for (const operation of operations) {
    for (const edit of readOperation(operation, rules)) edits.push(edit);
  }
  return edits;
}

function readOperations(body: unknown, policy: ScimPolicy): readonly unknown[] {
  if (!isRecord(body)) throw badRequest('invalidSyntax', 'The body must be a PatchOp message: a JSON object.');
  if (policy.unstatedSchemas === 'refuse') {
    const schemas = member(body, 'schemas');
    if (!Array.isArray(schemas) || !schemas.includes(PATCH_OP)) {
      throw badRequest('invalidSyntax', `"schemas" must be ["${PATCH_OP}"].`);
    }
  }
  const operations = member(body, 'operations');
  if (!Array.isArray(operations) || operations.length === 0) {
    throw badRequest('invalidSyntax', '"Operations" must be a list with at least one operation.');
  }
  if (operations.length > PATCH_LIMITS.operations) throw tooMany(PATCH_LIMITS.operations, 'operations');
  return operations;
}

/**
 * Bounds the work of edits, each of which looks at every value of its attribute.
 * @throws {ScimError} 413 when there are too many, or when they list or compare too many values.
 */
export function refuseTooManyEdits(edits: readonly AttributeEdit[]): void {
  if (edits.length > PATCH_LIMITS.edits)
    throw tooMany(PATCH_LIMITS.edits, 'operations on other attributes than members');
  let values = 0;
  let comparisons = 0;
  for (const { value, selector } of edits) {
    values += Array.isArray(value) ? value.length : 1;
    if (selector) comparisons += countComparisons(selector.syntax);
  }
  if (values > PATCH_LIMITS.values) throw tooMany(PATCH_LIMITS.values, 'values');
  if (comparisons > PATCH_LIMITS.comparisons) throw tooMany(PATCH_LIMITS.comparisons, 'comparisons in brackets');
}

function countComparisons(syntax: FilterSyntax): number {
  if ('terms' in syntax) return syntax.terms.reduce((sum, term) => sum + countComparisons(term), 0);
  return 'term' in syntax ? countComparisons(syntax.term) : 1;
}

function tooMany(limit: number, what: string): ScimError {
  return new ScimError(413, undefined, `One PATCH may hold at most ${limit} ${what}. Send several.`);
}

function readOperation(operation: unknown, rules: PatchRules): readonly AttributeEdit[] {
  if (!isRecord(operation)) throw badRequest('invalidSyntax', 'Each operation must be a JSON object.');
  const op = operator(member(operation, 'op'));
  const path = member(operation, 'path');
  const value = member(operation, 'value');
  if (op !== 'remove' && value === undefined) throw badRequest('invalidValue', `An operation "${op}" needs a value.`);
  if (path === undefined || path === null || path === '') return readPathless(op, value, rules);
  if (typeof path !== 'string') throw badRequest('invalidPath', '"path" must be a text.');
  return readPath(op, path, value, rules, rules.policy.unknownPaths === 'ignore' ? 'ignore' : 'invalidPath');
}

function operator(op: unknown): PatchOperator {
  const word = typeof op === 'string' ? op.toLowerCase() : '';
  if (word === 'add' || word === 'remove' || word === 'replace') return word;
  throw badRequest('invalidSyntax', '"op" must be add, remove or replace.');
}

function readPathless(op: PatchOperator, value: unknown, rules: PatchRules): readonly AttributeEdit[] {
  if (op === 'remove') throw badRequest('noTarget', 'An operation "remove" needs a path.');
  if (!isRecord(value)) throw badRequest('invalidValue', 'Without a path, "value" must be an object of attributes.');
  const names = new Set(Object.keys(value).map((name) => name.toLowerCase()));
  if (names.size < Object.keys(value).length) {
    throw badRequest('invalidSyntax', 'The value names an attribute twice, in different spelling.');
  }
  const unknown = rules.policy.unknownAttributes === 'refuse' ? 'invalidValue' : 'ignore';
  return Object.entries(value).flatMap(([name, inner]) => readPath(op, name, inner, rules, unknown));
}

/** `unknown` says what becomes of a name that no schema has. */
function readPath(
  op: PatchOperator,
  path: string,
  value: unknown,
  rules: PatchRules,
  unknown: 'ignore' | 'invalidValue' | 'invalidPath',
): readonly AttributeEdit[] {
  if (path.length > PATCH_LIMITS.path) {
    throw badRequest('invalidPath', `A path may have at most ${PATCH_LIMITS.path} characters.`);
  }
  const syntax = parseUnlessUnknown(path, unknown);
  const name = syntax && (syntax.subAttribute ? `${syntax.attribute}.${syntax.subAttribute}` : syntax.attribute);
  const resolution = name === undefined ? undefined : resolvePath(rules.type, name);
  switch (resolution?.kind) {
    case 'core':
      return readPathless(op, value, rules);
    case 'extension':
      return readExtension(op, resolution.urn, value, rules);
    case 'attribute': {
      const target = resolution.resolved;
      if (!mayBeEdited(target, value, rules.id)) return [];
      const selector = syntax?.selector;
      return [{ op, target, value, ...(selector ? { selector: select(target, selector, rules) } : {}) }];
    }
    default:
      if (unknown === 'ignore') return [];
      if (unknown === 'invalidValue') throw unknownName(path);
      throw badRequest('invalidPath', `${rules.type.name} has no attribute "${path.slice(0, 128)}".`);
  }
}

/** A key of a value without path may be any text; one that is no path, nor meant as one, is simply not known. */
function parseUnlessUnknown(path: string, unknown: string): ReturnType<typeof parsePath> | undefined {
  try {
    return parsePath(path);
  } catch (error) {
    if (unknown === 'invalidPath' || path.includes('[')) throw error;
    return undefined;
  }
}

function readExtension(op: PatchOperator, urn: string, value: unknown, rules: PatchRules): readonly AttributeEdit[] {
  if (op === 'remove' || value === null) return removeExtension(urn, rules);
  if (!isRecord(value)) throw badRequest('invalidValue', `The value of ${urn} must be an object of attributes.`);
  const unknown = rules.policy.unknownAttributes === 'refuse' ? 'invalidValue' : 'ignore';
  return Object.entries(value).flatMap(([name, inner]) => readPath(op, `${urn}:${name}`, inner, rules, unknown));
}

function removeExtension(urn: string, { type }: PatchRules): readonly AttributeEdit[] {
  const attributes = type.extensions.get(urn.toLowerCase())?.schema.attributes.values() ?? [];
  return [...attributes].flatMap((attribute) =>
    attribute.mutability === 'readOnly'
      ? []
      : [{ op: 'remove', target: { extension: urn, attribute }, value: undefined }],
  );
}

/** Whether there is anything to do. @throws {ScimError} 400 mutability when the attribute is read-only. */
function mayBeEdited(target: ResolvedPath, value: unknown, id: string): boolean {
  const { attribute, subAttribute } = target;
  if (attribute.name === 'schemas') return false;
  if (attribute.name === 'id' && value === id) return false;
  if (attribute.mutability === 'readOnly' || subAttribute?.mutability === 'readOnly') {
    throw badRequest('mutability', `"${pathText(target)}" is read-only.`);
  }
  return true;
}

function select(target: ResolvedPath, syntax: FilterSyntax, rules: PatchRules): ElementSelector {
  if (!target.attribute.multiValued) {
    throw badRequest(
      'invalidPath',
      `"${target.attribute.name}" has one value; brackets are for multi-valued attributes.`,
    );
  }
  try {
    const filterRules = { type: rules.type, unquotedValues: rules.policy.unquotedFilterValues };
    return { syntax, filter: bindElementTerm(syntax, target.attribute, filterRules) };
  } catch (error) {
    if (error instanceof ScimError) throw badRequest('invalidPath', error.message);
    throw error;
  }
}

/** One value may come as a list of one. */
export function soleValue(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
}

/** A remove without value means everything. With a list it means what is listed, which may be nobody. */
export function namesNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A property by name without case: `operations` and `Operations` are both sent. */
function member(object: object, lowerName: string): unknown {
  for (const [name, value] of Object.entries(object)) {
    if (name.toLowerCase() === lowerName) return value;
  }
  return undefined;
}

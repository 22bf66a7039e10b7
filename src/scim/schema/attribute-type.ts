import { nearestName } from '../../core/near-miss.js';

const DATA_TYPES = ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'reference', 'binary', 'complex'] as const;
const MUTABILITIES = ['readOnly', 'readWrite', 'immutable', 'writeOnly'] as const;
const RETURNS = ['always', 'never', 'default', 'request'] as const;
const UNIQUENESSES = ['none', 'server', 'global'] as const;

/** SCIM data types (RFC 7643 section 2.3). */
type DataType = (typeof DATA_TYPES)[number];

/** An attribute as RFC 7643 section 7 writes it in a schema; what is left out has the default of section 2.2. */
export interface AttributeDefinition {
  readonly name: string;
  readonly type: DataType;
  readonly multiValued?: boolean;
  readonly description?: string;
  readonly required?: boolean;
  readonly canonicalValues?: readonly string[];
  readonly caseExact?: boolean;
  readonly mutability?: (typeof MUTABILITIES)[number];
  readonly returned?: (typeof RETURNS)[number];
  readonly uniqueness?: (typeof UNIQUENESSES)[number];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes?: readonly AttributeDefinition[];
}

/** A schema as RFC 7643 section 7 writes it. */
export interface SchemaJson {
  readonly id: string;
  readonly name: string;
  readonly description?: string;
  readonly attributes: readonly AttributeDefinition[];
}

/** An attribute as somebody described it who may have got it wrong: a host, or scimmy, whose types say less. */
export interface UncheckedAttribute {
  readonly name: string;
  readonly type: string;
  readonly multiValued?: boolean | undefined;
  readonly description?: string | undefined;
  readonly required?: boolean | undefined;
  readonly canonicalValues?: readonly string[] | false | undefined;
  readonly caseExact?: boolean | undefined;
  readonly mutability?: string | undefined;
  readonly returned?: string | undefined;
  readonly uniqueness?: string | false | undefined;
  readonly referenceTypes?: readonly string[] | false | undefined;
  readonly subAttributes?: readonly UncheckedAttribute[] | undefined;
}

/** An attribute with every characteristic stated and its sub-attributes found by lower-case name. */
export interface AttributeType
  extends Required<Omit<AttributeDefinition, 'subAttributes' | 'canonicalValues' | 'referenceTypes'>> {
  readonly canonicalValues?: readonly string[];
  readonly referenceTypes?: readonly string[];
  readonly subAttributes: ReadonlyMap<string, AttributeType>;
}

const CHARACTERISTICS: readonly string[] = [
  'name',
  'type',
  'multiValued',
  'description',
  'required',
  'canonicalValues',
  'caseExact',
  'mutability',
  'returned',
  'uniqueness',
  'referenceTypes',
  'subAttributes',
];
const NAME = /^[A-Za-z$][\w$-]{0,127}$/;

/** Compiles one definition. @throws {TypeError} naming the attribute that is wrongly described. */
function compileAttribute(definition: UncheckedAttribute, parent: string): AttributeType {
  const path = parent ? `${parent}.${definition.name}` : String(definition.name);
  if (!NAME.test(definition.name) || definition.name in Object.prototype) {
    throw new TypeError(`"${path}" is no attribute name (RFC 7643 section 2.1)`);
  }
  if (definition.type === 'complex' && parent) throw new TypeError(`"${path}" is complex inside a complex attribute`);
  refuseUnknownCharacteristics(definition, path);
  const { canonicalValues, referenceTypes } = definition;
  const uniqueness = known(definition.uniqueness || 'none', UNIQUENESSES, `${path}: uniqueness`);
  if (uniqueness !== 'none' && (parent || definition.multiValued || definition.type === 'complex')) {
    throw new TypeError(`"${path}" cannot be unique: that is kept for attributes with one simple value`);
  }
  if (definition.required && definition.mutability === 'writeOnly') {
    throw new TypeError(`"${path}" cannot be required: what is writeOnly is not kept`);
  }
  return {
    name: definition.name,
    type: known(definition.type, DATA_TYPES, `${path}: type`),
    multiValued: definition.multiValued ?? false,
    description: definition.description ?? '',
    required: definition.required ?? false,
    caseExact: definition.caseExact ?? false,
    mutability: known(definition.mutability ?? 'readWrite', MUTABILITIES, `${path}: mutability`),
    returned: known(definition.returned ?? 'default', RETURNS, `${path}: returned`),
    uniqueness,
    // Canonical values are hints; scimmy describes some attributes with an empty list, which would forbid everything.
    ...(canonicalValues && canonicalValues.length > 0 ? { canonicalValues } : {}),
    ...(referenceTypes && referenceTypes.length > 0 ? { referenceTypes } : {}),
    subAttributes: compileAttributes(definition.subAttributes ?? [], path),
  };
}

function refuseUnknownCharacteristics(definition: UncheckedAttribute, path: string): void {
  const unknown = Object.keys(definition).find((name) => !CHARACTERISTICS.includes(name));
  if (unknown === undefined) return;
  const near = nearestName(unknown, CHARACTERISTICS);
  throw new TypeError(
    `"${path}" has an unknown characteristic "${unknown}"${near ? ` — did you mean "${near}"?` : ''}`,
  );
}

function known<T extends string>(value: string, allowed: readonly T[], what: string): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw new TypeError(`${what} must be one of ${allowed.join(', ')}, not "${value}"`);
  return found;
}

/** Compiles a list of definitions into a table by lower-case name. @throws {TypeError} naming what is wrong. */
export function compileAttributes(
  definitions: readonly UncheckedAttribute[],
  parent = '',
): ReadonlyMap<string, AttributeType> {
  const table = new Map<string, AttributeType>();
  for (const definition of definitions) {
    const attribute = compileAttribute(definition, parent);
    const key = attribute.name.toLowerCase();
    if (table.has(key)) throw new TypeError(`"${attribute.name}" is described twice`);
    table.set(key, attribute);
  }
  return table;
}

/** Whether no answer may tell anything about the values: they are neither shown nor searched nor sorted by. */
export function isSecret({ mutability, returned }: AttributeType): boolean {
  return mutability === 'writeOnly' || returned === 'never';
}

/** The attribute as `/Schemas` shows it: every characteristic stated (RFC 7643 section 7). */
export function describeAttribute(attribute: AttributeType): AttributeDefinition {
  const { subAttributes, ...characteristics } = attribute;
  return attribute.type === 'complex'
    ? { ...characteristics, subAttributes: [...subAttributes.values()].map(describeAttribute) }
    : characteristics;
}

import type { SchemaDefinition } from 'scimmy/types';
import { type AttributeDefinition, type AttributeType, compileAttributes, type SchemaJson } from './attribute-type.js';
import { COMMON_ATTRIBUTES } from './common-attributes.js';

/** A schema to describe a resource type with: scimmy's `SchemaDefinition`, or the JSON of RFC 7643 section 7 (any URN). */
export type SchemaInput = SchemaDefinition | SchemaJson;

export interface ExtensionInput {
  readonly schema: SchemaInput;
  /** Whether every resource must carry it. */
  readonly required?: boolean;
}

/** What a resource type is made of before it is compiled. */
export interface ResourceTypeInput {
  /** `User` */
  readonly name: string;
  /** `Users`: the path segment. */
  readonly endpoint: string;
  readonly description?: string;
  readonly schema: SchemaInput;
  /** Attributes of the host's own, placed directly in the core schema. */
  readonly attributes?: readonly AttributeDefinition[];
  readonly extensions?: readonly ExtensionInput[];
}

/** An attribute that a rule is about: it itself, or sub-attributes inside it. */
interface RuledAttribute {
  readonly attribute: AttributeType;
  readonly isRuled: boolean;
  readonly inside: readonly AttributeType[];
}

/** A schema with its attributes found by lower-case name. */
export interface CompiledSchema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: ReadonlyMap<string, AttributeType>;
  /** What must have a value, if clients write it. */
  readonly required: readonly RuledAttribute[];
  /** What is read-only or immutable. */
  readonly unchangeable: readonly RuledAttribute[];
}

interface CompiledExtension {
  readonly schema: CompiledSchema;
  readonly required: boolean;
}

/** A resource type, compiled once per router into tables that every request only reads. */
export interface ResourceType {
  readonly name: string;
  readonly endpoint: string;
  readonly description: string;
  readonly schema: CompiledSchema;
  /** Core and common attributes together. */
  readonly attributes: ReadonlyMap<string, AttributeType>;
  /** By lower-case URN. */
  readonly extensions: ReadonlyMap<string, CompiledExtension>;
  /** Of a group: the list of members, which is kept apart from it. */
  readonly members: AttributeType | undefined;
  /** Of a user: the list of groups, which is the other side of the members. */
  readonly memberOf: AttributeType | undefined;
}

/** Whether an attribute tells of memberships, which no resource holds. */
export function isMembership({ members, memberOf }: ResourceType, attribute: AttributeType): boolean {
  return attribute === members || attribute === memberOf;
}

/** Compiles a resource type. @throws {TypeError} naming what is wrongly described. */
export function compileResourceType(input: ResourceTypeInput): ResourceType {
  const base = compileSchema(input.schema);
  for (const attribute of input.attributes ?? []) refuseReplacement(attribute, base, input.name);
  const own = new Map(base.attributes);
  for (const [key, attribute] of compileAttributes(input.attributes ?? [])) {
    own.set(key, withStandardParts(attribute, base.attributes.get(key)));
  }
  const extensions = new Map<string, CompiledExtension>();
  for (const { schema, required = false } of input.extensions ?? []) {
    const compiled = compileSchema(schema);
    const taken = [base.id.toLowerCase(), ...extensions.keys()];
    if (taken.includes(compiled.id.toLowerCase())) throw new TypeError(`the schema ${compiled.id} is there already`);
    extensions.set(compiled.id.toLowerCase(), { schema: compiled, required });
  }
  return {
    name: input.name,
    endpoint: input.endpoint,
    description: input.description ?? base.description,
    schema: { ...base, ...withRules(own) },
    attributes: new Map([...COMMON_ATTRIBUTES, ...own]),
    extensions,
    members: undefined,
    memberOf: undefined,
  };
}

/** Attributes that the library goes by: who somebody is, whether they may come in, what they are in. */
const GONE_BY: ReadonlySet<string> = new Set(['username', 'active', 'password', 'groups', 'members', 'displayname']);

/**
 * A host may describe a standard attribute more strictly, e.g. require e-mail addresses; not give it another form, and
 * not one that the library goes by.
 */
function refuseReplacement({ name, type, multiValued }: AttributeDefinition, base: CompiledSchema, noun: string): void {
  const key = String(name).toLowerCase();
  if (COMMON_ATTRIBUTES.has(key)) {
    throw new TypeError(`"${name}" is an attribute of every ${noun} and cannot be described again`);
  }
  const standard = base.attributes.get(key);
  if (!standard) return;
  if (GONE_BY.has(key) || standard.type !== type || standard.multiValued !== (multiValued ?? false)) {
    throw new TypeError(`"${name}" is an attribute of every ${noun} and cannot take another form`);
  }
}

/** Who requires `emails` need not describe again what is in one. */
function withStandardParts(attribute: AttributeType, standard: AttributeType | undefined): AttributeType {
  const isLeftOut = standard && attribute.subAttributes.size === 0;
  return isLeftOut ? { ...attribute, subAttributes: standard.subAttributes } : attribute;
}

function compileSchema(input: SchemaInput): CompiledSchema {
  // Known by its method, since scimmy's ESM and CJS builds are two classes. What it describes are its own attributes,
  // shared by the whole process, which give their RFC 7643 form as JSON only.
  const json = 'describe' in input ? (JSON.parse(JSON.stringify(input.describe())) as SchemaJson) : input;
  if (!/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(json.id)) throw new TypeError(`"${json.id}" is no schema URI`);
  const attributes = json.attributes.filter(({ name }) => !COMMON_ATTRIBUTES.has(name.toLowerCase()));
  return {
    id: json.id,
    name: json.name,
    description: json.description ?? '',
    ...withRules(compileAttributes(attributes)),
  };
}

function withRules(
  attributes: ReadonlyMap<string, AttributeType>,
): Pick<CompiledSchema, 'attributes' | 'required' | 'unchangeable'> {
  const required = ruled(attributes, (each) => each.required && each.mutability !== 'readOnly');
  const isUnchangeable = ({ mutability }: AttributeType) => mutability === 'readOnly' || mutability === 'immutable';
  return {
    attributes,
    required: required.filter(({ attribute }) => attribute.mutability !== 'readOnly'),
    unchangeable: ruled(attributes, isUnchangeable),
  };
}

function ruled(
  attributes: ReadonlyMap<string, AttributeType>,
  isRuled: (attribute: AttributeType) => boolean,
): readonly RuledAttribute[] {
  return [...attributes.values()]
    .map((attribute) => ({
      attribute,
      isRuled: isRuled(attribute),
      inside: [...attribute.subAttributes.values()].filter(isRuled),
    }))
    .filter((each) => each.isRuled || each.inside.length > 0);
}

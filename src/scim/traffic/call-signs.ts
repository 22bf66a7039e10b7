import { isGuid } from './value-kind.js';

/** What stands out in a call, of which the doctor makes findings. */
export type CallSign =
  /** `Authorization: Bearer Bearer …`. */
  | 'bearer-twice'
  /** A token without the word Bearer. */
  | 'bearer-missing'
  | 'double-slash'
  /** An endpoint twice in the path, or something of the base URL between it and the endpoint. */
  | 'endpoint-twice'
  | 'extra-segment'
  | 'entra-flag'
  /** A parameter that looks like the flag of Entra and is not. */
  | 'entra-flag-misspelt'
  /** `Add`, `Replace`, `Remove`. */
  | 'capital-operation'
  | 'active'
  /** `"False"` in the place of `false`. */
  | 'active-text'
  /** A whole user that does not say whether it is active. */
  | 'active-missing'
  | 'user-name-guid'
  /** Members that are named by something else than an id. */
  | 'member-by-name'
  | 'nested-group'
  | 'scim-1'
  /** A template whose placeholders were not filled in. */
  | 'template-unfilled'
  | 'password';

/** What of a request the signs are read from. */
export interface CallSource {
  readonly authorization: string | undefined;
  /** As it came, below the mount. */
  readonly url: string;
  readonly method: string;
  /** Below the base URL. */
  readonly segments: readonly string[];
  readonly query: string;
  readonly body: unknown;
}

const MOST_ELEMENTS = 200;
const SCIM_1 = 'urn:scim:schemas:core:1.0';

/** Reads the signs of a call. What is looked at is bounded, however large the body. */
export function callSigns(source: CallSource): readonly CallSign[] {
  return [...new Set([...headerSigns(source), ...addressSigns(source), ...bodySigns(source)])];
}

function headerSigns({ authorization = '' }: CallSource): readonly CallSign[] {
  if (/^ *bearer +bearer /i.test(authorization)) return ['bearer-twice'];
  return /^ *[^\s]+ *$/.test(authorization) && !/^ *bearer *$/i.test(authorization) ? ['bearer-missing'] : [];
}

function addressSigns({ url, segments, query }: CallSource): readonly CallSign[] {
  const signs: CallSign[] = [];
  const [first = '', second = ''] = segments;
  if (url.includes('//') && /^[^?]*\/\//.test(url.replace(/^[a-z]+:\/\//i, ''))) signs.push('double-slash');
  if (isEndpointName(first) && isEndpointName(second)) signs.push('endpoint-twice');
  if (/^(?:scim|v\d)$/i.test(first) && second !== '') signs.push('extra-segment');
  for (const part of /aadOpt/i.test(query) ? query.split('&', 20) : []) {
    const [name = ''] = part.split('=');
    if (/^aadOpt/i.test(name)) signs.push(/^aadOptscim062020$/i.test(name) ? 'entra-flag' : 'entra-flag-misspelt');
  }
  return signs;
}

function isEndpointName(segment: string): boolean {
  return /^(?:users|groups)$/i.test(segment);
}

function bodySigns({ method, segments, body }: CallSource): readonly CallSign[] {
  if (!isRecord(body)) return [];
  const signs: CallSign[] = [];
  const [endpoint = ''] = segments;
  const isUser = endpoint === 'Users' && (method === 'POST' || method === 'PUT');
  if (listOf(attributeOf(body, 'schemas')).includes(SCIM_1)) signs.push('scim-1');
  if (Object.values(body).slice(0, MOST_ELEMENTS).some(isUnfilled)) signs.push('template-unfilled');
  signs.push(...attributeSigns(body));
  if (isUser && attributeOf(body, 'active') === undefined) signs.push('active-missing');
  for (const operation of listOf(attributeOf(body, 'operations'))) signs.push(...operationSigns(operation));
  return signs;
}

function operationSigns(operation: unknown): readonly CallSign[] {
  if (!isRecord(operation)) return [];
  const signs: CallSign[] = [];
  const [op, path, value] = ['op', 'path', 'value'].map((name) => attributeOf(operation, name));
  if (typeof op === 'string' && op !== op.toLowerCase()) signs.push('capital-operation');
  if (typeof path === 'string') {
    const [attribute = ''] = (path.split(':').at(-1) ?? '').split('[');
    signs.push(...attributeSigns({ [attribute]: value }));
  } else if (isRecord(value)) signs.push(...attributeSigns(value));
  return signs;
}

function attributeSigns(attributes: object): readonly CallSign[] {
  const signs: CallSign[] = [];
  const [active, userName] = [attributeOf(attributes, 'active'), attributeOf(attributes, 'userName')];
  if (active !== undefined) signs.push('active');
  if (typeof active === 'string') signs.push('active-text');
  if (typeof userName === 'string' && isGuid(userName.trim())) signs.push('user-name-guid');
  if (typeof attributeOf(attributes, 'password') === 'string') signs.push('password');
  for (const member of listOf(attributeOf(attributes, 'members'))) {
    const value = isRecord(member) ? attributeOf(member, 'value') : member;
    if (typeof value === 'string' && /[\s@]/.test(value.trim())) signs.push('member-by-name');
    if (isRecord(member) && /^group$/i.test(String(attributeOf(member, 'type')))) signs.push('nested-group');
  }
  return signs;
}

function isUnfilled(value: unknown): boolean {
  const texts = isRecord(value) ? Object.values(value).slice(0, MOST_ELEMENTS) : [value];
  return texts.some((text) => typeof text === 'string' && /\{\$[\w.]+\}|\{\{[\w.\s]+\}\}/.test(text.slice(0, 500)));
}

/** Names of attributes are compared without case. */
function attributeOf(object: object, name: string): unknown {
  if (Object.hasOwn(object, name)) return Reflect.get(object, name);
  const wanted = name.toLowerCase();
  const found = Object.keys(object)
    .slice(0, MOST_ELEMENTS)
    .find((key) => key.toLowerCase() === wanted);
  return found === undefined ? undefined : Reflect.get(object, found);
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value.slice(0, MOST_ELEMENTS) : [value];
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

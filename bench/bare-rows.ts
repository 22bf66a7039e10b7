import { foldCase, type JsonObject, type JsonValue } from 'express-sso-scim';

// The values in the rows of ours that are not plain attributes, for what the benchmark sends and nothing else.

/** The values of `insertUser`. */
export function newUserValues(id: string, created: string, attributes: JsonObject): readonly unknown[] {
  const { userName, displayName, externalId, emails } = attributes;
  const name = foldCase(String(userName));
  const key = `userName:${name}`;
  const addresses = (emails as readonly { readonly value: string }[]).map(({ value }) => foldCase(value));
  return [
    id,
    created,
    JSON.stringify(attributes),
    searchDocument(id, attributes),
    JSON.stringify([key]),
    userName,
    displayName,
    name,
    foldCase(String(externalId)),
    foldCase(String(displayName)),
    key,
    [...new Set(addresses)],
  ];
}

/** What filters look into: every value under the names that lead to it, folded and as it is. */
export function searchDocument(id: string, attributes: JsonObject): string {
  return JSON.stringify({ ...searchNode(attributes), id: [searchNode(id)] });
}

function searchNode(value: JsonValue): Record<string, unknown> {
  if (typeof value === 'string') {
    const folded = foldCase(value);
    return folded === value ? { t: value } : { t: folded, x: value };
  }
  if (typeof value === 'boolean') return { b: value ? '1' : '0' };
  const node: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value ?? {})) {
    node[`.${name}`] = Array.isArray(member) ? member.map(searchNode) : [searchNode(member)];
  }
  return node;
}

/** Which counter of a group a change of this member goes to. */
export function shardOf(memberId: string): number {
  let hash = 0;
  for (let index = 0; index < memberId.length; index += 1) hash = (hash * 31 + memberId.charCodeAt(index)) | 0;
  return Math.abs(hash) % 16;
}

import type { AttributeType } from '../schema/attribute-type.js';

/**
 * Entra's expression `SingleAppRoleAssignment` puts a whole role as JSON into the text of `roles[].value`:
 * `"{\"id\":\"…\",\"value\":\"25\",\"displayName\":\"Role1234\"}"`. Gives the role it means, or `undefined` for any
 * other text and attribute.
 */
export function roleFromText(
  attribute: AttributeType,
  text: string,
): { readonly value: string; readonly display?: string } | undefined {
  if (attribute.name !== 'roles' || !text.startsWith('{') || text.length > 4096) return undefined;
  let role: unknown;
  try {
    role = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { value, displayName } = role as { readonly value?: unknown; readonly displayName?: unknown };
  if (typeof value !== 'string' || value.startsWith('{')) return undefined;
  return typeof displayName === 'string' ? { value, display: displayName } : { value };
}

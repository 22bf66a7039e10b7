import { isJsonRecord, type JsonRecord, textList, textOf } from './json-object.js';

/**
 * What a provider says about groups. Four different things: only `present` and `empty` say what somebody is in; after
 * `missing` and `overflow` nobody may lose a membership.
 */
export type OidcGroups =
  | {
      readonly state: 'present';
      readonly values: readonly string[];
      /** Exactly 100, where Okta cuts without saying so: others may be missing. */
      readonly mayBeCut: boolean;
    }
  | { readonly state: 'empty' }
  | { readonly state: 'missing' }
  /** The provider has more than fit into a token (Entra: more than 200), and says so. */
  | { readonly state: 'overflow' };

const OKTA_LIMIT = 100;

/** Reads the groups claim; `name` is a name and never a path. What cannot be understood counts as missing. */
export function readGroups(name: string, idToken: JsonRecord, userInfo: JsonRecord | undefined): OidcGroups {
  if (idToken[name] !== undefined) return groupsOf(idToken[name]);
  if (isOverflow(name, idToken)) return { state: 'overflow' };
  if (userInfo?.[name] !== undefined) return groupsOf(userInfo[name]);
  return userInfo && isOverflow(name, userInfo) ? { state: 'overflow' } : { state: 'missing' };
}

/** The groups that a list amounts to. */
export function groupsOf(value: unknown): OidcGroups {
  const single = textOf(value);
  const values = single === undefined ? textList(value) : [single];
  if (!values) return { state: 'missing' };
  if (values.length === 0) return { state: 'empty' };
  return { state: 'present', values: [...new Set(values)], mayBeCut: values.length === OKTA_LIMIT };
}

/** Entra points to where the groups are; the address in the token is never called. */
function isOverflow(name: string, claims: JsonRecord): boolean {
  const elsewhere = claims['_claim_names'];
  if (isJsonRecord(elsewhere) && Object.hasOwn(elsewhere, name)) return true;
  return claims['hasgroups'] === true || claims['hasgroups'] === 'true';
}

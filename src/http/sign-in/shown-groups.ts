import type { OidcGroups } from '../../oidc/group-claim.js';

const MOST = 100;
const LONGEST = 100;

/**
 * Groups for a line of the log: a token may have thousands, and names of any length. Shows the first 100, each up to 100
 * characters, and says how many `more` there are.
 */
export function shownGroups(groups: OidcGroups): OidcGroups & { readonly more?: number } {
  if (groups.state !== 'present') return groups;
  const { values } = groups;
  const shown = values.slice(0, MOST).map((value) => (value.length > LONGEST ? `${value.slice(0, LONGEST)}…` : value));
  return { ...groups, values: shown, ...(values.length > MOST && { more: values.length - MOST }) };
}

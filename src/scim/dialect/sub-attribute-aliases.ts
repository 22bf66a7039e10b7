/**
 * Names that identity providers give to sub-attributes, by attribute and lower-case name.
 *
 * Entra writes `displayName` into app roles where the schema has `display`; templates of OneLogin write the manager's id
 * as `managerId`.
 */
export const SUB_ATTRIBUTE_ALIASES: ReadonlyMap<string, ReadonlyMap<string, string>> = new Map([
  ['roles', new Map([['displayname', 'display']])],
  ['manager', new Map([['managerid', 'value']])],
]);

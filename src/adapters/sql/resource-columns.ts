/** Columns of `resources` that a caller's values fill, with the names of the values. */
const VALUE_COLUMNS: ReadonlyMap<string, string> = new Map([
  ['attributes', 'attributes'],
  ['search', 'search'],
  ['unique_keys', 'uniqueKeys'],
  ['key_entries', 'keyEntries'],
  ['access_ending', 'accessEnding'],
  ['user_name', 'userName'],
  ['display_name', 'displayName'],
  ['user_name_key', 'userNameKey'],
  ['external_id_key', 'externalIdKey'],
  ['display_name_key', 'displayNameKey'],
]);

/** Columns and values of a new row. */
export const NEW_ROW: { readonly columns: string; readonly values: string } = {
  columns: ['organization_id, directory_id, id, type, version, created, last_modified', ...VALUE_COLUMNS.keys()].join(
    ', ',
  ),
  values: [
    '{organizationId}, {directoryId}, {id}, {type}, 1, {created}, {created}',
    ...Array.from(VALUE_COLUMNS.values(), (name) => `{${name}}`),
  ].join(', '),
};

/** `set` of a changed row. */
export const CHANGED_VALUES: string = Array.from(VALUE_COLUMNS, ([column, name]) => `${column} = {${name}}`).join(', ');

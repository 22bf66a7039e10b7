/** JSON Schema of a name that people give to a directory or a token. */
export const NAME_SCHEMA: Readonly<Record<string, unknown>> = {
  type: 'string',
  pattern: '^(?=.*\\S)[^\\p{Cc}\\p{Cs}]{1,200}$',
  description: 'a name of 1 to 200 characters, not only blanks, without control characters',
};

/**
 * Names that identity providers search by although no schema has them, by lower-case name.
 *
 * Okta lets an administrator enter `email` as the unique identifier field of a SCIM connection and then sends
 * `email eq "ada@example.com"`.
 */
export const FILTER_ATTRIBUTE_ALIASES: ReadonlyMap<string, string> = new Map([['email', 'emails.value']]);

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
/** Entra names this beside the core schema of a group; nothing in the group belongs to it. */
const ENTRA_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

/** The body of a `POST /Users`. */
export interface PushedUser {
  readonly userName: string;
  readonly [attribute: string]: unknown;
}

/** A person as Entra creates one: with the enterprise schema, an empty list of roles and a `meta` of its own. */
export function entraUser(
  givenName: string,
  familyName: string,
  work: { readonly title: string; readonly department: string; readonly manager?: string; readonly active?: boolean },
): PushedUser {
  const userName = addressOf(givenName, familyName, 'acme.example');
  return {
    schemas: [USER, ENTERPRISE_USER],
    externalId: `entra-${givenName.toLowerCase()}`,
    userName,
    active: work.active ?? true,
    displayName: `${givenName} ${familyName}`,
    name: { formatted: `${givenName} ${familyName}`, givenName, familyName },
    title: work.title,
    preferredLanguage: 'en-US',
    emails: [{ primary: true, type: 'work', value: userName }],
    addresses: [{ primary: true, type: 'work', streetAddress: '1 Main Street', locality: 'Lisbon', country: 'PT' }],
    roles: [],
    meta: { resourceType: 'User' },
    [ENTERPRISE_USER]: {
      department: work.department,
      organization: 'Acme',
      ...(work.manager === undefined ? {} : { manager: { value: `bulkId:${work.manager}` } }),
    },
  };
}

/** A person as Okta creates one. */
export function oktaUser(givenName: string, familyName: string, active = true): PushedUser {
  const userName = addressOf(givenName, familyName, 'globex.example');
  return {
    schemas: [USER],
    externalId: `okta-${givenName.toLowerCase()}`,
    userName,
    name: { givenName, familyName },
    displayName: `${givenName} ${familyName}`,
    emails: [{ primary: true, value: userName, type: 'work' }],
    locale: 'en-US',
    groups: [],
    active,
  };
}

/** A group of Entra, whose members are those of `memberNames`. */
export function entraGroup(displayName: string, memberNames: readonly string[]): object {
  const externalId = `entra-${displayName.toLowerCase()}`;
  return { schemas: [GROUP, ENTRA_GROUP], externalId, displayName, members: members(memberNames) };
}

/** A group of Okta, whose members are those of `memberNames`. */
export function oktaGroup(displayName: string, memberNames: readonly string[]): object {
  return { schemas: [GROUP], displayName, members: members(memberNames) };
}

function addressOf(givenName: string, familyName: string, domain: string): string {
  return `${givenName}.${familyName}@${domain}`.toLowerCase();
}

/** The ids are not known yet: in a bulk request people are referred to by name (RFC 7644 section 3.7.2). */
function members(names: readonly string[]): readonly object[] {
  return names.map((name) => ({ value: `bulkId:${name}` }));
}

import { type OidcGroups, type OidcIdentity, redactedClaims } from 'express-sso-scim';

/** Who is signed in, as the session keeps it. What somebody may do is looked up at each request. */
export interface Person {
  readonly userId: string;
  /** Absent for the operator, who sees to all of them. */
  readonly organizationId?: string;
  readonly email: string;
  readonly name: string;
  /** What the identity provider said; absent for who came in without one. */
  readonly claimed?: Claimed;
}

/** A person of an organization. */
export type Member = Person & { readonly organizationId: string };

interface Claimed {
  readonly groups: OidcGroups;
  /** For whoever looks for what is wrong; without values that say something about the person. */
  readonly claims: OidcIdentity['claims'];
}

/** Runs the application, and looks at the requests of organizations. */
export const OPERATOR: Person = { userId: 'operator', email: 'operator@example-app.example', name: 'Olga Operator' };

/** @param user as provisioning knows the person behind the identity */
export function signedInPerson(
  { groups, claims }: Pick<OidcIdentity, 'groups' | 'claims'>,
  user: { readonly id: string; readonly organizationId: string; readonly email: string; readonly displayName?: string },
): Member {
  const { id: userId, organizationId, email, displayName: name = email } = user;
  return { userId, organizationId, email, name, claimed: { groups, claims: redactedClaims(claims) } };
}

/** The person of the session of a request. */
export function personOf({ user }: { readonly user?: unknown }): Person | undefined {
  return user as Person | undefined;
}

/** The same, where the person belongs to an organization. */
export function memberOf(request: { readonly user?: unknown }): Member | undefined {
  const person = personOf(request);
  return person && isMember(person) ? person : undefined;
}

function isMember(person: Person): person is Member {
  return person.organizationId !== undefined;
}

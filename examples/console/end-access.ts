import type { EndAccess } from 'express-sso-scim';

/** Ends what somebody has open. Sessions end by themselves here, since each request looks at the person, see sign-in.ts. */
export const endAccess: EndAccess = ({ directoryId, userId, reason }) =>
  console.log(`${directoryId}: ${userId} is ${reason}. An application ends the sessions and keys of this person here.`);

import { isStorableText } from '../core/storable-text.js';
import type { SignInIdentity } from './sign-in-identity.js';

/** The identity without what no store can keep or look up: texts that the host has never given a name to. */
export function storableIdentity(identity: SignInIdentity): SignInIdentity {
  const { name, timezone, oid, groups } = identity;
  return {
    ...identity,
    name: storable(name),
    timezone: storable(timezone),
    oid: storable(oid),
    groups: groups.state === 'present' ? { ...groups, values: groups.values.filter(isStorableText) } : groups,
  };
}

function storable(text: string | undefined): string | undefined {
  return text !== undefined && isStorableText(text) ? text : undefined;
}

import type { UserProfile } from '../storage/host-storage.js';
import type { JsonObject, JsonValue } from '../storage/resource-store.js';
import { type PushedPhone, readPushedPhone } from './phone.js';

/** What a pushed user resource says about the person, as far as the host keeps it. */
export interface PushedProfile {
  readonly profile: UserProfile;
  /** Whether the address is one that somebody can be found by. */
  readonly hasAddress: boolean;
  readonly phone: PushedPhone;
  readonly externalId?: string;
  /** Every address that the resource names, the user name among them. */
  readonly addresses: readonly string[];
}

/** Reads the canonical attributes of a user: the primary address, else the first, else a user name that is one. */
export function readPushedProfile(attributes: JsonObject, phoneCountry?: string): PushedProfile {
  const userName = textOf(attributes['userName']) ?? '';
  const emails = primaryFirst(attributes['emails']);
  const email = emails[0] ?? userName;
  const displayName = nameOf(attributes);
  const timezone = textOf(attributes['timezone']);
  const externalId = textOf(attributes['externalId']);
  const [primary, secondary] = primaryFirst(attributes['phoneNumbers'], 'keep-empty');
  return {
    profile: {
      email,
      ...(displayName !== undefined && { displayName }),
      ...(timezone !== undefined && { timezone }),
    },
    hasAddress: email.includes('@'),
    phone: readPushedPhone(
      { ...(primary !== undefined && { primary }), ...(secondary !== undefined && { secondary }) },
      phoneCountry,
    ),
    ...(externalId !== undefined && { externalId }),
    addresses: [userName, ...emails].filter((each) => each.includes('@')),
  };
}

function nameOf({ displayName, name }: JsonObject): string | undefined {
  const shown = textOf(displayName);
  if (shown !== undefined || !isObject(name)) return shown;
  const whole = [textOf(name['givenName']), textOf(name['familyName'])].filter((part) => part !== undefined).join(' ');
  return textOf(name['formatted']) ?? textOf(whole);
}

/** The values of a multi-valued attribute, the one marked primary first. */
function primaryFirst(
  values: JsonValue | undefined,
  empty: 'leave-out' | 'keep-empty' = 'leave-out',
): readonly string[] {
  if (!Array.isArray(values)) return [];
  const elements = values.filter(isObject);
  const sorted = [
    ...elements.filter(({ primary }) => primary === true),
    ...elements.filter(({ primary }) => primary !== true),
  ];
  const texts = sorted.map(({ value }) => (typeof value === 'string' ? value : ''));
  return empty === 'keep-empty' ? texts : texts.filter((text) => text.trim() !== '');
}

function textOf(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

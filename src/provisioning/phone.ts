import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { ProvisioningPolicy } from './provisioning-policy.js';

/** The phone number of a person. */
export interface PhoneFacts {
  /** E.164, such as `+4915123456789`. */
  readonly number: string;
  readonly from: 'directory' | 'own';
  readonly confirmed: boolean;
}

/** The number that a directory pushed. */
export type PushedPhone =
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'none' }
  /** There is one, and it is no phone number. */
  | { readonly kind: 'invalid' };

/**
 * The number to import: the primary one; the secondary only where the primary is empty. One without country code is read as
 * of `country` (ISO 3166-1, two letters).
 */
export function readPushedPhone(
  { primary, secondary }: { readonly primary?: string | null; readonly secondary?: string | null },
  country?: string,
): PushedPhone {
  const text = [primary, secondary].map((each) => each?.trim() ?? '').find((each) => each !== '');
  if (text === undefined) return { kind: 'none' };
  const number = readPhone(text, country);
  return number === undefined ? { kind: 'invalid' } : { kind: 'number', number };
}

/** The number in E.164; `undefined` for what is no phone number. An extension is left out. */
export function readPhone(text: string, country?: string): string | undefined {
  const from = country?.toUpperCase();
  const parsed = parsePhoneNumberFromString(text, isCountry(from) ? from : undefined);
  return parsed?.isValid() ? parsed.number : undefined;
}

/** The phone afterwards, and whether its owner is to be asked to confirm it. */
export interface PhonePlan {
  readonly phone: PhoneFacts | undefined;
  readonly confirm: boolean;
}

type PhonePolicy = Pick<ProvisioningPolicy, 'phoneChange' | 'phoneConfirmation' | 'pushedPhones'>;

/**
 * What a push does to the number. One that its owner has entered stays where people may enter their own, unless the policy says
 * otherwise; an invalid one changes nothing; the same number again keeps its confirmation.
 */
export function planPushedPhone(current: PhoneFacts | undefined, pushed: PushedPhone, policy: PhonePolicy): PhonePlan {
  const own = current?.from === 'own' && policy.phoneChange && policy.pushedPhones === 'keep-own';
  if (own || pushed.kind === 'invalid') return { phone: current, confirm: false };
  if (pushed.kind === 'none') return { phone: current?.from === 'own' ? current : undefined, confirm: false };
  const { number } = pushed;
  if (current?.number === number) return { phone: current, confirm: false };
  return { phone: { number, from: 'directory', confirmed: false }, confirm: policy.phoneConfirmation };
}

/** What it does when people enter a number themselves; whether they may is `lockOf`'s to say. */
export function planOwnPhone(current: PhoneFacts | undefined, number: string, policy: PhonePolicy): PhonePlan {
  if (current?.number === number) return { phone: current, confirm: false };
  return { phone: { number, from: 'own', confirmed: false }, confirm: policy.phoneConfirmation };
}

/** Whether notifications may go to the number. */
export function mayNotify(
  phone: PhoneFacts | undefined,
  { phoneConfirmation }: Pick<ProvisioningPolicy, 'phoneConfirmation'>,
): phone is PhoneFacts {
  return phone !== undefined && (phone.confirmed || !phoneConfirmation);
}

function isCountry(text: string | undefined): text is CountryCode {
  return text !== undefined && isSupportedCountry(text);
}

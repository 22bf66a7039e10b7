/**
 * Whether text can be kept by every store: databases refuse the NUL character and lone surrogates, which JSON can carry.
 */
export function isStorableText(text: string): boolean {
  return !text.includes('\u0000') && text.isWellFormed();
}

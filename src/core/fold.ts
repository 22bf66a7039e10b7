/**
 * Folds letter case: two strings are equal without regard to case when their folded forms are equal. The one meaning of
 * "caseExact: false" everywhere; stores keep folded keys and compare them byte by byte, since database engines disagree
 * about letters such as `İ` and `ß`.
 */
export function foldCase(text: string): string {
  // At the end of a word Greek has a sigma of its own, which must not tell apart what is equal elsewhere.
  return text.toLowerCase().replaceAll('ς', 'σ');
}

import { foldCase } from '../core/fold.js';

/**
 * Whether a group passes a filter of names. Each pattern is a glob: `*` stands for any text, `?` for one character, letter
 * case does not count; one that begins with `!` excludes. No pattern that includes means all groups.
 */
export function passesFilter(name: string, patterns: readonly string[]): boolean {
  const folded = foldCase(name);
  const included = patterns.filter((pattern) => !pattern.startsWith('!'));
  const excluded = patterns.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
  const matches = (pattern: string) => matchesGlob(folded, foldCase(pattern));
  return (included.length === 0 || included.some(matches)) && !excluded.some(matches);
}

/** In the worst case text times pattern steps: a star that fails is tried again from the next character only. */
function matchesGlob(name: string, glob: string): boolean {
  const text = [...name];
  const pattern = [...glob];
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (pattern[next] === '*') {
      star = next;
      resume = at;
      next += 1;
    } else if (next < pattern.length && (pattern[next] === '?' || pattern[next] === text[at])) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      next = star + 1;
      resume += 1;
      at = resume;
    } else {
      return false;
    }
  }
  return pattern.slice(next).every((rest) => rest === '*');
}

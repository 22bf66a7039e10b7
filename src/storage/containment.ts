/** Up to here the search of the engine is the fastest there is, whatever is sought in whatever text. */
const SHORT = { sought: 16, text: 1024 } as const;

/**
 * Compiles the test whether a text holds another one. It takes no longer than both together are long: the search of the
 * engine may compare all of a long text sought at each place of a long text (85 ms were seen for a single look).
 */
export function containing(sought: string): (text: string) => boolean {
  if (sought.length <= SHORT.sought) return (text) => text.includes(sought);
  let borders: Uint32Array | undefined;
  return (text) => {
    if (text.length <= SHORT.text) return text.includes(sought);
    borders ??= bordersOf(sought);
    return isFound(sought, borders, text);
  };
}

/** The search of Knuth, Morris and Pratt. */
function isFound(sought: string, borders: Uint32Array, text: string): boolean {
  let met = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    while (met > 0 && sought.charCodeAt(met) !== unit) met = borders[met - 1] ?? 0;
    if (sought.charCodeAt(met) === unit) met += 1;
    if (met === sought.length) return true;
  }
  return false;
}

/** For each beginning of a text how much of its own beginning it ends with. */
function bordersOf(sought: string): Uint32Array {
  const borders = new Uint32Array(sought.length);
  let met = 0;
  for (let at = 1; at < sought.length; at += 1) {
    const unit = sought.charCodeAt(at);
    while (met > 0 && sought.charCodeAt(met) !== unit) met = borders[met - 1] ?? 0;
    if (sought.charCodeAt(met) === unit) met += 1;
    borders[at] = met;
  }
  return borders;
}

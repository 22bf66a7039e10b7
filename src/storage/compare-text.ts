/** Text that holds a character beyond the first 65,536: only there code units and code points disagree. */
const BEYOND_BASIC_PLANE = /[\ud800-\udfff]/;

/**
 * Compares two texts by Unicode code points: negative, zero or positive. It is the order of their bytes in UTF-8, which
 * databases know as collation `C` or `BINARY`. The `<` of JavaScript goes by UTF-16 code units and puts an emoji before
 * `\uFF5E`.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  if (BEYOND_BASIC_PLANE.test(a) || BEYOND_BASIC_PLANE.test(b)) return compareCodePoints(a, b);
  return a < b ? -1 : 1;
}

function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Puts the halves of characters beyond the basic plane behind all of that plane. */
function rank(codeUnit: number): number {
  return codeUnit >= 0xd800 && codeUnit <= 0xdfff ? codeUnit + 0x10000 : codeUnit;
}

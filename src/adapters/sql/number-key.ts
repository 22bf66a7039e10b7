import { Buffer } from 'node:buffer';

/**
 * A text of 16 hexadecimal digits for each number, in the order of the numbers: the bits of the double, with the sign
 * turned round, and for negative numbers all the others too. Databases read decimal text into types of their own, and
 * then take apart what is equal here.
 */
export function numberKey(value: number): string {
  const bytes = Buffer.alloc(8);
  // Zero has two forms, which are equal.
  bytes.writeDoubleBE(value === 0 ? 0 : value);
  const bits = bytes.readBigUInt64BE();
  const isNegative = bits >> 63n === 1n;
  bytes.writeBigUInt64BE(isNegative ? BigInt.asUintN(64, ~bits) : bits | (1n << 63n));
  return bytes.toString('hex');
}

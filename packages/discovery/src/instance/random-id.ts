import { type Random } from '@rookery/common';

const DIGITS = 36;
const LENGTH = 12;

/** Twelve random letters and digits: 62 bits, enough that two instances never draw the same. Not a secret. */
export function randomId(random: Random): string {
  return Array.from({ length: LENGTH }, () => Math.floor(random() * DIGITS).toString(DIGITS)).join('');
}

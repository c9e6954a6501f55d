import { type Clock, type Random } from '@rookery/common';

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0');

/**
 * A source of UUIDv7 (RFC 9562, 5.7): 48 bits of time, then a counter that keeps ids of one millisecond in order
 * (method 1 of 6.2), then 62 random bits. Indexes over such ids stay dense.
 */
export function createIds(clock: Clock, random: Random): () => string {
  let time = 0;
  let counter = 0;
  const randomBits = (bits: number) => Math.floor(random() * 2 ** bits);
  return () => {
    const now = clock.now();
    counter += 1;
    // A full counter borrows the next millisecond; a clock that went back changes nothing until it has caught up.
    if (now > time || counter > 0xfff) {
      time = Math.max(now, time + (counter > 0xfff ? 1 : 0));
      counter = randomBits(11);
    }
    const head = hex(Math.floor(time), 12);
    const variant = hex(0x8000 + randomBits(14), 4);
    return `${head.slice(0, 8)}-${head.slice(8)}-7${hex(counter, 3)}-${variant}-${hex(randomBits(24), 6)}${hex(randomBits(24), 6)}`;
  };
}

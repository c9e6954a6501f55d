/**
 * A text as 32 bits: FNV-1a with the finalizer of MurmurHash3, so that texts that differ in one character have nothing
 * in common. It is the same in every process and on every machine. Not for secrets.
 */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return mix(hash);
}

/** The hash of a pair, made of the hashes of its halves. */
export function hashPair(a: number, b: number): number {
  return mix(Math.imul(a, 0x9e3779b1) ^ b);
}

/** A hash as a number in (0, 1). */
export function toUnit(hash: number): number {
  return (hash + 0.5) / 2 ** 32;
}

function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

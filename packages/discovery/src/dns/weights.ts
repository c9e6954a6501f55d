/** The largest weight of an instance; an SRV record's goes up to 65535. */
const LARGEST = 1_000;

/** The weights of SRV records as weights of instances: in the same proportion, and at least 1 (RFC 2782's "very small"). */
export function toWeights(weights: readonly number[]): number[] {
  const largest = weights.reduce((max, weight) => Math.max(max, weight), 0);
  const scale = largest > LARGEST ? LARGEST / largest : 1;
  return weights.map((weight) => Math.max(1, Math.round(weight * scale)));
}

import { type Random } from '@rookery/common';
import { type BalancingAlgorithm, type Candidate } from './balancing-algorithm.js';

/** More than any measured load: Finagle's `Long.MaxValue >> 16`, scaled to a number. */
const UNMEASURED = 2 ** 47;

/**
 * Draws two different instances and takes the one with the lower load, which is its latency times its running calls.
 * Two draws are nearly as good as looking at all, and never send everybody to the same "best" one.
 *
 * Sources: Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001; Finagle's `P2CPick.scala`.
 */
export function p2cPeakEwma(random: Random): BalancingAlgorithm {
  return {
    pick(candidates, now) {
      if (candidates.length === 1) return candidates[0];
      const first = Math.floor(random() * candidates.length);
      // A draw from one fewer, shifted past the first: always another one, each as likely, no second try.
      const other = Math.floor(random() * (candidates.length - 1));
      const a = candidates[first] ?? candidates[0];
      const b = candidates[other >= first ? other + 1 : other] ?? candidates[0];
      return loadOf(b, now) < loadOf(a, now) ? b : a;
    },
  };
}

/** An instance that was never measured gets one call at a time until it has shown what it is like. */
function loadOf({ weight, stats }: Candidate, now: number): number {
  if (!stats.measured && stats.pending > 0) return UNMEASURED + stats.pending;
  return (stats.cost(now) * (stats.pending + 1) * stats.crowding(now)) / weight;
}

import { hashPair, hashText } from '../balancer/hash.js';
import { type Candidate } from '../balancer/balancing-algorithm.js';

/**
 * The part of a large fleet that one caller talks to, so that not everybody holds connections to everybody: the `size`
 * instances that draw the highest numbers for this caller. The same caller gets the same ones each time, a change of
 * the fleet changes one of them at most, and callers need to know nothing of each other.
 *
 * Algorithm: gRPC's random subsetting by rendezvous hashing (A68). Dividing the callers by their number, as in "Site
 * Reliability Engineering", chapter 20, or in Finagle's deterministic aperture, spreads more evenly, but each
 * caller's place among all callers has to be known and moves with every deployment.
 */
export function subsetFor<C extends Candidate>(
  caller: string,
  size: number,
  candidates: readonly C[],
): readonly C[] {
  if (candidates.length <= size) return candidates;
  const own = hashText(caller);
  const drawn = candidates.map((candidate) => ({
    candidate,
    draw: hashPair(own, hashText(candidate.instance.id)),
  }));
  drawn.sort((a, b) => b.draw - a.draw || (a.candidate.instance.id < b.candidate.instance.id ? -1 : 1));
  return drawn.slice(0, size).map(({ candidate }) => candidate);
}

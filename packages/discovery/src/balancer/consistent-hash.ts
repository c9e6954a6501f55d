import { type Random } from '@rookery/common';
import { type BalancingAlgorithm, type Candidate, type Candidates } from './balancing-algorithm.js';
import { hashPair, hashText, toUnit } from './hash.js';
import { p2cPeakEwma } from './p2c.js';
import { perList } from './per-list.js';

/**
 * The same instance for the same key, in every process: each instance draws a number for the key, and the highest wins.
 * When an instance leaves, only its own keys move; when one comes, only those that it gets. It looks at all instances,
 * so a pick takes longer the more there are. A call without a key goes where `p2c` sends it.
 *
 * Algorithm: rendezvous hashing (Thaler and Ravishankar, "A Name-Based Mapping Scheme for Rendezvous", 1996), weighted
 * by -weight / ln(draw), which gives each its exact share (Schindelhauer and Schomaker, "Weighted Distributed Hash
 * Tables", 2005).
 */
export function consistentHash(random: Random): BalancingAlgorithm {
  const withoutKey = p2cPeakEwma(random);
  const hashesOf = perList((candidates) => candidates.map(({ instance }) => hashText(instance.id)));
  const algorithm: BalancingAlgorithm = {
    pick(candidates, now, call) {
      if (call.key === undefined) return withoutKey.pick(candidates, now, call);
      return highestFor(hashText(call.key), candidates, hashesOf(candidates));
    },
    mayTry: (candidate, others, now, call) =>
      call.key === undefined || algorithm.pick([candidate, ...others], now, call) === candidate,
  };
  return algorithm;
}

function highestFor(key: number, candidates: Candidates, hashes: readonly number[]): Candidate {
  let [chosen] = candidates;
  let highest = -Infinity;
  candidates.forEach((candidate, at) => {
    const score = -candidate.weight / Math.log(toUnit(hashPair(key, hashes[at] ?? 0)));
    if (score <= highest) return;
    highest = score;
    chosen = candidate;
  });
  return chosen;
}

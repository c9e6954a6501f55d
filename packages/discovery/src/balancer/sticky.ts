import { type Random } from '@rookery/common';
import { type BalancingAlgorithm, type Candidate, type Candidates } from './balancing-algorithm.js';
import { p2cPeakEwma } from './p2c.js';
import { perList } from './per-list.js';

/** Keys that are remembered for a service; those that were not used for the longest time are forgotten first. */
export const REMEMBERED_KEYS = 10_000;

/**
 * The instance that had the key before, as long as it can be called; a new key goes where `p2c` sends it, and so does a
 * call without a key. Other than with a consistent hash, a key stays when instances are added, and each process
 * remembers for itself.
 */
export function sticky(random: Random): BalancingAlgorithm {
  const others = p2cPeakEwma(random);
  const byId = perList(indexById);
  /** The instance's id for each key, the one used last at the end. */
  const owners = new Map<string, string>();
  const remember = (key: string, id: string): void => {
    owners.delete(key);
    owners.set(key, id);
    if (owners.size <= REMEMBERED_KEYS) return;
    for (const oldest of owners.keys()) return void owners.delete(oldest);
  };
  return {
    pick(candidates, now, call) {
      const { key, exclude } = call;
      if (key === undefined) return others.pick(candidates, now, call);
      const owner = owners.get(key);
      const candidate = owner === undefined ? undefined : byId(candidates).get(owner);
      const chosen = candidate ?? others.pick(candidates, now, call);
      // One try elsewhere does not move the key: its instance may be well.
      if (owner === undefined || !exclude?.has(owner)) remember(key, chosen.instance.id);
      return chosen;
    },
    mayTry({ instance }, _others, _now, { key }) {
      if (key === undefined) return true;
      const owner = owners.get(key) ?? instance.id;
      if (owner !== instance.id) return false;
      remember(key, owner);
      return true;
    },
  };
}

function indexById(candidates: Candidates): ReadonlyMap<string, Candidate> {
  return new Map(candidates.map((candidate) => [candidate.instance.id, candidate]));
}

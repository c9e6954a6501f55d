import { type Random } from '@rookery/common';
import { type BalancingAlgorithm, type Candidate, type Candidates } from './balancing-algorithm.js';
import { p2cPeakEwma } from './p2c.js';
import { perList } from './per-list.js';

/** Keys that are remembered for a service; those that were not used for the longest time are forgotten first. */
export const REMEMBERED_KEYS = 10_000;

/** Instances that are remembered for a key: calls with one key can be of several kinds, such as HTTP and gRPC. */
const OWNERS_PER_KEY = 4;

/**
 * The instance that had the key before, as long as it can be called; a new key goes where `p2c` sends it, and so does a
 * call without a key. Other than with a consistent hash, a key stays when instances are added, and each process
 * remembers for itself. Of several that had the key, it is the last one that the call can go to, so that calls over another
 * protocol or by another route do not move it.
 */
export function sticky(random: Random): BalancingAlgorithm {
  const others = p2cPeakEwma(random);
  const byId = perList(indexById);
  const memory = new OwnerMemory();
  return {
    pick(candidates, now, call) {
      const { key, exclude } = call;
      if (key === undefined) return others.pick(candidates, now, call);
      const known = memory.of(key);
      const listed = byId(candidates);
      const owner = known.find((id) => listed.has(id));
      const chosen = (owner !== undefined && listed.get(owner)) || others.pick(candidates, now, call);
      // One try elsewhere does not move the key: its instance may be well.
      if (!exclude || !known.some((id) => exclude.has(id))) memory.note(key, chosen.instance.id);
      return chosen;
    },
    mayTry({ instance }, candidates, _now, { key }) {
      if (key === undefined) return true;
      const known = memory.of(key);
      const listed = byId(candidates);
      const owner = known.find((id) => id === instance.id || listed.has(id));
      if (known.length > 0 && owner !== instance.id) return false;
      memory.note(key, instance.id);
      return true;
    },
  };
}

/** Who had which key, the last one first. */
class OwnerMemory {
  /** The key that was used last is at the end. */
  readonly #owners = new Map<string, readonly string[]>();

  of(key: string): readonly string[] {
    return this.#owners.get(key) ?? [];
  }

  note(key: string, id: string): void {
    const known = this.of(key);
    this.#owners.delete(key);
    this.#owners.set(key, known[0] === id ? known : moved(known, id));
    if (this.#owners.size <= REMEMBERED_KEYS) return;
    for (const oldest of this.#owners.keys()) return void this.#owners.delete(oldest);
  }
}

function moved(known: readonly string[], first: string): readonly string[] {
  return [first, ...known.filter((id) => id !== first)].slice(0, OWNERS_PER_KEY);
}

function indexById(candidates: Candidates): ReadonlyMap<string, Candidate> {
  return new Map(candidates.map((candidate) => [candidate.instance.id, candidate]));
}

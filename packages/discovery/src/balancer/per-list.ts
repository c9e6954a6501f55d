import { type Candidates } from './balancing-algorithm.js';

/** What is made of a list of candidates, made once for each list and dropped with it. */
export function perList<T>(make: (candidates: Candidates) => T): (candidates: Candidates) => T {
  const made = new WeakMap<Candidates, T>();
  let last: Candidates | undefined;
  let current: T | undefined;
  return (candidates) => {
    // Nearly every call comes with the list of the call before.
    if (candidates === last) return current as T;
    let value = made.get(candidates);
    if (value === undefined) {
      value = make(candidates);
      made.set(candidates, value);
    }
    last = candidates;
    current = value;
    return value;
  };
}

/** Whether they all weigh the same, so that nothing has to be weighed. */
export function sameWeights(candidates: Candidates): boolean {
  const [{ weight }] = candidates;
  return candidates.every((candidate) => candidate.weight === weight);
}

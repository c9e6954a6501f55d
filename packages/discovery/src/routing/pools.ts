import { type Candidate, type Candidates } from '../balancer/balancing-algorithm.js';

/** Candidates that get a share of the calls together. */
export interface Pool {
  /** Above 0; the shares of all pools make 1. */
  readonly share: number;
  readonly candidates: Candidates;
}

/** The one pool of candidates between which nothing has to be divided. */
export function onePool(candidates: Candidates): readonly Pool[] {
  return [{ share: 1, candidates }];
}

/** The pool that a number from [0, 1) falls into. */
export function drawPool(pools: readonly Pool[], drawn: number): Pool {
  let left = drawn;
  for (const pool of pools) {
    left -= pool.share;
    if (left < 0) return pool;
  }
  // Shares that add up to a little less than 1 leave this gap.
  return pools[pools.length - 1] as Pool;
}

/** Pools with shares that may make any sum, brought to a sum of 1; those without a share are left out. */
export function normalized(pools: readonly Pool[]): readonly Pool[] {
  const some = pools.filter(({ share }) => share > 0);
  const sum = some.reduce((total, { share }) => total + share, 0);
  return scaled(some, 1 / sum);
}

/** The same pools with their shares multiplied, such as those within a pool. */
export function scaled(pools: readonly Pool[], factor: number): readonly Pool[] {
  return pools.map(({ share, candidates }) => ({ share: share * factor, candidates }));
}

/** The candidates in groups, by what `name` says of each. */
export function grouped(
  candidates: readonly Candidate[],
  name: (candidate: Candidate) => string,
): ReadonlyMap<string, Candidates> {
  const groups = new Map<string, [Candidate, ...Candidate[]]>();
  for (const candidate of candidates) {
    const group = groups.get(name(candidate));
    if (group) group.push(candidate);
    else groups.set(name(candidate), [candidate]);
  }
  return groups;
}

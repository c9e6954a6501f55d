/**
 * Counts in a fixed number of buckets, which find the n-th smallest entry in as many steps as the number of buckets has
 * binary digits. The tree is Fenwick's: "A New Data Structure for Cumulative Frequency Tables", Software: Practice and
 * Experience 24(3), 1994. Node `n` holds the sum of the `n & -n` buckets that end with the n-th.
 */
export class RankedCounts {
  readonly #tree: Uint32Array;
  #total = 0;

  /** @param buckets How many; a power of two. */
  constructor(private readonly buckets: number) {
    this.#tree = new Uint32Array(buckets + 1);
  }

  get total(): number {
    return this.#total;
  }

  /** Adds one entry to a bucket; the first is 0. */
  add(bucket: number): void {
    this.#total += 1;
    for (let node = bucket + 1; node <= this.buckets; node += node & -node)
      this.#tree[node] = (this.#tree[node] as number) + 1;
  }

  /** The bucket of the entry with this rank; the smallest entry has rank 1. */
  find(rank: number): number {
    let below = 0;
    let left = rank;
    for (let step = this.buckets / 2; step >= 1; step /= 2) {
      const sum = this.#tree[below + step] as number;
      if (sum >= left) continue;
      below += step;
      left -= sum;
    }
    return below;
  }

  clear(): void {
    this.#tree.fill(0);
    this.#total = 0;
  }
}

/**
 * Numbers snapshots by etcd's revisions. etcd's answers come over several connections, so that the last to arrive need
 * not be the newest: the revision says which is. It only ever grows, also when the cluster loses its data and counts
 * anew.
 */
export class Timeline {
  #base = 0;
  #latest = 0;

  /**
   * Called before a question is asked; what it returns gives the number of the answer. An answer that is older than what
   * was known before it was asked for comes from a cluster that has lost its data, because etcd's reads are linearizable.
   */
  ask(): (revision: number) => number {
    const [base, latest] = [this.#base, this.#latest];
    return (revision) => {
      // Somebody else has noticed, and this answer is from before or after: it counts as from before.
      if (base !== this.#base) return base + revision;
      if (revision < latest) this.skip();
      return this.at(revision);
    };
  }

  /** The number of a revision that was told in the same order in which it happened. */
  at(revision: number): number {
    this.#latest = Math.max(this.#latest, revision);
    return this.#base + revision;
  }

  /** From now on every number is greater than all before it. */
  skip(): void {
    this.#base += this.#latest;
    this.#latest = 0;
  }
}

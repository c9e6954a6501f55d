import { type Random } from '@rookery/common';

/**
 * The members of a cluster, and which of them is asked first. It starts with any of them, so that processes spread over
 * the cluster, and stays with one for as long as it answers.
 */
export class Endpoints {
  #first: number;
  #failovers = 0;

  constructor(
    private readonly all: readonly string[],
    random: Random,
  ) {
    this.#first = Math.floor(random() * all.length);
  }

  /** How often another member had to be asked first from then on. */
  get failovers(): number {
    return this.#failovers;
  }

  /** All of them, in the order in which they are to be tried. */
  inOrder(): readonly string[] {
    return [...this.all.slice(this.#first), ...this.all.slice(0, this.#first)];
  }

  /** An endpoint did not answer: the next one is asked first, unless somebody else has noticed already. */
  leave(endpoint: string): void {
    if (this.all.length === 1 || this.all[this.#first] !== endpoint) return;
    this.#first = (this.#first + 1) % this.all.length;
    this.#failovers += 1;
  }
}

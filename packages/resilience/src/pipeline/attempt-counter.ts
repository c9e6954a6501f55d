/** Numbers the attempts of one call, whoever starts them. */
export class AttemptCounter {
  #last = 1;

  /** The number of a further attempt; the first attempt of a call is 1 and needs no asking. */
  next(): number {
    this.#last += 1;
    return this.#last;
  }
}

/** A place in a queue; whoever holds it can leave from the middle. */
export interface Place<T> {
  readonly item: T;
  before: Place<T> | undefined;
  behind: Place<T> | undefined;
}

/** First in, first out, and out of the middle: a doubly linked list, in which each of these steps is O(1). */
export class LinkedQueue<T> {
  #first: Place<T> | undefined;
  #last: Place<T> | undefined;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The one that waits longest. */
  get first(): Place<T> | undefined {
    return this.#first;
  }

  /** The one that came last. */
  get last(): Place<T> | undefined {
    return this.#last;
  }

  /** Adds an item at the end. */
  add(item: T): Place<T> {
    const place: Place<T> = { item, before: this.#last, behind: undefined };
    if (this.#last) this.#last.behind = place;
    else this.#first = place;
    this.#last = place;
    this.#size += 1;
    return place;
  }

  /** Takes out a place of this queue that was not taken out before. */
  remove({ before, behind }: Place<T>): void {
    if (before) before.behind = behind;
    else this.#first = behind;
    if (behind) behind.before = before;
    else this.#last = before;
    this.#size -= 1;
  }

  /** The items, longest wait first. The item that was just given may leave meanwhile. */
  *[Symbol.iterator](): Generator<T> {
    for (let place = this.#first; place; place = place.behind) yield place.item;
  }
}

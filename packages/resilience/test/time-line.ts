interface Due {
  readonly at: number;
  readonly task: () => void;
}

/** Runs tasks in the order of their times, as fast as it can. A binary heap: simulations have millions of them. */
export class TimeLine {
  #now = 0;
  readonly #heap: Due[] = [];

  /** The time of the task that runs, in milliseconds. */
  get now(): number {
    return this.#now;
  }

  after(ms: number, task: () => void): void {
    this.at(this.#now + ms, task);
  }

  at(time: number, task: () => void): void {
    const heap = this.#heap;
    const due = { at: time, task };
    let index = heap.push(due) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (!above || above.at <= time) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = due;
  }

  /** Runs what is due until this time. */
  run(until: number): void {
    for (let due = this.#heap[0]; due && due.at <= until; due = this.#heap[0]) {
      this.#removeFirst();
      this.#now = due.at;
      due.task();
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const left = heap[child];
      const right = heap[child + 1];
      if (!left) break;
      if (right && right.at < left.at) child += 1;
      const least = right && right.at < left.at ? right : left;
      if (last.at <= least.at) break;
      heap[index] = least;
      index = child;
    }
    heap[index] = last;
  }
}

import { PRIORITIES, type Priority } from '../pipeline/priority.js';
import { LinkedQueue, type Place } from './linked-queue.js';

interface Seat<T> {
  readonly queue: LinkedQueue<T>;
  readonly place: Place<T>;
}

/**
 * Who waits for their turn: first in, first out among those of one priority, and a higher priority before a lower one.
 * Every step is O(1) in the number of those who wait.
 */
export class WaitingLine<T> {
  /** From the lowest priority to the highest. */
  readonly #queues = PRIORITIES.map(() => new LinkedQueue<T>());
  readonly #seats = new Map<T, Seat<T>>();

  get size(): number {
    return this.#seats.size;
  }

  /** Joins behind all of its priority. An item is in the line once: one that enters again gives up its place. */
  enter(item: T, priority: Priority): void {
    this.leave(item);
    // There is a queue for each priority.
    const queue = this.#queues[PRIORITIES.indexOf(priority)] as LinkedQueue<T>;
    this.#seats.set(item, { queue, place: queue.add(item) });
  }

  /** Gives its place up. `false` when it is not in the line. */
  leave(item: T): boolean {
    const seat = this.#seats.get(item);
    if (!seat) return false;
    seat.queue.remove(seat.place);
    return this.#seats.delete(item);
  }

  /** Takes out whose turn it is: of the highest priority that waits, the one that waits longest. */
  next(): T | undefined {
    const queue = this.#queues.findLast(({ size }) => size > 0);
    const item = queue?.first?.item;
    if (item !== undefined) this.leave(item);
    return item;
  }

  /**
   * Who gives way to one of this priority where not all can wait: of the lowest priority that waits, the one that came
   * last, if that priority is lower. It stays in the line.
   */
  below(priority: Priority): T | undefined {
    const lower = this.#queues.slice(0, PRIORITIES.indexOf(priority));
    return lower.find(({ size }) => size > 0)?.last?.item;
  }
}

import { type Random } from '@rookery/common';
import { type Candidate, type Candidates } from './balancing-algorithm.js';

interface Turn {
  readonly candidate: Candidate;
  /** When it is its turn, in the time of the queue: the lower, the earlier. */
  due: number;
}

/**
 * Whose turn it is when some have more turns than others: earliest deadline first, where everybody's next deadline is
 * 1 / weight after the last one. As smooth as nginx's weighted round robin, in which the heavy one's turns are spread
 * among the others', but it looks at log2(n) entries of a heap instead of at all.
 *
 * Source: Envoy's `EdfScheduler`. The first deadlines are random, so that callers that start together differ.
 */
export class TurnQueue {
  readonly #heap: Turn[];

  constructor(candidates: Candidates, random: Random) {
    this.#heap = candidates.map((candidate) => ({ candidate, due: random() / candidate.weight }));
    // A sorted list is a heap.
    this.#heap.sort((a, b) => a.due - b.due);
  }

  next(): Candidate {
    const turn = this.#heap[0] as Turn;
    turn.due += 1 / turn.candidate.weight;
    this.#sink(turn);
    return turn.candidate;
  }

  /** Moves the first one down until nobody below it is due earlier. */
  #sink(turn: Turn): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      const earlier = dueAt(heap, right) < dueAt(heap, left) ? right : left;
      if (dueAt(heap, earlier) >= turn.due) break;
      heap[at] = heap[earlier] as Turn;
      at = earlier;
    }
    heap[at] = turn;
  }
}

function dueAt(heap: readonly Turn[], at: number): number {
  return heap[at]?.due ?? Infinity;
}

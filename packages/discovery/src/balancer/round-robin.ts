import { type Random } from '@rookery/common';
import { type BalancingAlgorithm, type Candidate, type Candidates } from './balancing-algorithm.js';
import { perList, sameWeights } from './per-list.js';
import { randomChoice } from './random-choice.js';
import { TurnQueue } from './turn-queue.js';

/**
 * One after the other, the heavier ones more often. It starts anywhere, so that callers that start together do not all
 * begin with the same one.
 *
 * Every list has turns of its own: with one count for all of them, calls that go to two lists by turns, such as those of
 * two protocols, would always meet the same half of each. For the same reason a second try takes no turn: it goes to any
 * of the others.
 */
export function roundRobin(random: Random): BalancingAlgorithm {
  let last: { readonly candidate: Candidate; readonly list: Candidates } | undefined;
  const secondTry = randomChoice(random);
  const turnsOf = perList((list) =>
    sameWeights(list) ? ring(list, firstOf(list)) : new TurnQueue(list, random),
  );
  /** A list that has changed goes on after the one that had the last turn, so that nobody is passed over or called twice. */
  const firstOf = (list: Candidates): number => {
    if (!last) return Math.floor(random() * list.length);
    const { id } = last.candidate.instance;
    const at = list.findIndex(({ instance }) => instance.id === id);
    return at < 0 ? last.list.indexOf(last.candidate) : at + 1;
  };
  return {
    pick(list, now, call) {
      if (call.exclude && call.exclude.size > 0) return secondTry.pick(list, now, call);
      const candidate = turnsOf(list).next();
      last = { candidate, list };
      return candidate;
    },
  };
}

/** The turns of equals. */
function ring(list: Candidates, first: number): { next(): Candidate } {
  let turn = first % list.length;
  return {
    next() {
      const candidate = list[turn] ?? list[0];
      turn = turn + 1 === list.length ? 0 : turn + 1;
      return candidate;
    },
  };
}

import { median } from '../suite.ts';

/** A call to make again and again. */
export type Call = () => Promise<unknown>;

/** What one round of calls showed. */
export interface Round {
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** One round of each, right after the other. */
export interface Pair {
  readonly ours: Round;
  readonly theirs: Round;
}

const IN_FLIGHT = 32;
const CALLS = 8_000;
const ROUNDS = 9;

/**
 * Rounds of both in turn, each with 32 calls in flight, because the speed of the machine changes. The first two are those
 * in which the engine compiles.
 */
export async function inTurn(ours: Call, theirs: Call): Promise<Pair[]> {
  const pairs: Pair[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = round % 2 === 0;
    const before = first ? undefined : await measure(theirs);
    const own = await measure(ours);
    pairs.push({ ours: own, theirs: before ?? (await measure(theirs)) });
  }
  return pairs.slice(2);
}

/** The median over the rounds. */
export function over(pairs: readonly Pair[], value: (pair: Pair) => number): number {
  return median(pairs.map(value));
}

async function measure(call: Call): Promise<Round> {
  const took: number[] = [];
  let left = CALLS;
  const caller = async () => {
    while (left > 0) {
      left -= 1;
      const startedAt = performance.now();
      await call();
      took.push(performance.now() - startedAt);
    }
  };
  const startedAt = performance.now();
  await Promise.all(Array.from({ length: IN_FLIGHT }, caller));
  const seconds = (performance.now() - startedAt) / 1_000;
  took.sort((a, b) => a - b);
  return { perSecond: CALLS / seconds, p99Ms: took[Math.floor(CALLS * 0.99)] ?? NaN };
}

import { median, type Measured } from './suite.ts';

/** Something to call again and again. */
export type Work = () => Promise<unknown>;

const ROUNDS = 21;

/**
 * Measures two works in turn and compares the CPU time of one call of each, in nanoseconds. CPU time and not the time
 * on the wall, because other programs share the machine; in turn, because its speed changes. The ratio is the median
 * of the rounds' ratios.
 */
export async function compareCpuTime(
  ours: Work,
  theirs: Work,
  { calls, against }: { readonly calls: number; readonly against: string },
): Promise<Measured> {
  const rounds: { ours: number; theirs: number }[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.push({ ours: await cpuTimePerCall(ours, calls), theirs: await cpuTimePerCall(theirs, calls) });
  }
  // The first rounds are those in which the engine compiles.
  const warm = rounds.slice(6);
  return {
    value: median(warm.map((round) => round.ours)),
    unit: 'ns',
    ratio: median(warm.map((round) => round.ours / round.theirs)),
    against: `${against} (${median(warm.map((round) => round.theirs)).toFixed(0)} ns)`,
  };
}

async function cpuTimePerCall(work: Work, calls: number): Promise<number> {
  const before = process.cpuUsage();
  for (let call = 0; call < calls; call += 1) await work();
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / calls;
}

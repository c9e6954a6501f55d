/** What one case measured: our value, and how it compares to a twin measured in the same run. */
export interface Measured {
  readonly value: number;
  readonly unit: string;
  /** Ours divided by theirs. */
  readonly ratio: number;
  /** What the twin is. */
  readonly against: string;
}

/** A file of benchmarks: each case by its name. */
export type Suite = () => Promise<Record<string, Measured>>;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low = 0, high = 0] = [sorted[middle - 1], sorted[middle]];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}

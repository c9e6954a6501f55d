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
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}

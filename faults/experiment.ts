/** What came of one run of an experiment. Times are in milliseconds. */
export interface Findings {
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  /** Acknowledged and never seen again. */
  readonly lost: number;
  /** Took effect more than once. */
  readonly duplicated: number;
  readonly p50: number;
  readonly p99: number;
  /** Each figure that had to hold, in words with the measured value, and whether it did. */
  readonly figures: Readonly<Record<string, boolean>>;
}

/** Breaks something real under load. The seed decides everything that is left to chance. */
export interface Experiment {
  readonly title: string;
  run(seed: number): Promise<Findings>;
}

/** The value below which the given share of the numbers lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

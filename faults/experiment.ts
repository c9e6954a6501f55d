import { type RegistryKind } from './registries.ts';

/** What came of one run of an experiment. Times are in milliseconds. */
export interface Findings {
  readonly sent: number;
  readonly ok: number;
  readonly failed: number;
  /** Acknowledged and never seen again; left out where that is not measured. */
  readonly lost?: number;
  /** Took effect more than once; left out where that is not measured. */
  readonly duplicated?: number;
  /** How long half of them took, and all but one in a hundred; left out where they do not take time worth measuring. */
  readonly p50?: number;
  readonly p99?: number;
  /** Each figure that had to hold, in words with the measured value, and whether it did. */
  readonly figures: Readonly<Record<string, boolean>>;
}

/** What the command line says about a run beyond its seed. */
export interface RunOptions {
  /** Where the services of the experiment find each other. */
  readonly registry: RegistryKind;
}

/** Breaks something real under load. The seed decides everything that is left to chance. */
export interface Experiment {
  readonly title: string;
  /** Whether it says something about every registry, so that one can be chosen. Default `false`. */
  readonly onEveryRegistry?: boolean;
  run(seed: number, options: RunOptions): Promise<Findings>;
}

/** The value below which the given share of the numbers lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

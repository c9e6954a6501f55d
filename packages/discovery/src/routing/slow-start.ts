import { type Check, type Duration, is, required, shape, toMilliseconds } from '@rookery/common';

/** Lets a new instance warm up under few calls. */
export interface SlowStartOptions {
  /** The time after which it gets its full share. */
  window: Duration;
  /** 1 lets the share grow evenly; more lets it grow faster at first. From 0.1 to 10. Default 1. */
  aggression?: number;
}

/** The share that it begins with, of Envoy as well: without any calls nothing would warm up. */
const SMALLEST_FACTOR = 0.1;

/** The weights of those that are warming up change this often within the window. */
const STEPS = 20;

export const slowStartCheck: Check = shape<SlowStartOptions>({
  window: required(is.duration({ min: 100, max: 3_600_000 })),
  aggression: is.numberBetween(0.1, 10),
});

/** How much of its weight an instance has at an age. */
export interface SlowStart {
  readonly windowMs: number;
  /** How long a factor may be used before it is asked for again. */
  readonly stepMs: number;
  factor(ageMs: number): number;
}

/** Formula: Envoy's `slow_start_config`: max(0.1, (age / window) ^ (1 / aggression)). */
export function slowStart({ window, aggression = 1 }: SlowStartOptions): SlowStart {
  const windowMs = toMilliseconds(window);
  return {
    windowMs,
    stepMs: windowMs / STEPS,
    factor: (ageMs) =>
      ageMs >= windowMs ? 1 : Math.max(SMALLEST_FACTOR, (Math.max(0, ageMs) / windowMs) ** (1 / aggression)),
  };
}

import { type Check, type Duration, is, shape, toMilliseconds } from '@rookery/common';

/** A delay that follows what is measured: the time within which this share of recent first attempts answered. */
export interface HedgeQuantile {
  /** The share, from 0.5 to 0.999: at 0.95 about one call in twenty is hedged. Default 0.95. */
  quantile?: number;
  /**
   * How many recent answers the quantile needs; with fewer the `initialDelay` counts. Default: as many as it takes for
   * one of them to be slower than the quantile, `1 / (1 - quantile)`, which is 20 at 0.95.
   */
  minimumCalls?: number;
  /** How far back answers count, at most; at least the later half of it does. Default `'60s'`. */
  window?: Duration;
  /**
   * The delay while there are too few answers. Default: none, and no call is hedged until then. An app that has just
   * started is slow everywhere, and would double the load of what it calls at the worst moment.
   */
  initialDelay?: Duration;
}

// "Defer sending a secondary request until the first request has been outstanding for more than the 95th-percentile
// expected latency for this class of requests": Dean and Barroso, "The Tail at Scale", CACM 56(2), 2013.
export const HEDGE_QUANTILE_DEFAULTS = { quantile: 0.95, window: '60s' } as const satisfies HedgeQuantile;

/** The same delay for every call. */
export interface FixedDelaySettings {
  readonly type: 'fixed';
  readonly ms: number;
}

/** A delay that is learned, durations in milliseconds. */
export interface QuantileDelaySettings {
  readonly type: 'quantile';
  readonly quantile: number;
  readonly minimumCalls: number;
  readonly windowMs: number;
  readonly initialMs: number | undefined;
}

export type HedgeDelaySettings = FixedDelaySettings | QuantileDelaySettings;

// Without a delay every call would be made twice, which is load and no hedge.
const duration = is.duration({ min: 1 });

const quantile = shape<HedgeQuantile>({
  quantile: is.numberBetween(0.5, 0.999),
  minimumCalls: is.wholeNumber({ min: 1 }),
  window: is.duration({ min: 1_000 }),
  initialDelay: duration,
});

/** A duration, or an object. */
export const hedgeDelayCheck: Check = (value, path, problems) =>
  (typeof value === 'object' ? quantile : duration)(value, path, problems);

/** The settings of a checked delay. */
export function hedgeDelaySettings(given: Duration | HedgeQuantile): HedgeDelaySettings {
  if (typeof given !== 'object') return { type: 'fixed', ms: toMilliseconds(given) };
  const share = given.quantile ?? HEDGE_QUANTILE_DEFAULTS.quantile;
  return {
    type: 'quantile',
    quantile: share,
    minimumCalls: given.minimumCalls ?? callsFor(share),
    windowMs: toMilliseconds(given.window ?? HEDGE_QUANTILE_DEFAULTS.window),
    initialMs: given.initialDelay === undefined ? undefined : toMilliseconds(given.initialDelay),
  };
}

/** 1 / (1 - 0.95) is a little more than 20 in floating point, and means 20. */
function callsFor(share: number): number {
  return Math.ceil(1 / (1 - share) - 1e-6);
}

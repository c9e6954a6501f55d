import { type Check, type Duration, is, required, shape, toMilliseconds } from '@rookery/common';

/** Makes calls slow. */
export interface ChaosLatency {
  /** How many of the calls it strikes, in percent, from 0 to 100. */
  rate: number;
  /** How long such a call is held back before it is made. */
  delay: Duration;
}

/** Makes calls fail. */
export interface ChaosFault {
  /** How many of the calls it strikes, in percent, from 0 to 100. */
  rate: number;
  /** Makes the error of such a call, which is not made. Default: a `ChaosError`. */
  error?: () => unknown;
}

/** Makes calls return something else. */
export interface ChaosOutcome {
  /** How many of the calls it strikes, in percent, from 0 to 100. */
  rate: number;
  /** Makes the result of such a call, which is not made. */
  result: () => unknown;
}

/** How calls are disturbed on purpose. At least one of `latency`, `fault` and `outcome` is needed. */
export interface ChaosOptions {
  /** Makes calls slow. Default: none. */
  latency?: ChaosLatency;
  /** Makes calls fail. Default: none. */
  fault?: ChaosFault;
  /** Makes calls return something else. Default: none. */
  outcome?: ChaosOutcome;
  /** Whether it is on; a function is asked for each call, so that a test or an operator can switch it. Default `true`. */
  enabled?: boolean | (() => boolean);
  /** Allows it where `NODE_ENV` is `production`, which is otherwise refused. Default `false`. */
  force?: boolean;
}

export const CHAOS_DEFAULTS = { enabled: true, force: false } as const satisfies ChaosOptions;

/** The options with their defaults filled in, the duration in milliseconds. */
export interface ChaosSettings {
  readonly latency: { readonly rate: number; readonly delayMs: number } | undefined;
  readonly fault: Readonly<ChaosFault> | undefined;
  readonly outcome: Readonly<ChaosOutcome> | undefined;
  readonly enabled: boolean | (() => boolean);
}

const rate = required(is.numberBetween(0, 100));

const options = shape<ChaosOptions>({
  latency: shape<ChaosLatency>({ rate, delay: required(is.duration({ min: 1 })) }),
  fault: shape<ChaosFault>({ rate, error: is.callable }),
  outcome: shape<ChaosOutcome>({ rate, result: required(is.callable) }),
  enabled: (value, path, problems) =>
    (typeof value === 'function' ? is.callable : is.flag)(value, path, problems),
  force: is.flag,
});

/** At least one disturbance, and never in production by mistake. */
export const chaosCheck: Check = (value, path, problems) => {
  options(value, path, problems);
  if (typeof value !== 'object' || value === null) return;
  const { latency, fault, outcome, force = CHAOS_DEFAULTS.force } = value as ChaosOptions;
  if (!latency && !fault && !outcome)
    problems.push(`${path}: It disturbs nothing. Give latency, fault or outcome.`);
  if (process.env['NODE_ENV'] === 'production' && !force)
    problems.push(
      `${path}: NODE_ENV is production, where calls are not to be disturbed by mistake. Leave it out there, or set force: true.`,
    );
};

/** The settings of checked options. */
export function chaosSettings({ latency, fault, outcome, enabled }: ChaosOptions): ChaosSettings {
  return {
    latency: latency && { rate: latency.rate, delayMs: toMilliseconds(latency.delay) },
    fault,
    outcome,
    enabled: enabled ?? CHAOS_DEFAULTS.enabled,
  };
}

const MILLISECONDS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A unit a duration can be written in: milliseconds, seconds, minutes, hours or days. */
export type DurationUnit = keyof typeof MILLISECONDS;

/** A length of time: a number of milliseconds, or a number with its unit, such as `'1.5s'` or `'200ms'`. */
export type Duration = number | `${number}${DurationUnit}`;

const WRITTEN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/**
 * The duration in milliseconds, or `undefined` when the value is not a duration.
 * Negative, infinite and unit-less strings are not durations.
 */
export function parseDuration(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : undefined;
  const [, amount, unit] = (typeof value === 'string' && WRITTEN.exec(value)) || [];
  return amount && unit ? Number(amount) * MILLISECONDS[unit as DurationUnit] : undefined;
}

/** The duration in milliseconds. Throws a `RangeError` when the value is not a duration. */
export function toMilliseconds(value: Duration): number {
  const milliseconds = parseDuration(value);
  if (milliseconds === undefined) {
    throw new RangeError(
      `Invalid duration ${JSON.stringify(value)}. Use milliseconds or a number with ms, s, m, h or d, such as "1.5s".`,
    );
  }
  return milliseconds;
}

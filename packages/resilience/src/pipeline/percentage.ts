import { type Check, is } from '@rookery/common';

/**
 * A percentage up to `max`: 0, or at least 1. Whoever writes 0.2 means 20 %, as many libraries write it, and would get a
 * hundredth of that without noticing.
 */
export function percentage(max: number): Check {
  const whole = is.numberBetween(0, max);
  return (value, path, problems) => {
    const isPart = typeof value === 'number' && value > 0 && value < 1;
    if (!isPart) return whole(value, path, problems);
    problems.push(
      `${path}: Invalid value ${value}. It is a percentage: use 20 for 20 %. Below 1 only 0 is allowed.`,
    );
  };
}

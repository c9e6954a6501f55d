import { type Check } from '@rookery/common';

/** Throws a `TypeError` when an option of a call cannot be used. */
export function refuse(check: Check, value: unknown, path: string): void {
  if (value === undefined) return;
  const problems: string[] = [];
  check(value, path, problems);
  if (problems.length > 0) throw new TypeError(problems.join(' '));
}

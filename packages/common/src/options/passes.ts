import { type Check } from './check.js';

/** Whether a value that anybody may have written is what the check asks for. */
export function passes(check: Check, value: unknown): boolean {
  const problems: string[] = [];
  check(value, '', problems);
  return problems.length === 0;
}

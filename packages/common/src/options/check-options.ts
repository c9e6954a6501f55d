import { OptionsError } from '../errors/options.error.js';
import { type Check } from './check.js';

/** Returns the options when they pass; throws an `OptionsError` that lists every problem when they do not. */
export function checkOptions<T>(where: string, checkAll: Check, options: T): T {
  if (options === undefined || options === null)
    throw new OptionsError(where, ['Missing. Give it its options.']);
  const problems: string[] = [];
  checkAll(options, '', problems);
  if (problems.length > 0) throw new OptionsError(where, problems);
  return options;
}

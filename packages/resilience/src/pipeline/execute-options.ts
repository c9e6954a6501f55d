import { check, is, shape } from '@rookery/common';
import { type ExecuteOptions } from './pipeline.js';
import { PRIORITIES } from './priority.js';

// By what it can do and not by its class: the signal may come from another realm.
const signal = check((value) => {
  const { aborted, addEventListener } = Object(value) as Partial<AbortSignal>;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}, 'an AbortSignal, such as the `signal` of an AbortController');

const options = shape<ExecuteOptions>({
  signal,
  retryIf: is.callable,
  respectRetryAfter: is.callable,
  idempotent: is.flag,
  key: check((value) => typeof value === 'string', 'a text'),
  priority: is.oneOf(...PRIORITIES),
  recordIf: is.callable,
  timeout: is.duration(),
  commitment: is.implementing('Commitment', 'make', 'onceMade'),
  onRetry: is.callable,
});

/** What is wrong with what `execute` was given, before any policy sees it; `undefined` when nothing is. */
export function executeMisuse(policy: string, call: unknown, given: unknown): TypeError | undefined {
  if (typeof call === 'function' && given === undefined) return undefined;
  const problems: string[] = [];
  if (typeof call !== 'function') {
    problems.push(
      'The call is no function. Hand in what starts it, as in `execute(() => fetch(url))`, ' +
        'not the promise of one that is under way.',
    );
  }
  options(given, '', problems);
  if (problems.length === 0) return undefined;
  return new TypeError(
    `Policy "${policy}": execute() cannot work with what it was given. ${problems.join(' ')}`,
  );
}

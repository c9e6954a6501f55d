import { check, type Check, type Duration, listOf, parseDuration, required, shape } from '@rookery/common';

/** A class of errors, by which those are told apart. */
export type ErrorClass = abstract new (...args: never[]) => Error;

/**
 * What becomes of an event:
 *
 * - `'retry'`: it is tried again after the handler's backoff;
 * - `{ delay }`: it is tried again after that time, as when the error is known to last;
 * - `'deadLetter'`: it goes to the dead letters without another try;
 * - `'discard'`: it counts as handled, and a warning says so.
 *
 * An attempt counts in any case, and the last one ends among the dead letters, unless it is discarded.
 */
export type ErrorAction = 'retry' | 'deadLetter' | 'discard' | { readonly delay: Duration };

/** What becomes of an event whose handler failed with such an error. */
export interface ErrorRule {
  /** A class of errors, or what tells which errors are meant. */
  on: ErrorClass | ((error: unknown) => boolean);
  action: ErrorAction;
}

const actionCheck: Check = check(
  (value) =>
    ['retry', 'deadLetter', 'discard'].includes(value as string) ||
    (typeof value === 'object' &&
      value !== null &&
      Object.keys(value).join() === 'delay' &&
      parseDuration((value as { delay: unknown }).delay) !== undefined),
  `'retry', 'deadLetter', 'discard' or { delay: '10m' }`,
);

/** A class of other things would never fit, and nothing would say so. */
const onCheck: Check = check(
  (value) =>
    typeof value === 'function' &&
    (isErrorClass(value as ErrorRule['on']) || !/^class\b/.test(Function.prototype.toString.call(value))),
  'a class of errors, or a function that tells which errors are meant',
);

export const errorRulesCheck: Check = listOf(
  shape<ErrorRule>({ on: required(onCheck), action: required(actionCheck) }),
);

/** What the first rule that fits says; `undefined` when none does. A rule that throws fits nothing. */
export function actionFor(error: unknown, rules: readonly ErrorRule[] = []): ErrorAction | undefined {
  return rules.find(({ on }) => fits(error, on))?.action;
}

function fits(error: unknown, on: ErrorRule['on']): boolean {
  if (isErrorClass(on)) return error instanceof on;
  try {
    return on(error);
  } catch {
    return false;
  }
}

function isErrorClass(on: ErrorRule['on']): on is ErrorClass {
  return on === Error || on.prototype instanceof Error;
}

import {
  backoffCheck,
  type BackoffOptions,
  checkOptions,
  createBackoff,
  type Duration,
  is,
  type Random,
  shape,
  toMilliseconds,
} from '@rookery/common';
import { type ErrorRule, errorRulesCheck } from '../pipeline/error-rules.js';
import { type HandlerSpec } from '../pipeline/handler-spec.js';

/** How a handler's events are tried. */
export interface HandlerOptions {
  /** Further tries after the first, before the event goes to the dead letters. Default 5. */
  retries?: number;
  /** The pauses between tries. Default: full jitter over 200 ms, doubled each time, up to 30 s. */
  backoff?: BackoffOptions;
  /** How many events it handles at a time in this process. Default 10. */
  concurrency?: number;
  /** How long one try may take. Default `'60s'`. */
  timeout?: Duration;
  /**
   * What becomes of an event after errors that are not of the moment: the first rule that fits counts. Default: it is tried again
   * after any error, and goes to the dead letters at once where its contract does not know it.
   */
  errors?: readonly ErrorRule[];
}

/** A check for each of the handler options. */
export const handlerOptionChecks = {
  retries: is.wholeNumber(),
  backoff: backoffCheck,
  concurrency: is.wholeNumber({ min: 1, max: 10_000 }),
  timeout: is.duration({ min: 1 }),
  errors: errorRulesCheck,
};

const checkHandlerOptions = shape<HandlerOptions>(handlerOptionChecks);

type HandlerSettings = Pick<HandlerSpec, 'retries' | 'backoff' | 'concurrency' | 'timeoutMs' | 'errors'>;

/** The options with their defaults. Throws an `OptionsError` that names `where` when they cannot be used. */
export function handlerSettings(where: string, options: HandlerOptions, random: Random): HandlerSettings {
  checkOptions(where, checkHandlerOptions, options);
  return {
    retries: options.retries ?? 5,
    backoff: createBackoff(options.backoff ?? {}, random),
    concurrency: options.concurrency ?? 10,
    timeoutMs: toMilliseconds(options.timeout ?? '60s'),
    errors: options.errors,
  };
}

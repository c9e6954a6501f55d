import { type Clock, toMilliseconds } from '@rookery/common';
import { consumerName } from '../broker/consumer-spec.js';
import { type Delivery, type Outcome } from '../broker/delivery.js';
import { DrainTimeoutError } from '../broker/drain-timeout.error.js';
import { type Log } from '../broker/log.js';
import { type ErrorAction } from './error-rules.js';
import { failureOf } from './failure.js';
import { type HandlerSpec } from './handler-spec.js';

/** A failed attempt. */
export interface FailedAttempt {
  readonly spec: HandlerSpec;
  readonly tools: { readonly clock: Clock; readonly log: Log };
  readonly delivery: Delivery;
  /** What its error asks for. */
  readonly action: ErrorAction;
  /** Whether no further try is left. */
  readonly final: boolean;
  readonly traceparent?: string | undefined;
}

/** Retries shorter than this are everyday noise: a log line of the lowest level that is usually shown. */
const SHORT_PAUSE_MS = 1_000;

/** What becomes of an event whose attempt failed. */
export function judge(
  error: unknown,
  { spec, tools, delivery, action, final, traceparent }: FailedAttempt,
): Outcome {
  // The app stopped the handler, which says nothing about the event: the attempt does not count.
  if (delivery.signal.reason instanceof DrainTimeoutError) return { kind: 'release' };
  const { clock, log } = tools;
  const failure = failureOf(error, clock.now(), traceparent);
  const { id: event, type } = delivery.message;
  const facts = { event, type, attempt: delivery.attempt, error: failure.message };
  const handler = consumerName(spec.consumer);
  if (action === 'discard') {
    log.warn(`${handler} failed on event ${event}, which is discarded as its rule says.`, facts);
    return { kind: 'done' };
  }
  if (final || action === 'deadLetter') {
    log.error(`${handler} gave up on event ${event}; it is among the dead letters.`, {
      ...facts,
      stack: failure.stack,
    });
    return { kind: 'dead', failure };
  }
  const delayMs = typeof action === 'object' ? toMilliseconds(action.delay) : spec.backoff(delivery.attempt);
  const level = delayMs < SHORT_PAUSE_MS ? 'log' : 'warn';
  log[level](`${handler} failed on event ${event} and tries again in ${Math.round(delayMs)} ms.`, facts);
  return { kind: 'retry', delayMs, failure };
}

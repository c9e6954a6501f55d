import { type CallObserver, type Clock, runInFreshContext, runWithDeadline } from '@rookery/common';
import { isObservable, lastValueFrom } from 'rxjs';
import { consumerName } from '../broker/consumer-spec.js';
import { type Delivery, type Outcome, type Receive } from '../broker/delivery.js';
import { type Log } from '../broker/log.js';
import { EventMismatchError } from '../contract/event-mismatch.error.js';
import { decodeEvent } from '../event/cloud-event.js';
import { type RookeryEvent } from '../event/rookery-event.js';
import { AttemptsExhaustedError } from './attempts-exhausted.error.js';
import { actionFor } from './error-rules.js';
import { type HandlerSpec } from './handler-spec.js';
import { judge } from './judge.js';
import { runWithTimeout } from './run-with-timeout.js';

export interface PipelineTools {
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: CallObserver;
}

/**
 * What happens to each delivery, in this order: count, decode, expiry, trace, timeout, contract, handler, outcome. A delivery
 * that was begun more often than allowed, cannot be read, or is not what its contract says, goes to the dead letters without
 * reaching the handler. One that has
 * expired is over: its publisher has said that it is of no use any more.
 */
export function createReceive(spec: HandlerSpec, tools: PipelineTools): Receive {
  const allowed = spec.retries + 1;
  return async (delivery) => {
    let event: RookeryEvent | undefined;
    try {
      if (delivery.attempt > allowed) throw new AttemptsExhaustedError(allowed);
      event = decodeEvent(delivery.message.body);
    } catch (error) {
      return judge(error, { spec, tools, delivery, action: 'deadLetter', final: true });
    }
    if (event.expiresAt && event.expiresAt.getTime() <= tools.clock.now())
      return discarded(spec, tools, event);
    return attempt(spec, tools, delivery, event);
  };
}

async function attempt(
  spec: HandlerSpec,
  tools: PipelineTools,
  delivery: Delivery,
  event: RookeryEvent,
): Promise<Outcome> {
  const { clock, observer, log } = tools;
  const call = describe(spec, delivery, event);
  const run = () =>
    runWithTimeout(clock, spec.timeoutMs, delivery.signal, (signal) =>
      runWithDeadline(clock, spec.timeoutMs, signal, () => handle(spec, event, signal)),
    );
  try {
    // A consumer begins something new: it inherits nothing from whoever published in the same process.
    await runInFreshContext({}, () => observer.observe(call, run));
    log.debug(`${consumerName(spec.consumer)} handled event ${event.id}.`);
    return { kind: 'done' };
  } catch (error) {
    const traceparent = event.headers['traceparent'];
    const action =
      actionFor(error, spec.errors) ?? (error instanceof EventMismatchError ? 'deadLetter' : 'retry');
    const final = delivery.attempt > spec.retries;
    return judge(error, { spec, tools, delivery, action, final, traceparent });
  }
}

function discarded(
  { consumer }: HandlerSpec,
  { log }: PipelineTools,
  { id, expiresAt }: RookeryEvent,
): Outcome {
  log.log(
    `${consumerName(consumer)} does not handle event ${id}: it expired at ${expiresAt?.toISOString()}.`,
  );
  return { kind: 'done' };
}

function describe({ consumer, label }: HandlerSpec, delivery: Delivery, event: RookeryEvent) {
  const destination = label ?? event.type;
  return {
    kind: 'consumer',
    name: `process ${destination}`,
    attributes: {
      'messaging.system': 'rookery',
      'messaging.operation.type': 'process',
      'messaging.destination.name': destination,
      'messaging.consumer.group.name': consumer.group,
      'messaging.message.id': event.id,
      'rookery.handler': consumer.handler,
      'rookery.attempt': delivery.attempt,
    },
    incoming: event.headers,
  } as const;
}

/** A handler may also return an observable: it has handled the event when that completes. */
async function handle(
  { read, invoke }: HandlerSpec,
  event: RookeryEvent,
  signal: AbortSignal,
): Promise<void> {
  const result = invoke(read ? await read(event) : event, signal);
  if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
  else await result;
}

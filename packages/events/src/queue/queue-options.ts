import { checkOptions, required, type Schema, schemaCheck, shape } from '@rookery/common';
import { type HandlerOptions, handlerOptionChecks } from '../bus/handler-options.js';
import { queueName } from '../event/event-type.js';

/** A queue, as `EventsModule.registerQueue` takes it. Every process that uses the queue registers it. */
export interface QueueOptions extends Omit<HandlerOptions, 'retries'> {
  /** The queue's name, the same for all services that use it. */
  name: string;
  /** Further tries after the first, before the message goes to the dead letters. Default 3. */
  maxRetries?: number;
  /**
   * What its messages are, in any library that speaks Standard Schema. One that does not fit is not published, and goes to the
   * dead letters without a try where it is consumed. Default: anything.
   */
  schema?: Schema;
}

const { retries: maxRetries, ...others } = handlerOptionChecks;
const checkQueue = shape<QueueOptions>({
  ...others,
  name: required(queueName),
  maxRetries,
  schema: schemaCheck,
});

/** Throws an `OptionsError` when a queue cannot be registered this way. */
export function checkQueueOptions(queue: QueueOptions): QueueOptions {
  return checkOptions('EventsModule.registerQueue', checkQueue, queue);
}

import { type RejectionError } from '../errors/rejection.error.js';
import { withoutStack } from '../errors/without-stack.js';
import { type EventSink } from './event-sink.js';

/** Makes the error of a call that a policy turns away, without a stack trace, and reports it to whoever listens. */
export function rejection<E extends RejectionError>(events: EventSink, policy: string, create: () => E): E {
  const error = withoutStack(create);
  if (events.observed) events.next({ type: 'rejected', policy, error });
  return error;
}

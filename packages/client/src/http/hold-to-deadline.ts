import { type Readable } from 'node:stream';
import { currentContext } from '@rookery/common';
import { TimeoutError } from '@rookery/resilience';
import { type Sending } from './send-try.js';

/**
 * Ends a body that its caller has not read when the time is up that the caller gave the whole call, and when the call is
 * aborted.
 */
export function holdToDeadline(body: Readable, { parts, signal }: Sending, endsAt: number): void {
  const { clock, pipeline } = parts;
  const deadline = Math.min(endsAt, currentContext().deadline ?? Infinity);
  const left = deadline - clock.monotonic();
  const scope = endsAt <= deadline ? 'total' : 'deadline';
  const timer =
    left < Infinity &&
    clock.schedule(left, () => body.destroy(new TimeoutError(pipeline.name, left, scope, deadline)));
  const abort = () => body.destroy(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort);
  body.once('close', () => {
    if (timer) timer.cancel();
    signal.removeEventListener('abort', abort);
  });
}

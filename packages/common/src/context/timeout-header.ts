import { type Clock } from '../clock/clock.js';
import { remainingTime } from './deadline.js';

/**
 * The header, or the field of a message's metadata, that tells how long the caller still waits: whole milliseconds, and
 * relative, because the clocks of two hosts differ. gRPC has a header of its own for it, `grpc-timeout`.
 */
export const TIMEOUT_HEADER = 'x-rookery-timeout-ms';

/** The longest time that a caller is believed, in milliseconds. */
export const LONGEST_TIMEOUT_MS = 60_000;

const WHOLE = /^(?:0|[1-9]\d{0,8})$/;

/**
 * Reads the header: how many milliseconds are left, at most `longestMs`. 0 says that the time was up on the way.
 * `undefined` where there is none, or none that can be read: a value that something on the way has spoilt, or a header that came
 * twice, is as good as none, since the caller still ends its call when its own time is up.
 */
export function parseTimeout(value: unknown, longestMs = LONGEST_TIMEOUT_MS): number | undefined {
  const text = typeof value === 'number' ? String(value) : value;
  if (typeof text !== 'string' || !WHOLE.test(text)) return undefined;
  return Math.min(Number(text), longestMs);
}

/**
 * The header's value for a call that is made now: what is left of the running call's deadline. Rounded up, so that the
 * other side does not give up before we do, and never 0. `undefined` where there is no deadline.
 */
export function outgoingTimeout(clock: Clock): string | undefined {
  const left = remainingTime(clock);
  return left === Infinity ? undefined : String(Math.max(1, Math.ceil(left)));
}

import { check } from '@rookery/common';
import { type DurationMessage, type ProtoDuration } from './service-config.js';

const WRITTEN = /^(\d{1,9})(?:\.(\d{1,9}))?s$/;

/** A duration in protobuf's JSON form that is longer than nothing. */
export const protoDuration = check(
  isWritten,
  'seconds with at most nine digits behind the point, such as "0.25s"',
);

/** The same, or seconds and nanoseconds apart, as `serviceConfigForGrpcJs` writes them. */
export const timeoutDuration = check(
  (value) => isWritten(value) || isMessage(value),
  'seconds with at most nine digits behind the point, such as "0.25s", or whole seconds and nanos apart',
);

/** A checked duration as protobuf's message has it. */
export function secondsAndNanos(duration: ProtoDuration | DurationMessage): DurationMessage {
  if (typeof duration !== 'string') return duration;
  const [, seconds = '0', fraction = ''] = WRITTEN.exec(duration) ?? [];
  return { seconds: Number(seconds), nanos: Number(fraction.padEnd(9, '0')) };
}

/** A checked duration in milliseconds. */
export function millisecondsOf(duration: ProtoDuration | DurationMessage): number {
  const { seconds, nanos } = secondsAndNanos(duration);
  return seconds * 1_000 + nanos / 1_000_000;
}

function isWritten(value: unknown): boolean {
  return typeof value === 'string' && WRITTEN.test(value) && millisecondsOf(value as ProtoDuration) > 0;
}

function isMessage(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { seconds, nanos, ...others } = value as Partial<DurationMessage>;
  const whole = isWhole(seconds, 999_999_999) && isWhole(nanos, 999_999_999);
  return whole && seconds + nanos > 0 && Object.keys(others).length === 0;
}

function isWhole(value: number | undefined, max: number): value is number {
  return Number.isInteger(value) && value !== undefined && value >= 0 && value <= max;
}

import { type Random } from '../random/random.js';

/**
 * A growing curve of which each pause is the rise from the last point to the next, and the points are drawn: one for
 * each retry, from an interval of its own. Callers who failed together come back spread evenly over the time, without
 * the clusters and gaps that jitter over single pauses leaves.
 *
 * Formula and constants: `DecorrelatedJitterBackoffV2` by George Polimenis, which Polly uses; its reasons are in
 * https://github.com/App-vNext/Polly/issues/530.
 */
export function decorrelatedPause(
  first: number,
  retry: number,
  waitedMs: number | undefined,
  random: Random,
): number {
  const number = Math.min(retry, LAST_GROWING);
  const point = first * curve(number - 1 + random());
  // Not told what was waited, it draws the last point anew. Each pause is then distributed as it would be otherwise.
  const last = waitedMs ?? (number === 1 ? 0 : first * curve(number - 2 + random()));
  return Math.max(0, point - last);
}

/** How steeply the curve leaves zero. */
const STEEPNESS = 4;

/** Brings the middle of the first pause to about the configured delay. */
const SCALE = 1 / 1.4;

/** 2 ** 1024 is infinite, and the rise from there no number (Polly #2163). Long before, a pause exceeds every limit. */
const LAST_GROWING = 500;

function curve(t: number): number {
  return SCALE * 2 ** t * Math.tanh(Math.sqrt(STEEPNESS * t));
}

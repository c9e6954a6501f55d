import { errorOf, type LatencyEstimate } from './latency-sample.js';

/**
 * Calls may take this many times as long as those that do not wait. Room for a short queue keeps the service busy
 * whenever a call ends; Netflix's Gradient2 has 1.5, which with the line in front of the limit is too long to wait.
 */
const TOLERANCE = 1.2;

/** A difference below this many standard errors is taken for chance. */
const NOISE = 2;

/** The number of calls grows by at most this factor at once; what it does is seen only one latency later. */
const FASTEST_GROWTH = 1.2;

/** The number of calls shrinks by at most this factor at once. */
const FASTEST_SHRINKAGE = 0.7;

/**
 * By which factor the number of calls is to change: by how much faster calls are when they do not wait, as in the
 * gradient of Netflix's concurrency-limits and of Envoy's adaptive concurrency filter. Latencies that vary more are given
 * more room, since otherwise chance would shrink the number again and again.
 */
export function gradient(baseline: LatencyEstimate, latency: LatencyEstimate): number {
  const noise = Math.exp(NOISE * errorOf(baseline, latency));
  const factor = TOLERANCE * noise * Math.exp(baseline.mean - latency.mean);
  // Chance may keep the number from shrinking; it is no reason to let it grow faster.
  return Math.min(FASTEST_GROWTH, factor);
}

/**
 * The next number of calls.
 *
 * @param factor The gradient; 1 when nothing is known about the latency.
 * @param overloaded The share of the calls that ended with a sign of overload. These shrink the number in proportion,
 *   and what it grows by is then the square root of itself, at most. So a service that fails one call in four whatever
 *   the load is still gets 16 at once (the square of 4), and not ever fewer.
 */
export function nextLimit(limit: number, factor: number, overloaded: number): number {
  const adapted =
    overloaded === 0
      ? limit * factor
      : Math.min(limit * factor, limit * Math.min(1, factor) * (1 - overloaded) + Math.sqrt(limit));
  return Math.max(adapted, limit * FASTEST_SHRINKAGE);
}

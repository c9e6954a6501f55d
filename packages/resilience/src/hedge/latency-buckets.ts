/** Buckets in each doubling. A latency is known to one part in sixteen, which is plenty for when to start a hedge. */
const PER_DOUBLING = 16;

/** From 1 ms, below which timers do not go, to 65 s, above which no hedge is of use. */
const DOUBLINGS = 16;

export const LATENCY_BUCKETS = DOUBLINGS * PER_DOUBLING;

/**
 * The bucket of a latency in milliseconds. Each doubling has the same number of equally wide buckets, as in Gil Tene's
 * HdrHistogram, so that the relative error is the same for a millisecond and for a minute. What is outside of the range
 * goes into the first or the last bucket.
 */
export function bucketOf(ms: number): number {
  if (ms < 1) return 0;
  if (ms >= 2 ** DOUBLINGS) return LATENCY_BUCKETS - 1;
  const doubling = 31 - Math.clz32(ms);
  const place = Math.floor((ms / 2 ** doubling - 1) * PER_DOUBLING);
  return doubling * PER_DOUBLING + place;
}

/** The latency in milliseconds that everything in the bucket stays below. */
export function upperBoundOf(bucket: number): number {
  const doubling = Math.floor(bucket / PER_DOUBLING);
  const place = bucket % PER_DOUBLING;
  return 2 ** doubling * (1 + (place + 1) / PER_DOUBLING);
}

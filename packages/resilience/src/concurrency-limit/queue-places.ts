import { type Priority } from '../pipeline/priority.js';

/**
 * The part of the queue that calls of a priority may fill. Places kept for what matters more let that wait without
 * turning anybody away who waits already: to be refused late is worse than to be refused at once. They are many, because
 * important calls that come in a bunch are served first all the same, and so do not wait for long.
 */
const SHARES: Record<Priority, number> = { low: 0.5, normal: 1, high: 3, critical: 3 };

/** All places of the queue, of which the more important calls may take those of the less important ones. */
export function allPlaces(maxQueue: number): number {
  return maxQueue * SHARES.critical;
}

/** How many may wait for a call of this priority to join them; the queue itself decides about the most important ones. */
export function placesFor(priority: Priority, maxQueue: number): number {
  const share = SHARES[priority];
  return share === SHARES.critical ? Infinity : Math.floor(maxQueue * share);
}

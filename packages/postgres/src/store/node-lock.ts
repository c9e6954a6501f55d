import { randomInt } from 'node:crypto';

/** The kind of the advisory locks by which processes show that they live; any number that is always the same. */
export const NODE_LOCK = 1_919_905_644;

/** The lock of one process: chosen at random, so that no two have the same. */
export function newNodeLock(): number {
  return randomInt(2 ** 31 - 1);
}

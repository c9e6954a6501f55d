import { type Candidates } from '../balancer/balancing-algorithm.js';
import { grouped, normalized, type Pool } from './pools.js';
import { type Route, shareOf } from './route.js';

/**
 * Divides the calls between versions by fixed shares, however many instances each has: with one new instance beside
 * nine old ones, 5 % means 5 % and not the 10 % that their number would give.
 */
export function divideByVersion(
  candidates: Candidates,
  weights: NonNullable<Route['weights']>,
): readonly Pool[] {
  const groups = grouped(candidates, ({ instance }) => shareOf(weights, instance)?.version ?? '');
  return normalized(
    [...groups.values()].map((group) => ({
      share: shareOf(weights, group[0].instance)?.share ?? 0,
      candidates: group,
    })),
  );
}

import { type Clock, parseTimeout } from '@rookery/common';
import { type Belief } from '../edge/belief.js';
import { type DeadlineSettings } from './deadline.options.js';

/** By what the requests of one app are limited. */
export interface InboundLimits extends DeadlineSettings {
  readonly clock: Clock;
  /** Who may say how long it waits. */
  readonly believes: Belief;
}

/** How long the caller still waits, by what it says; 0 when its time is up, `undefined` when nobody knows. */
export function budgetOf(said: unknown, { longestMs, defaultMs }: DeadlineSettings): number | undefined {
  return parseTimeout(said, longestMs) ?? defaultMs;
}

import { type Clock, toMilliseconds } from '@rookery/common';
import { CountCallWindow } from './count-call-window.js';
import { type SlidingWindow } from './sliding-window.options.js';
import { TimeCallWindow } from './time-call-window.js';

/** How many calls a window holds, and how many of them failed or were slow. A call can be both. */
export interface WindowCounts {
  readonly calls: number;
  readonly failures: number;
  readonly slow: number;
}

/** The recent calls of a breaker, counted. Every operation takes the same time however many calls it holds. */
export interface CallWindow {
  /** What it holds now. */
  readonly counts: WindowCounts;
  record(failed: boolean, slow: boolean): void;
  clear(): void;
}

export function createCallWindow(options: SlidingWindow, clock: Clock): CallWindow {
  return options.type === 'count'
    ? new CountCallWindow(options.size)
    : new TimeCallWindow(toMilliseconds(options.size), clock);
}

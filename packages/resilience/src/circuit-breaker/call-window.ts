import { type Clock, toMilliseconds } from '@rookery/common';
import { CountCallWindow } from './count-call-window.js';
import { type SlidingWindow } from './sliding-window.options.js';
import { TimeCallWindow } from './time-call-window.js';

/** The recent calls of a breaker, counted. Every operation takes the same time however many calls it holds. */
export interface CallWindow {
  readonly calls: number;
  readonly failures: number;
  record(failed: boolean): void;
  clear(): void;
}

export function createCallWindow(options: SlidingWindow, clock: Clock): CallWindow {
  return options.type === 'count'
    ? new CountCallWindow(options.size)
    : new TimeCallWindow(toMilliseconds(options.size), clock);
}

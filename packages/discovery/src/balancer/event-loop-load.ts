import { performance } from 'node:perf_hooks';
import { type Clock, systemClock } from '@rookery/common';

/** The header in which a server tells its callers how busy it is, as a number from 0 to 1 such as `0.37`. */
export const LOAD_HEADER = 'x-rookery-load';

/** A measurement is used for this time, so that many answers cost one. */
const MEASURE_EVERY_MS = 500;

/**
 * How busy this process is: the share of time, from 0 to 1, in which its event loop had work, over the last half
 * second or more. It is the honest "CPU" of a Node server: at 1, every further call waits. It has no timer; whoever
 * asks makes it measure, so what nobody asks for costs nothing.
 */
export function eventLoopLoad(clock: Clock = systemClock, read = readEventLoop): () => number {
  let previous = read();
  let measuredAt = clock.monotonic();
  let utilization = 0;
  return () => {
    const now = clock.monotonic();
    if (now - measuredAt < MEASURE_EVERY_MS) return utilization;
    const current = read();
    const active = current.active - previous.active;
    const whole = active + current.idle - previous.idle;
    utilization = whole > 0 ? active / whole : utilization;
    previous = current;
    measuredAt = now;
    return utilization;
  };
}

/** The value of the header: two digits are enough to choose by. */
export function formatLoad(utilization: number): string {
  return utilization.toFixed(2);
}

/** The utilization that an answer's header tells; `undefined` when there is none or it makes no sense. */
export function parseLoad(header: string | undefined): number | undefined {
  return header !== undefined && /^(0(\.\d{1,6})?|1(\.0{1,6})?)$/.test(header) ? Number(header) : undefined;
}

function readEventLoop(): { readonly active: number; readonly idle: number } {
  return performance.eventLoopUtilization();
}

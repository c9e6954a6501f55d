import { type Check, type Duration, is, required, shape } from '@rookery/common';

/** The last `size` calls. */
export interface CountWindow {
  type: 'count';
  size: number;
}

/** The calls of the last `size` of time, to a tenth of it. */
export interface TimeWindow {
  type: 'time';
  size: Duration;
}

/** Which calls a rate is taken from. */
export type SlidingWindow = CountWindow | TimeWindow;

const type = required(is.oneOf('count', 'time'));
const countWindow = shape<CountWindow>({ type, size: required(is.wholeNumber({ min: 1, max: 1_000_000 })) });
const timeWindow = shape<TimeWindow>({ type, size: required(is.duration({ min: 10 })) });

/** A window whose size fits its type. */
export const slidingWindowCheck: Check = (value, path, problems) => {
  const counts = (value as Partial<SlidingWindow> | null | undefined)?.type === 'count';
  (counts ? countWindow : timeWindow)(value, path, problems);
};

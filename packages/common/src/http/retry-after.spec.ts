import { VirtualClock } from '../testing/virtual-clock.js';
import { parseRetryAfter } from './retry-after.js';

describe('Retry-After', () => {
  const clock = new VirtualClock(Date.UTC(2026, 0, 1));

  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Thu, 01 Jan 2026 00:00:30 GMT', 30_000],
    ['Wed, 31 Dec 2025 00:00:00 GMT', 0],
    ['soon', undefined],
    ['99999999999999', undefined],
    [undefined, undefined],
  ])('%p is %p ms', (header, milliseconds) => {
    expect(parseRetryAfter(header, clock)).toBe(milliseconds);
  });
});

import { VirtualClock } from '../testing/virtual-clock.js';
import { runWithDeadline } from './deadline.js';
import { outgoingTimeout, parseTimeout } from './timeout-header.js';

describe('the time that a caller leaves', () => {
  it.each([
    ['1', 1],
    ['250', 250],
    ['60000', 60_000],
    ['0', 0],
    [250, 250],
  ])('%p is read as %p ms', (value, ms) => {
    expect(parseTimeout(value)).toBe(ms);
  });

  it.each(['60001', '999999999', 3_600_000])('%p is cut to the longest that is believed', (value) => {
    expect(parseTimeout(value)).toBe(60_000);
    expect(parseTimeout(value, 500)).toBe(500);
  });

  it.each([
    undefined,
    null,
    '',
    ' 5',
    '5 ',
    '+5',
    '-5',
    '1.5',
    '1e3',
    '0x10',
    '007',
    '5ms',
    '100, 200',
    '9'.repeat(10),
    'Infinity',
    '٣',
    '5\r\nx: y',
    Number.NaN,
    -1,
    1.5,
    Infinity,
    1e21,
    ['5'],
    { toString: () => '5' },
    true,
  ])('%p is as good as none', (value) => {
    expect(parseTimeout(value)).toBeUndefined();
  });
});

describe('the time that we leave', () => {
  const { signal } = new AbortController();
  const told = (ms: number) => {
    const clock = new VirtualClock();
    return runWithDeadline(clock, ms, signal, () => outgoingTimeout(clock));
  };

  it('is what is left of the deadline, rounded up and never 0', () => {
    expect([told(300), told(0.2), told(0)]).toEqual(['300', '1', '1']);
  });

  it('is not told where there is no deadline', () => {
    expect(outgoingTimeout(new VirtualClock())).toBeUndefined();
    expect(told(Infinity)).toBeUndefined();
  });

  it('is less at each hop, and can be read by the next', async () => {
    const clock = new VirtualClock();
    await runWithDeadline(clock, 300, signal, async () => {
      await clock.advance(120);
      expect(parseTimeout(outgoingTimeout(clock))).toBe(180);
    });
  });
});

import { SuccessWindow } from './success-window.js';

describe('the share of successes', () => {
  it('is whole before anything was called', () => {
    const recent = new SuccessWindow(1_000);
    expect([recent.calls(5_000), recent.rate(5_000)]).toEqual([0, 1]);
  });

  it('counts the calls of the window and forgets them a tenth at a time', () => {
    const recent = new SuccessWindow(1_000);
    for (let now = 0; now < 1_000; now += 100) recent.record(now >= 500, now);
    expect([recent.calls(999), recent.rate(999)]).toEqual([10, 0.5]);
    expect([recent.calls(1_000), recent.rate(1_000)]).toEqual([9, 5 / 9]);
    expect([recent.calls(1_499), recent.rate(1_499)]).toEqual([5, 1]);
    expect(recent.calls(1_900)).toBe(0);
  });

  it('is empty after a long time without calls, and counts again', () => {
    const recent = new SuccessWindow(1_000);
    recent.record(false, 0);
    recent.record(false, 50);
    expect(recent.calls(1_000_000)).toBe(0);
    recent.record(true, 1_000_000);
    expect([recent.calls(1_000_050), recent.rate(1_000_050)]).toEqual([1, 1]);
  });

  it('is whole again when it is cleared', () => {
    const recent = new SuccessWindow(1_000);
    recent.record(false, 0);
    recent.record(true, 0);
    recent.clear();
    expect([recent.calls(0), recent.rate(0)]).toEqual([0, 1]);
    recent.record(false, 100);
    expect([recent.calls(100), recent.rate(100)]).toEqual([1, 0]);
    expect(recent.calls(1_100)).toBe(0);
  });
});

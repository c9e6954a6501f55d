import { BaselineProbe } from './baseline-probe.js';

const latency = (ms: number) => ({ mean: Math.log(ms), variance: 0 });

/** Ends calls until the number has come down; what was allowed after each. */
function descend(probe: BaselineProbe): number[] {
  const allowed = [];
  for (let down = false; !down;) {
    down = probe.left(1_000);
    allowed.push(probe.allowed);
  }
  return allowed;
}

describe('BaselineProbe', () => {
  it('lets one call in for every two that end until half as many are under way', () => {
    const probe = new BaselineProbe(7, 9, latency(10), 1);
    expect([probe.startedAt, probe.allowed, probe.descending]).toEqual([7, 9, true]);
    expect(descend(probe)).toEqual([9, 8, 8, 7, 7, 6, 6, 5, 5, 4]);
    expect(probe.descending).toBe(false);
    expect([probe.left(1), probe.allowed]).toEqual([false, 4]);
  });

  it('is down at once when fewer calls are left', () => {
    const probe = new BaselineProbe(0, 9, latency(10), 1);
    expect([probe.left(4), probe.allowed]).toEqual([false, 9]);
    expect([probe.left(3), probe.allowed, probe.descending]).toEqual([true, 4, false]);
  });

  it('never goes below the fewest calls', () => {
    const probe = new BaselineProbe(0, 9, latency(10), 6);
    descend(probe);
    expect(probe.allowed).toBe(6);
    expect(probe.finds(latency(10 * (6 / 9)), 6)).toBe(true);
  });

  it('has found the baseline where fewer calls get less done', () => {
    const probe = new BaselineProbe(0, 16, latency(80), 1);
    descend(probe);
    // Half as many calls that take 0.7 times as long do 0.71 times as much.
    expect(probe.finds(latency(56), 8)).toBe(true);
    expect(probe.saturated).toBe(16);
  });

  it('goes on down as long as fewer calls get as much done', () => {
    const probe = new BaselineProbe(0, 16, latency(80), 1);
    descend(probe);
    expect(probe.finds(latency(52), 8)).toBe(false);
    expect([probe.descending, probe.allowed, probe.saturated]).toEqual([true, 8, 8]);
    expect(descend(probe)).toEqual([8, 7, 7, 6, 6, 5, 5, 4]);
    // Against what eight of them did, not what sixteen did.
    expect(probe.finds(latency(37), 4)).toBe(true);
    expect(probe.saturated).toBe(8);
  });

  it('has found it when not even so many calls were there', () => {
    const probe = new BaselineProbe(0, 16, latency(80), 1);
    descend(probe);
    expect(probe.finds(latency(40), 7)).toBe(true);
  });
});

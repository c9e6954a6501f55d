import { Baseline } from './baseline.js';

const estimate = (mean: number, variance = 0.01) => ({ mean, variance });

function known(mean: number): Baseline {
  const baseline = new Baseline();
  baseline.measured(estimate(mean));
  return baseline;
}

// The standard error of a difference of two of these is 0.141.
describe('Baseline', () => {
  it('is unknown until it was measured', () => {
    const baseline = new Baseline();
    for (let cohort = 0; cohort < 5; cohort += 1) baseline.seen(estimate(1));
    expect(baseline.estimate).toBeUndefined();
    baseline.measured(estimate(3));
    expect(baseline.estimate).toEqual(estimate(3));
  });

  it('joins measurements that may be of the same latency, and is surer of them', () => {
    const baseline = known(3);
    baseline.measured(estimate(3.2));
    expect(baseline.estimate?.mean).toBeCloseTo(3.1);
    expect(baseline.estimate?.variance).toBeCloseTo(0.005);
  });

  it.each([3.3, 2.7])('replaces one that is another latency, such as %d', (mean) => {
    const baseline = known(3);
    baseline.measured(estimate(mean));
    expect(baseline.estimate).toEqual(estimate(mean));
  });

  it('follows calls that are clearly faster three times in a row', () => {
    const baseline = known(3);
    baseline.seen(estimate(2.5));
    baseline.seen(estimate(2.5));
    expect(baseline.estimate?.mean).toBe(3);
    baseline.seen(estimate(2.5));
    expect(baseline.estimate?.mean).toBe(2.5);
  });

  it('does not follow chance', () => {
    const baseline = known(3);
    for (const mean of [2.5, 2.5, 2.6, 2.5, 2.5, 2.6, 2.6, 2.6, 2.6]) baseline.seen(estimate(mean));
    expect(baseline.estimate?.mean).toBe(3);
  });

  it('counts anew after a measurement', () => {
    const baseline = known(3);
    baseline.seen(estimate(2.5));
    baseline.seen(estimate(2.5));
    baseline.measured(estimate(3));
    baseline.seen(estimate(2.2));
    expect(baseline.estimate?.mean).toBe(3);
  });

  it('never follows calls that are slower', () => {
    const baseline = known(3);
    for (let cohort = 0; cohort < 100; cohort += 1) baseline.seen(estimate(9));
    expect(baseline.estimate?.mean).toBe(3);
  });
});

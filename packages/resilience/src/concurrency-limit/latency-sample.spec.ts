import { errorOf, LatencySample } from './latency-sample.js';

function sampleOf(...latencies: number[]) {
  const sample = new LatencySample();
  for (const latency of latencies) sample.add(latency);
  return sample;
}

describe('LatencySample', () => {
  it('knows nothing from fewer than two latencies', () => {
    expect(sampleOf().estimate).toBeUndefined();
    expect(sampleOf(5).estimate).toBeUndefined();
    expect(sampleOf(5).count).toBe(1);
  });

  it('is certain of latencies that are all the same', () => {
    const estimate = sampleOf(7, 7, 7, 7).estimate;
    expect(estimate?.mean).toBeCloseTo(Math.log(7));
    expect(estimate?.variance).toBeCloseTo(0, 12);
    expect(estimate?.variance).toBeGreaterThanOrEqual(0);
  });

  it('has the mean of the logarithms and the variance of that mean', () => {
    const estimate = sampleOf(1, Math.E, Math.E ** 2, Math.E ** 5).estimate;
    expect(estimate?.mean).toBeCloseTo(2);
    // The squares of 2, 1, 0 and 3 are 14; a fourth of that is their variance, and a fourth of it that of the mean.
    expect(estimate?.variance).toBeCloseTo(14 / 4 / 4);
  });

  it('takes what took no time for a microsecond', () => {
    expect(sampleOf(0, 0).estimate?.mean).toBeCloseTo(Math.log(0.001));
  });
});

describe('errorOf', () => {
  it('is that of both together', () => {
    expect(errorOf({ mean: 1, variance: 9 }, { mean: 5, variance: 16 })).toBe(5);
  });
});

import { DECAY_MS, PeakEwma } from './peak-ewma.js';

describe('peak EWMA', () => {
  it('jumps up at once and forgets slowly', () => {
    const cost = new PeakEwma();
    cost.observe(10, 0);
    cost.observe(500, 1);
    expect(cost.read(1)).toBe(500);
    cost.observe(10, 101);
    expect(cost.read(101)).toBeGreaterThan(480);
    expect(cost.read(101)).toBeLessThan(500);
  });

  it('decays by 1/e in ten seconds while nothing is measured', () => {
    const cost = new PeakEwma();
    cost.observe(100, 0);
    expect(cost.read(DECAY_MS)).toBeCloseTo(100 / Math.E);
    expect(cost.read(10 * DECAY_MS)).toBeLessThan(0.01);
  });

  it('comes down by the part that has decayed', () => {
    const cost = new PeakEwma();
    cost.observe(100, 0);
    cost.observe(20, DECAY_MS);
    expect(cost.read(DECAY_MS)).toBeCloseTo(100 / Math.E + 20 * (1 - 1 / Math.E));
  });

  it('starts anew with one measurement, whatever was before', () => {
    const cost = new PeakEwma();
    cost.observe(5_000, 0);
    cost.restart(10, 1_000);
    expect(cost.read(1_000)).toBe(10);
    expect(cost.read(1_000 + DECAY_MS)).toBeCloseTo(10 / Math.E);
  });

  it('settles at the latency that it is shown again and again', () => {
    const cost = new PeakEwma();
    cost.observe(5_000, 0);
    for (let now = 100; now <= 120_000; now += 100) cost.observe(20, now);
    expect(cost.read(120_000)).toBeCloseTo(20, 0);
  });

  it('sees a new peak although an older and higher one was measured long ago', () => {
    const cost = new PeakEwma();
    cost.observe(1_000, 0);
    cost.observe(200, 30_000);
    expect(cost.read(30_000)).toBe(200);
  });
});

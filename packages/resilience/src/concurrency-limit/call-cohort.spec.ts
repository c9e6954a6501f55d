import { CallCohort } from './call-cohort.js';

const begun = (fewest = 2, minMs = 100, most = 10) => new CallCohort(1_000, { fewest, minMs, most }, 8, 3);

/** A cohort of this many calls, which is full. */
function full(size: number): CallCohort {
  const cohort = begun(size, 0, size);
  for (let call = 0; call < size; call += 1) cohort.join(1_000, 1);
  return cohort;
}

describe('CallCohort', () => {
  it('takes calls in until it has enough of them and is old enough', () => {
    const cohort = begun();
    expect([1_000, 1_050, 1_099, 1_100].map((now) => cohort.join(now, 1))).toEqual([true, true, true, true]);
    expect(cohort.join(1_101, 1)).toBe(false);
  });

  it('is not full of age alone', () => {
    const cohort = begun();
    expect([cohort.join(5_000, 1), cohort.join(5_000, 1), cohort.join(5_000, 1)]).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('is full with the most that it takes, however young', () => {
    const cohort = begun(2, 100, 3);
    expect([1, 2, 3, 4].map(() => cohort.join(1_000, 1))).toEqual([true, true, true, false]);
  });

  it('remembers the most calls that were under way, those included that it does not take in', () => {
    const cohort = begun(1, 0, 1);
    expect([cohort.allowed, cohort.inside, cohort.peak]).toEqual([8, 3, 3]);
    cohort.join(1_000, 2);
    expect(cohort.peak).toBe(3);
    cohort.join(1_000, 7);
    cohort.join(1_000, 4);
    expect(cohort.peak).toBe(7);
  });

  it('is complete when it is full and all of its calls have ended', () => {
    const cohort = begun(2, 0, 3);
    cohort.join(1_000, 1);
    cohort.record('success', 5);
    expect(cohort.isComplete(1_100)).toBe(false);
    cohort.join(1_000, 1);
    expect(cohort.isComplete(1_100)).toBe(false);
    cohort.record('ignored', 5);
    expect(cohort.isComplete(1_100)).toBe(true);
  });

  it('waits for the slowest tenth until it is four times as old', () => {
    const cohort = full(10);
    for (let call = 0; call < 8; call += 1) cohort.record('success', 5);
    expect(cohort.isComplete(9_999)).toBe(false);
    cohort.record('success', 5);
    expect([1_100, 1_300, 1_400, 1_401].map((now) => cohort.isComplete(now))).toEqual([
      false,
      false,
      false,
      true,
    ]);
  });

  it('counts latencies of successes, and overload among what counts', () => {
    const cohort = full(5);
    expect(cohort.overloaded).toBe(0);
    cohort.record('ignored', 5);
    expect(cohort.overloaded).toBe(0);
    cohort.record('overload', 5);
    expect(cohort.overloaded).toBe(1);
    cohort.record('success', 5);
    cohort.record('success', 5);
    cohort.record('success', 5);
    expect(cohort.overloaded).toBe(0.25);
    expect(cohort.latencies.count).toBe(3);
  });
});

import { InstanceStats } from './instance-stats.js';

/** An instance that has answered one call after 10 ms, at 0. */
function measured(): InstanceStats {
  const stats = new InstanceStats();
  stats.started();
  stats.ended('success', 10, 0);
  return stats;
}

describe('a call that nobody waits for any longer', () => {
  it('makes the instance as slow as the wait was, when that is slower than it was', () => {
    const stats = measured();
    stats.started();
    stats.ended('ignored', 40, 0);
    expect(stats.cost(0)).toBe(40);
  });

  it('changes nothing when it was given up sooner than it is usually answered', () => {
    const stats = measured();
    stats.started();
    stats.ended('ignored', 9, 0);
    expect([stats.cost(0), stats.pending]).toEqual([10, 0]);
  });

  it('is no measurement of one that was never measured', () => {
    const stats = new InstanceStats();
    stats.started();
    stats.ended('ignored', 40, 0);
    expect([stats.measured, stats.cost(0)]).toEqual([false, 0]);
  });
});

describe('an instance whose past is forgotten', () => {
  it('counts as never measured, and its running calls go on', () => {
    const stats = measured();
    stats.started();
    stats.forget(5);
    expect([stats.measured, stats.cost(5), stats.pending]).toEqual([false, 0, 1]);
  });

  it.each(['success', 'failure', 'ignored'] as const)(
    'learns nothing from the %s of a call that was sent before',
    (outcome) => {
      const stats = measured();
      for (let calls = 0; calls < 3; calls += 1) stats.started();
      stats.forget(1_000);
      stats.ended(outcome, 500, 1_001);
      expect([stats.measured, stats.pending]).toEqual([false, 2]);
      stats.ended('success', 1, 1_001);
      stats.ended(outcome, 500, 1_002);
      expect([stats.cost(1_002), stats.pending]).toEqual([expect.closeTo(1, 3), 0]);
    },
  );
});

describe('an instance that has recovered', () => {
  it('learns nothing from calls that were sent before the one that has shown it', () => {
    const stats = measured();
    for (let calls = 0; calls < 3; calls += 1) stats.started();
    stats.ended('success', 20, 1_000);
    stats.recovered(20, 1_000);
    stats.ended('failure', 500, 1_000);
    expect([stats.isTelling(979), stats.isTelling(980), stats.cost(1_000)]).toEqual([false, true, 20]);
    stats.ended('failure', 20, 1_000);
    expect(stats.cost(1_000)).toBe(5_000);
  });
});

import { circuit, fail, settingsOf, succeed } from './circuit-breaker.support.js';

const exceeded = (reason: string) => ({ type: 'circuit-threshold-exceeded', policy: 'users', reason });

describe('a circuit that only measures', () => {
  it('rejects nothing and never opens, and reports a crossing once', async () => {
    const { breaker, times, execute, events } = circuit({ mode: 'metrics-only' });
    expect(breaker.state).toBe('metrics-only');
    await times(30, fail);
    await expect(execute(succeed)).resolves.toBe('ok');
    expect(breaker.state).toBe('metrics-only');
    expect(events).toEqual([exceeded('consecutive-failures')]);
    expect(breaker.snapshot()).toMatchObject({ state: 'metrics-only', calls: 31, failures: 30 });
  });

  it('reports the next crossing only after no threshold was reached any more', async () => {
    const { times, events } = circuit({
      mode: 'metrics-only',
      failureRateThreshold: 60,
      minimumCalls: 5,
      slidingWindow: { type: 'count', size: 10 },
    });
    await times(5, fail);
    await times(1, succeed);
    // 5 of 6 calls failed, so the row is over, the rate is not.
    await times(5, fail);
    expect(events).toHaveLength(1);
    await times(5, succeed);
    await times(4, fail);
    expect(events).toHaveLength(1);
    await times(1, fail);
    expect(events).toEqual([exceeded('consecutive-failures'), exceeded('consecutive-failures')]);
  });

  it('ends a crossing when its calls have left the window', async () => {
    const { times, events, clock } = circuit({
      mode: 'metrics-only',
      consecutiveFailures: false,
      minimumCalls: 2,
      slidingWindow: { type: 'time', size: '1s' },
    });
    await times(2, fail);
    await clock.advance(1_000);
    await times(2, fail);
    expect(events).toEqual([exceeded('failure-rate'), exceeded('failure-rate')]);
  });

  it('reports slow calls too', async () => {
    const { lasting, events } = circuit({
      mode: 'metrics-only',
      slowCallRateThreshold: 100,
      slowCallDuration: 10,
      minimumCalls: 2,
    });
    for (let n = 0; n < 5; n += 1) await lasting(11);
    expect(events).toEqual([exceeded('slow-call-rate')]);
  });

  it('still obeys an operator, and goes on measuring from nothing', async () => {
    const { breaker, times, execute, events } = circuit({ mode: 'metrics-only' });
    await times(5, fail);
    breaker.forceOpen({ reason: 'x' });
    await expect(execute(succeed)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    breaker.forceClose({ reason: 'y' });
    expect(breaker.snapshot()).toMatchObject({ state: 'metrics-only', calls: 0 });
    await times(5, fail);
    expect(events.filter(({ type }) => type === 'circuit-threshold-exceeded')).toHaveLength(2);
  });

  it('is what an open circuit becomes when it is reconfigured so, and it opens again when it enforces again', async () => {
    const { breaker, times, execute, types } = circuit();
    await times(5, fail);
    breaker.reconfigure(settingsOf({ mode: 'metrics-only' }));
    expect(breaker.state).toBe('metrics-only');
    await expect(execute(succeed)).resolves.toBe('ok');
    await times(6, fail);
    breaker.reconfigure(settingsOf({ mode: 'enforcing' }));
    expect(breaker.state).toBe('closed');
    await times(1, fail);
    expect(breaker.state).toBe('open');
    expect(types()).toEqual([
      'circuit-opened',
      'circuit-closed',
      'circuit-threshold-exceeded',
      'circuit-opened',
    ]);
    breaker.reset({ reason: 'x' });
    breaker.reconfigure(settingsOf({ mode: 'metrics-only' }));
    await times(5, fail);
    expect(types().at(-1)).toBe('circuit-threshold-exceeded');
  });

  it('starts a new crossing after it enforced in between', async () => {
    const { breaker, times, types } = circuit({ mode: 'metrics-only' });
    await times(5, fail);
    breaker.reconfigure(settingsOf({ mode: 'enforcing' }));
    breaker.reconfigure(settingsOf({ mode: 'metrics-only' }));
    await times(1, fail);
    expect(types()).toEqual(['circuit-threshold-exceeded', 'circuit-threshold-exceeded']);
  });

  it('reports that it was tripped, and stays as it is', async () => {
    const { breaker, execute, events } = circuit({ mode: 'metrics-only' });
    breaker.trip();
    await expect(execute(succeed)).resolves.toBe('ok');
    expect(events).toEqual([exceeded('tripped')]);
  });

  it('does not start a new crossing because its settings changed', async () => {
    const { breaker, times, events } = circuit({ mode: 'metrics-only' });
    await times(5, fail);
    breaker.reconfigure(settingsOf({ mode: 'metrics-only', minimumCalls: 20 }));
    await times(5, fail);
    expect(events).toHaveLength(1);
  });

  it('reports a crossing that is over with the reset and comes back with the next call', async () => {
    const { breaker, times, events } = circuit({ mode: 'metrics-only', consecutiveFailures: 1 });
    await times(1, fail);
    breaker.reset({ reason: 'x' });
    await times(1, fail);
    expect(events).toHaveLength(2);
  });
});

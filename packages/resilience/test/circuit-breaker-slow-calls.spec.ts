import { circuit, fail, succeed, toHalfOpen } from './circuit-breaker.support.js';

const SLOW = {
  consecutiveFailures: false,
  failureRateThreshold: false,
  slowCallRateThreshold: 50,
  slowCallDuration: '1s',
  minimumCalls: 4,
} as const;

describe('the rate of slow calls', () => {
  it('counts for nothing where it is off', async () => {
    const { lasting, breaker } = circuit({ slowCallRateThreshold: false, slowCallDuration: 1 });
    for (let n = 0; n < 50; n += 1) await lasting(10);
    expect(breaker.state).toBe('closed');
    expect(breaker.snapshot().slowCalls).toBe(0);
  });

  it('opens the circuit when it reaches the threshold, once the window holds enough calls', async () => {
    const { lasting, times, breaker, events } = circuit(SLOW);
    await lasting(1_001);
    await lasting(1_001);
    await times(1, succeed);
    expect(breaker.state).toBe('closed');
    expect(breaker.snapshot()).toMatchObject({ calls: 3, failures: 0, slowCalls: 2 });
    await lasting(1_001);
    expect(breaker.state).toBe('open');
    expect(events).toEqual([
      { type: 'circuit-opened', policy: 'users', reason: 'slow-call-rate', openForMs: 60_000 },
    ]);
  });

  it('leaves out a call that takes exactly as long as is allowed', async () => {
    const { lasting, breaker } = circuit(SLOW);
    for (let n = 0; n < 10; n += 1) await lasting(1_000);
    expect(breaker.state).toBe('closed');
    expect(breaker.snapshot().slowCalls).toBe(0);
  });

  it('counts failures that are slow, and those count as failures too', async () => {
    const { lasting, breaker, events } = circuit({ ...SLOW, failureRateThreshold: 80 });
    for (let n = 0; n < 2; n += 1) await lasting(1);
    for (let n = 0; n < 2; n += 1) await lasting(1_001, 'fail');
    expect(breaker.state).toBe('open');
    expect(events).toMatchObject([{ reason: 'slow-call-rate' }]);
    const both = circuit({ ...SLOW, failureRateThreshold: 50 });
    for (let n = 0; n < 4; n += 1) await both.lasting(1_001, 'fail');
    expect(both.events).toMatchObject([{ reason: 'failure-rate' }]);
  });

  it('is not raised by a fast call, neither by a failed one nor by the one that fills the window up', async () => {
    const { lasting, times, breaker } = circuit(SLOW);
    for (let n = 0; n < 3; n += 1) await lasting(1_001);
    await times(1, succeed);
    expect(breaker.state).toBe('closed');
    await times(1, fail);
    expect(breaker.state).toBe('closed');
    await lasting(1_001);
    expect(breaker.state).toBe('open');
  });

  it('leaves out what is ignored', async () => {
    const { lasting, breaker } = circuit(SLOW);
    for (let n = 0; n < 10; n += 1) await lasting(5_000, 'ignore');
    expect(breaker.state).toBe('closed');
    expect(breaker.snapshot().calls).toBe(0);
  });

  it('takes a slow trial for a failed one', async () => {
    const bound = circuit({ ...SLOW, consecutiveFailures: 5 });
    await toHalfOpen(bound);
    await bound.lasting(1_000);
    expect(bound.breaker.state).toBe('half-open');
    await bound.lasting(1_001);
    expect(bound.breaker.state).toBe('open');
    expect(bound.events.at(-1)).toMatchObject({ reason: 'trial-slow' });
  });

  it('calls a slow failed trial failed', async () => {
    const bound = circuit({ ...SLOW, consecutiveFailures: 5 });
    await toHalfOpen(bound);
    await bound.lasting(1_001, 'fail');
    expect(bound.events.at(-1)).toMatchObject({ reason: 'trial-failed' });
  });

  it('lets a slow trial pass where it is off', async () => {
    const bound = circuit({ slowCallRateThreshold: false, slowCallDuration: 1, halfOpenMaxCalls: 1 });
    await toHalfOpen(bound);
    await bound.lasting(1_001);
    expect(bound.breaker.state).toBe('closed');
  });
});

describe('a stream', () => {
  it('takes as long as its first value does, however long somebody goes on reading', async () => {
    const { stream, breaker, clock } = circuit(SLOW);
    const streams = Array.from({ length: 4 }, stream);
    await clock.advance(1_000);
    for (const { first } of streams) first();
    await clock.advance(100_000);
    for (const { finish } of streams) await finish();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', slowCalls: 0, calls: 4 });
    const late = Array.from({ length: 4 }, stream);
    await clock.advance(1_001);
    for (const { first, finish } of late) {
      first();
      await finish();
    }
    expect(breaker.state).toBe('open');
  });

  it('passes its trial with its first value, so that an endless one neither is overdue nor keeps the permit', async () => {
    const bound = circuit({ halfOpenMaxCalls: 2, maxHalfOpenDuration: '10s' });
    await toHalfOpen(bound);
    const endless = bound.stream();
    await bound.clock.advance(9_999);
    endless.first();
    await bound.clock.advance(100_000);
    expect(bound.breaker.snapshot()).toMatchObject({
      state: 'half-open',
      trials: { running: 0, succeeded: 1 },
    });
    await endless.fail();
    expect(bound.breaker.state).toBe('half-open');
    bound.stream().first();
    expect(bound.breaker.state).toBe('closed');
  });

  it('fails its trial when its first value is late', async () => {
    const bound = circuit({ ...SLOW, consecutiveFailures: 5 });
    await toHalfOpen(bound);
    const late = bound.stream();
    await bound.clock.advance(1_001);
    late.first();
    expect(bound.events.at(-1)).toMatchObject({ type: 'circuit-opened', reason: 'trial-slow' });
  });

  it('still counts how it ends while the circuit is closed', async () => {
    const { stream, breaker } = circuit({ consecutiveFailures: 1 });
    const broken = stream();
    broken.first();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 0 });
    await broken.fail();
    expect(breaker.state).toBe('open');
  });
});

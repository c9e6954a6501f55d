import { circuit, ended, fail, settingsOf, succeed, toHalfOpen } from './circuit-breaker.support.js';

describe('other settings for a circuit in use', () => {
  it('leave an open circuit open until its time, and hold for the next time', async () => {
    const { breaker, times, clock, events } = circuit({ openDuration: '10s' });
    await times(5, fail);
    breaker.reconfigure(settingsOf({ openDuration: '30s', halfOpenMaxCalls: 1 }));
    expect(breaker.settings.halfOpenMaxCalls).toBe(1);
    await clock.advance(9_999);
    expect(breaker.state).toBe('open');
    await clock.advance(1);
    expect(breaker.state).toBe('half-open');
    await times(1, fail);
    expect(events.at(-1)).toMatchObject({ openForMs: 30_000 });
  });

  it('count the openings in a row on', async () => {
    const growing = { delay: '10s', factor: 2, jitter: 'none' } as const;
    const { breaker, times, clock, events } = circuit({ openDuration: growing });
    await times(5, fail);
    breaker.reconfigure(settingsOf({ openDuration: { ...growing, factor: 3 } }));
    await clock.advance(10_000);
    await times(1, fail);
    expect(events.at(-1)).toMatchObject({ openForMs: 30_000 });
  });

  it('keep what a window of the same kind and size holds, and the failures in a row', async () => {
    const { breaker, times } = circuit();
    await times(4, fail);
    breaker.reconfigure(settingsOf({ minimumCalls: 20 }));
    expect(breaker.snapshot()).toMatchObject({ calls: 4, failures: 4 });
    await times(1, fail);
    expect(breaker.state).toBe('open');
  });

  it('start with an empty window where it is another one', async () => {
    const { breaker, times } = circuit();
    await times(4, fail);
    breaker.reconfigure(settingsOf({ slidingWindow: { type: 'time', size: '31s' } }));
    expect(breaker.snapshot()).toMatchObject({ calls: 0, failures: 0 });
    await times(1, fail);
    expect(breaker.state).toBe('open');
  });

  it('hold from the next call on', async () => {
    const { breaker, times } = circuit({ consecutiveFailures: false, minimumCalls: 20 });
    await times(10, fail);
    breaker.reconfigure(settingsOf({ consecutiveFailures: false, minimumCalls: 10 }));
    expect(breaker.state).toBe('closed');
    await times(1, fail);
    expect(breaker.state).toBe('open');
  });

  it('go for predicates too', async () => {
    const { breaker, times } = circuit({ recordIf: () => false });
    await times(10, fail);
    breaker.reconfigure(settingsOf({ recordIf: () => true }));
    await times(5, fail);
    expect(breaker.state).toBe('open');
  });

  it('keep the trials of a half-open circuit, under the new limits', async () => {
    const bound = circuit({ halfOpenMaxCalls: 2 });
    await toHalfOpen(bound);
    const first = bound.start();
    const second = bound.start();
    await expect(bound.execute(succeed)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    bound.breaker.reconfigure(settingsOf({ halfOpenMaxCalls: 3 }));
    await first.succeed();
    await second.succeed();
    expect(bound.breaker.snapshot()).toMatchObject({
      state: 'half-open',
      trials: { succeeded: 2, running: 0 },
    });
    await bound.execute(succeed);
    expect(bound.breaker.state).toBe('closed');
  });

  it('close a half-open circuit that has passed by the new limit', async () => {
    const bound = circuit({ halfOpenMaxCalls: 3 });
    await toHalfOpen(bound);
    await bound.times(2, succeed);
    bound.breaker.reconfigure(settingsOf({ halfOpenMaxCalls: 2 }));
    expect(bound.types().at(-1)).toBe('circuit-closed');
    expect(bound.breaker.state).toBe('closed');
  });

  it('go for how long a trial may hang, from its beginning', async () => {
    const bound = circuit({ maxHalfOpenDuration: '60s' });
    await toHalfOpen(bound);
    bound.start();
    await bound.clock.advance(5_000);
    bound.breaker.reconfigure(settingsOf({ maxHalfOpenDuration: '8s' }));
    await bound.clock.advance(2_999);
    expect(bound.breaker.state).toBe('half-open');
    await bound.clock.advance(1);
    expect(bound.breaker.state).toBe('open');
  });

  it('do not undo what had fallen due before', async () => {
    const bound = circuit({ maxHalfOpenDuration: '5s' });
    await toHalfOpen(bound);
    bound.start();
    await bound.clock.advance(5_000);
    bound.breaker.reconfigure(settingsOf({ maxHalfOpenDuration: '60s' }));
    expect(bound.events.at(-1)).toMatchObject({ type: 'circuit-opened', reason: 'trial-overdue' });
  });

  it('let calls in flight end normally, and be counted', async () => {
    const { breaker, start } = circuit();
    const calls = Array.from({ length: 5 }, start);
    breaker.reconfigure(settingsOf({ minimumCalls: 11 }));
    for (const call of calls) await call.fail();
    expect(breaker.state).toBe('open');
  });

  it('take no call for slow whose beginning nobody noted', async () => {
    const { breaker, start, clock } = circuit();
    const call = start();
    await clock.advance(10_000);
    breaker.reconfigure(settingsOf({ slowCallRateThreshold: 1, slowCallDuration: 1, minimumCalls: 1 }));
    await call.succeed();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 1, slowCalls: 0 });
  });

  it('leave an override as it is', async () => {
    const { breaker, execute } = circuit();
    breaker.forceOpen({ reason: 'x' });
    breaker.reconfigure(settingsOf({ minimumCalls: 11 }));
    expect(await ended(execute(succeed))).toMatchObject({ forcedBecause: 'x' });
  });
});

import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { toFinding } from './finding.js';
import { HealthRegistry } from './health-registry.js';
import { type HealthFinding, type Indicator } from './indicator.js';
import { logHealthChange } from './log-health-change.js';

const UP: HealthFinding = { status: 'up' };

function setUp() {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const log = {
    log: (line: string) => lines.push(`log ${line}`),
    warn: (line: string) => lines.push(`warn ${line}`),
  };
  const registry = new HealthRegistry(clock, seededRandom(1), logHealthChange(log));
  const add = (changes: Partial<Indicator>) =>
    registry.add({
      name: 'database',
      groups: ['readiness'],
      critical: true,
      intervalMs: 1_000,
      timeoutMs: 100,
      check: () => Promise.resolve(UP),
      ...changes,
    });
  return { clock, lines, registry, add };
}

describe('an indicator', () => {
  it('is checked at the start and on its interval, and tells how old its result is', async () => {
    const { clock, registry, add } = setUp();
    let checks = 0;
    add({ check: () => Promise.resolve({ ...UP, checks: ++checks }) });
    expect(registry.results()).toEqual({ database: { status: 'down', message: 'not checked yet' } });
    registry.start();
    await clock.advance(500);
    expect(registry.results()).toEqual({ database: { status: 'up', checks: 1, ageMs: 500 } });
    // The interval is spread by a tenth either way.
    await clock.advance(399);
    expect(checks).toBe(1);
    await clock.advance(201);
    expect(checks).toBe(2);
    await registry.stop();
    await clock.advance(10_000);
    expect(checks).toBe(2);
    expect(clock.pending).toBe(0);
  });

  it('that hangs is down after its timeout, its signal aborts, and no second check piles up behind it', async () => {
    const { clock, registry, add } = setUp();
    const signals: AbortSignal[] = [];
    add({ check: (signal) => (signals.push(signal), new Promise(() => undefined)) });
    registry.start();
    await clock.advance(99);
    expect(registry.results()).toMatchObject({ database: { message: 'not checked yet' } });
    await clock.advance(1);
    expect(registry.results()).toEqual({
      database: { status: 'down', message: 'no answer within 100 ms', ageMs: 0 },
    });
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
  });

  it('that is running when the app ends is given up, and leaves the last result as it was', async () => {
    const { clock, registry, add } = setUp();
    let signal: AbortSignal | undefined;
    let hangs = false;
    add({
      timeoutMs: 10_000,
      check: (given) => {
        signal = given;
        return hangs ? new Promise(() => undefined) : Promise.resolve(UP);
      },
    });
    registry.start();
    await clock.advance(0);
    hangs = true;
    await clock.advance(1_110);
    expect(signal?.aborted).toBe(false);
    await registry.stop();
    expect(signal?.aborted).toBe(true);
    expect(registry.results()).toMatchObject({ database: UP });
    expect(clock.pending).toBe(0);
  });

  it('that is not critical degrades the whole instead of taking it down', async () => {
    const { clock, registry, add } = setUp();
    add({ critical: false, check: () => Promise.reject(new Error('gone')) });
    registry.start();
    await clock.advance(0);
    expect(registry.results('readiness')).toMatchObject({
      database: { status: 'degraded', message: 'gone' },
    });
    expect(registry.results('liveness')).toEqual({});
  });

  it('writes a line when it changes, not when it is checked', async () => {
    const { clock, lines, registry, add } = setUp();
    let error: Error | undefined;
    add({ check: () => (error ? Promise.reject(error) : Promise.resolve(UP)) });
    registry.start();
    await clock.advance(3_000);
    expect(lines).toEqual([]);
    error = new Error('refused');
    await clock.advance(5_000);
    error = undefined;
    await clock.advance(5_000);
    expect(lines).toEqual([
      'warn database is down: refused. This service is not ready.',
      'log database is up again.',
    ]);
  });

  it('ends each sentence of its line once', async () => {
    const { clock, lines, registry, add } = setUp();
    add({ critical: false, check: () => Promise.reject(new Error('not found. Registered: a.')) });
    registry.start();
    await clock.advance(0);
    expect(lines).toEqual([
      'warn database is down: not found. Registered: a. This service goes on without it.',
    ]);
  });

  it('needs a name of its own, and can be taken out', async () => {
    const { clock, registry, add } = setUp();
    const remove = add({});
    expect(() => add({})).toThrow('There is already a health indicator named "database".');
    registry.start();
    await remove();
    expect(registry.results()).toEqual({});
    expect(clock.pending).toBe(0);
    add({});
    await clock.advance(0);
    expect(registry.results()).toMatchObject({ database: UP });
  });
});

describe('what a check returns', () => {
  it.each([
    [undefined, UP],
    [true, UP],
    [false, { status: 'down', message: 'The check returned false.' }],
    [
      { status: 'degraded', lag: 3 },
      { status: 'degraded', lag: 3 },
    ],
    [{ database: { status: 'up', responseTime: 1 } }, { status: 'up', responseTime: 1 }],
  ])('%j is understood', (returned, finding) => {
    expect(toFinding('database', returned)).toEqual(finding);
  });

  it.each([[null], ['up'], [{}], [{ status: 'fine' }], [{ other: { status: 'up' } }]])(
    '%j is refused',
    (returned) => {
      expect(() => toFinding('database', returned)).toThrow(
        'The health check "database" returned something else',
      );
    },
  );
});

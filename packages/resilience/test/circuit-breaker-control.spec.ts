import { CircuitOpenError } from '../src/circuit-breaker/circuit-open.error.js';
import { circuit, ended, fail, succeed, toHalfOpen } from './circuit-breaker.support.js';
import { wrong } from './support.js';

describe('a circuit that is forced open', () => {
  it('rejects every call, and says by whose will and for how long', async () => {
    const { breaker, execute, clock } = circuit();
    breaker.forceOpen({ reason: 'users is being moved', expiresIn: 5_000 });
    await clock.advance(1_500);
    let called = false;
    const error = (await ended(execute(async () => (called = true)))) as CircuitOpenError;
    expect(called).toBe(false);
    expect(error).toBeInstanceOf(CircuitOpenError);
    expect(error).toMatchObject({ retryAfterMs: 3_500, forcedBecause: 'users is being moved', status: 503 });
    expect(error.message).toBe(
      'Policy "users": circuit breaker was forced open ("users is being moved"). Calls are let through again in 3500 ms.',
    );
    expect(breaker.state).toBe('forced-open');
  });

  it('promises nothing when nobody said for how long', async () => {
    const { breaker, execute, clock } = circuit();
    breaker.forceOpen({ reason: 'broken' });
    await clock.advance(1e9);
    const error = (await ended(execute(succeed))) as CircuitOpenError;
    expect(error.retryAfterMs).toBeUndefined();
    expect(error.message).toMatch(/Calls are let through again when somebody ends that\.$/);
  });

  it('is closed again at the moment at which that expires, without a timer', async () => {
    const { breaker, execute, clock, events } = circuit();
    breaker.forceOpen({ reason: 'night', expiresIn: 1_000 });
    expect(clock.pending).toBe(0);
    await clock.advance(999);
    expect(breaker.state).toBe('forced-open');
    await clock.advance(1);
    await expect(execute(succeed)).resolves.toBe('ok');
    expect(breaker.state).toBe('closed');
    expect(events.filter(({ type }) => type === 'circuit-overridden')).toEqual([
      {
        type: 'circuit-overridden',
        policy: 'users',
        override: 'forced-open',
        reason: 'night',
        expiresInMs: 1_000,
      },
      { type: 'circuit-overridden', policy: 'users', override: undefined, reason: 'expired' },
    ]);
  });

  it('reports each rejection, and nothing when nobody listens', async () => {
    const { breaker, execute, types } = circuit();
    breaker.forceOpen({ reason: 'x' });
    await ended(execute(succeed));
    expect(types()).toEqual(['circuit-overridden', 'rejected']);
  });

  it('ends with nothing remembered', async () => {
    const { breaker, times } = circuit();
    await times(4, fail);
    breaker.forceOpen({ reason: 'x' });
    breaker.forceClose({ reason: 'y' });
    expect(breaker.snapshot()).toMatchObject({ calls: 0, failures: 0 });
    await times(4, fail);
    expect(breaker.state).toBe('closed');
    await times(1, fail);
    expect(breaker.state).toBe('open');
  });

  it('takes an open and a half-open circuit into the same fresh start', async () => {
    const open = circuit();
    await open.times(5, fail);
    open.breaker.forceOpen({ reason: 'x', expiresIn: 10 });
    await open.clock.advance(10);
    expect(open.breaker.state).toBe('closed');
    const half = circuit();
    await toHalfOpen(half);
    half.breaker.forceOpen({ reason: 'x', expiresIn: 10 });
    await half.clock.advance(10);
    expect(half.breaker.state).toBe('closed');
  });

  it('lets calls that began before it decide nothing, neither during it nor after it', async () => {
    const { breaker, start } = circuit();
    const early = Array.from({ length: 10 }, start);
    breaker.forceOpen({ reason: 'x' });
    for (const call of early.slice(0, 5)) await call.fail();
    expect(breaker.state).toBe('forced-open');
    breaker.forceClose({ reason: 'y' });
    for (const call of early.slice(5)) await call.fail();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 0 });
  });
});

describe('what is reported about an override', () => {
  const overridden = { type: 'circuit-overridden', policy: 'users' };

  it('says why it ended, at once', () => {
    const { breaker, events } = circuit();
    breaker.forceOpen({ reason: 'x' });
    breaker.forceClose({ reason: 'repaired' });
    expect(events).toStrictEqual([
      { ...overridden, override: 'forced-open', reason: 'x' },
      { ...overridden, override: undefined, reason: 'repaired' },
    ]);
  });

  it('says how long it lasts from now on', async () => {
    const { breaker, events, clock } = circuit();
    await clock.advance(10_000);
    breaker.disable({ reason: 'x', expiresIn: 500 });
    const isolation = breaker.isolate('y');
    await clock.advance(200);
    isolation[Symbol.dispose]();
    expect(events).toStrictEqual([
      { ...overridden, override: 'disabled', reason: 'x', expiresInMs: 500 },
      { ...overridden, override: 'isolated', reason: 'y' },
      { ...overridden, override: 'disabled', reason: 'x', expiresInMs: 300 },
    ]);
  });

  it('comes without its rejections where nobody listens to calls', async () => {
    const { breaker, execute, types, parts } = circuit();
    parts.events.observed = false;
    breaker.forceOpen({ reason: 'x' });
    await expect(execute(succeed)).rejects.toMatchObject({ code: 'CIRCUIT_OPEN' });
    expect(types()).toEqual(['circuit-overridden']);
  });
});

describe('a circuit that is disabled', () => {
  it('lets every call through and counts none, also not those that end after it', async () => {
    const { breaker, times, execute, start, clock } = circuit();
    breaker.disable({ reason: 'black friday', expiresIn: 1_000 });
    await times(50, fail);
    await expect(execute(succeed)).resolves.toBe('ok');
    expect(breaker.state).toBe('disabled');
    const late = Array.from({ length: 10 }, start);
    await clock.advance(1_000);
    for (const call of late) await call.fail();
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', calls: 0 });
  });

  it('lets calls through that an open circuit would reject', async () => {
    const { breaker, times, execute } = circuit();
    await times(5, fail);
    breaker.disable({ reason: 'x' });
    await expect(execute(succeed)).resolves.toBe('ok');
    breaker.forceClose({ reason: 'y' });
    expect(breaker.state).toBe('closed');
  });

  it('takes the place of forced-open, and the other way round', async () => {
    const { breaker, events } = circuit();
    breaker.forceOpen({ reason: 'a' });
    breaker.disable({ reason: 'b' });
    expect(breaker.state).toBe('disabled');
    breaker.forceOpen({ reason: 'c', expiresIn: 5 });
    expect(breaker.state).toBe('forced-open');
    expect(events.map((event) => 'override' in event && [event.override, event.reason])).toEqual([
      ['forced-open', 'a'],
      ['disabled', 'b'],
      ['forced-open', 'c'],
    ]);
  });
});

describe('an isolated circuit', () => {
  it('rejects every call until its last handle is let go', async () => {
    const { breaker, execute } = circuit();
    const alice = breaker.isolate('alice looks into it');
    const bob = breaker.isolate('bob restarts it');
    await expect(execute(succeed)).rejects.toMatchObject({
      forcedBecause: 'alice looks into it',
      retryAfterMs: undefined,
    });
    alice[Symbol.dispose]();
    await expect(execute(succeed)).rejects.toMatchObject({ forcedBecause: 'bob restarts it' });
    expect(breaker.state).toBe('forced-open');
    bob[Symbol.dispose]();
    await expect(execute(succeed)).resolves.toBe('ok');
  });

  it('is not let go by a handle that is let go twice', () => {
    const { breaker } = circuit();
    const alice = breaker.isolate('same words');
    const bob = breaker.isolate('same words');
    alice[Symbol.dispose]();
    alice[Symbol.dispose]();
    expect(breaker.state).toBe('forced-open');
    bob[Symbol.dispose]();
    expect(breaker.state).toBe('closed');
  });

  it('comes before every other override, and gives way to it afterwards', async () => {
    const { breaker, clock } = circuit();
    const handle = breaker.isolate('investigation');
    breaker.disable({ reason: 'x', expiresIn: 1_000 });
    expect(breaker.state).toBe('forced-open');
    expect(breaker.snapshot().override).toMatchObject({ kind: 'isolated', reason: 'investigation' });
    breaker.forceClose({ reason: 'y' });
    expect(breaker.state).toBe('forced-open');
    breaker.disable({ reason: 'z', expiresIn: 1_000 });
    handle[Symbol.dispose]();
    expect(breaker.state).toBe('disabled');
    await clock.advance(1_000);
    expect(breaker.state).toBe('closed');
  });

  it('outlives an override that expires meanwhile', async () => {
    const { breaker, clock, events } = circuit();
    breaker.disable({ reason: 'x', expiresIn: 1_000 });
    const handle = breaker.isolate('investigation');
    await clock.advance(1_000);
    handle[Symbol.dispose]();
    expect(breaker.state).toBe('closed');
    expect(events.map((event) => 'override' in event && [event.override, event.reason])).toEqual([
      ['disabled', 'x'],
      ['isolated', 'investigation'],
      [undefined, 'isolation ended'],
    ]);
  });

  it('reports that an override expired before it began', async () => {
    const { breaker, clock, events } = circuit();
    breaker.disable({ reason: 'x', expiresIn: 1_000 });
    await clock.advance(1_000);
    breaker.isolate('investigation');
    expect(events.map((event) => 'override' in event && [event.override, event.reason])).toEqual([
      ['disabled', 'x'],
      [undefined, 'expired'],
      ['isolated', 'investigation'],
    ]);
  });

  it('can be held by a using declaration', () => {
    const { breaker } = circuit();
    {
      using _isolation = breaker.isolate('for a moment');
      expect(breaker.state).toBe('forced-open');
    }
    expect(breaker.state).toBe('closed');
  });
});

describe('closing by hand', () => {
  it('closes an open circuit now, with nothing remembered, and says why', async () => {
    const { breaker, times, events } = circuit();
    await times(5, fail);
    breaker.forceClose({ reason: 'repaired' });
    expect(breaker.state).toBe('closed');
    expect(events.at(-1)).toEqual({ type: 'circuit-closed', policy: 'users', reason: 'repaired' });
    await times(4, fail);
    expect(breaker.state).toBe('closed');
  });

  it('lets a trial that is under way decide nothing', async () => {
    const bound = circuit();
    await toHalfOpen(bound);
    const trial = bound.start();
    bound.breaker.forceClose({ reason: 'repaired' });
    await trial.fail();
    expect(bound.breaker.state).toBe('closed');
    expect(bound.breaker.snapshot().calls).toBe(0);
  });

  it('reports nothing when the circuit is closed already, and still forgets', async () => {
    const { breaker, times, events } = circuit();
    await times(4, fail);
    breaker.reset({ reason: 'new version' });
    await times(4, fail);
    breaker.forceClose({ reason: 'new version' });
    await times(4, fail);
    expect(events).toEqual([]);
    expect(breaker.state).toBe('closed');
  });

  it('ends overrides with forceClose, and leaves them with reset', () => {
    const { breaker } = circuit();
    breaker.forceOpen({ reason: 'x' });
    breaker.reset({ reason: 'y' });
    expect(breaker.state).toBe('forced-open');
    breaker.forceClose({ reason: 'z' });
    expect(breaker.state).toBe('closed');
  });

  it('resets an open circuit, and says why', async () => {
    const { breaker, times, events } = circuit();
    await times(5, fail);
    breaker.reset({ reason: 'repaired' });
    expect(breaker.state).toBe('closed');
    expect(events.at(-1)).toEqual({ type: 'circuit-closed', policy: 'users', reason: 'repaired' });
  });
});

describe('an operator who does not say what they want', () => {
  it.each<[string, (breaker: ReturnType<typeof circuit>['breaker']) => unknown, string]>([
    [
      'forceOpen',
      (breaker) => breaker.forceOpen({ reason: '' }),
      'forceOpen of circuit "users": reason: Invalid value "". Use a text that is not empty.',
    ],
    ['disable', (breaker) => breaker.disable(wrong({})), 'disable of circuit "users": reason: Missing.'],
    [
      'disable for no time',
      (breaker) => breaker.disable({ reason: 'x', expiresIn: 0 }),
      'disable of circuit "users": expiresIn: Invalid value 0. Use milliseconds or a duration such as "1.5s", at least 1 ms.',
    ],
    [
      'forceOpen with a misspelt option',
      (breaker) => breaker.forceOpen(wrong({ reason: 'x', expiresInMs: 5 })),
      'forceOpen of circuit "users": expiresInMs: Unknown option. Known options: reason, expiresIn.',
    ],
    [
      'forceClose',
      (breaker) => breaker.forceClose(wrong(undefined)),
      'forceClose of circuit "users": Missing. Give it its options.',
    ],
    [
      'reset',
      (breaker) => breaker.reset(wrong({ reason: 7 })),
      'reset of circuit "users": reason: Invalid value 7. Use a text that is not empty.',
    ],
    ['isolate', (breaker) => breaker.isolate(''), 'isolate of circuit "users": reason: Invalid value "".'],
  ])('is refused by %s, and nothing changes', async (_what, act, message) => {
    const { breaker, times, events } = circuit();
    await times(4, fail);
    expect(() => act(breaker)).toThrow(message);
    expect(breaker.snapshot()).toMatchObject({ state: 'closed', failures: 4 });
    expect(events).toEqual([]);
  });
});

describe('a snapshot', () => {
  it('shows a closed circuit with what its window holds', async () => {
    const { breaker, times, lasting } = circuit({ slowCallRateThreshold: 100, slowCallDuration: 10 });
    await times(3, fail);
    await times(1, succeed);
    await lasting(11);
    expect(breaker.snapshot()).toEqual({
      name: 'users',
      state: 'closed',
      calls: 5,
      failures: 3,
      slowCalls: 1,
    });
  });

  it('shows since when, until when and why a circuit is open, as times of day', async () => {
    const { breaker, times, clock } = circuit();
    await clock.advance(500);
    await times(5, fail);
    const since = clock.now();
    await clock.advance(10_000);
    expect(breaker.snapshot()).toEqual({
      name: 'users',
      state: 'open',
      calls: 0,
      failures: 0,
      slowCalls: 0,
      opened: { reason: 'consecutive-failures', since, until: since + 60_000 },
    });
  });

  it('shows the trials of a half-open circuit', async () => {
    const bound = circuit();
    await toHalfOpen(bound);
    await bound.times(1, succeed);
    bound.start();
    bound.start();
    expect(bound.breaker.snapshot()).toMatchObject({
      state: 'half-open',
      trials: { running: 2, succeeded: 1 },
    });
  });

  it('shows an override with its reason and its end', async () => {
    const { breaker, clock } = circuit();
    breaker.forceOpen({ reason: 'moving', expiresIn: 5_000 });
    const until = clock.now() + 5_000;
    await clock.advance(1_000);
    expect(breaker.snapshot()).toEqual({
      name: 'users',
      state: 'forced-open',
      calls: 0,
      failures: 0,
      slowCalls: 0,
      override: { kind: 'forced-open', reason: 'moving', until },
    });
    breaker.isolate('longer');
    expect(breaker.snapshot().override).toEqual({ kind: 'isolated', reason: 'longer', until: undefined });
  });
});

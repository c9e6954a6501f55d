import { seededRandom } from '@rookery/common/testing';
import { type OpenDuration } from '../src/circuit-breaker/open-duration.options.js';
import { circuit, ended, fail, settingsOf, succeed } from './circuit-breaker.support.js';

/** How long the circuit stays open each time, when it opens again and again. */
async function pauses(openDuration: OpenDuration, count: number, random?: () => number) {
  const bound = circuit({ openDuration, consecutiveFailures: 1, halfOpenMaxCalls: 1 }, random);
  const seen: number[] = [];
  for (let n = 0; n < count; n += 1) {
    await bound.times(1, fail);
    const opened = bound.events.at(-1) as { openForMs: number };
    const error = await ended(bound.execute(succeed));
    expect(error).toMatchObject({ code: 'CIRCUIT_OPEN', retryAfterMs: opened.openForMs });
    seen.push(opened.openForMs);
    await bound.clock.advance(opened.openForMs);
    expect(bound.breaker.state).toBe('half-open');
  }
  return { ...bound, seen };
}

describe('how long a circuit stays open', () => {
  it('is the same every time when it is a duration', async () => {
    const { seen } = await pauses('10s', 4);
    expect(seen).toEqual([10_000, 10_000, 10_000, 10_000]);
  });

  it('grows with each opening in a row when it is a backoff, up to the longest', async () => {
    const { seen } = await pauses({ delay: '10s', factor: 3, maxDelay: '100s', jitter: 'none' }, 5);
    expect(seen).toEqual([10_000, 30_000, 90_000, 100_000, 100_000]);
  });

  it('doubles from 60 s up to 5 min with equal jitter when the backoff leaves that open', async () => {
    const { seen } = await pauses({}, 4, () => 0);
    expect(seen).toEqual([30_000, 60_000, 120_000, 150_000]);
  });

  it('draws its jitter from the random numbers of the app', async () => {
    const { seen } = await pauses({ delay: 1_000, jitter: 'full' }, 2, () => 0.25);
    expect(seen).toEqual([250, 500]);
    const jittered = await pauses({ delay: 1_000, jitter: 'equal', factor: 1 }, 50, seededRandom(7));
    expect(Math.min(...jittered.seen)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...jittered.seen)).toBeLessThan(1_000);
    expect(new Set(jittered.seen).size).toBeGreaterThan(40);
  });

  it('starts again with the first pause once the circuit has closed', async () => {
    const { times, events } = await pauses({ delay: '10s', jitter: 'none' }, 3);
    await times(1, succeed);
    expect(events.at(-1)).toMatchObject({ type: 'circuit-closed' });
    await times(1, fail);
    expect(events.at(-1)).toMatchObject({ openForMs: 10_000 });
  });

  it('starts again with the first pause after somebody reset the circuit', async () => {
    const { times, events, breaker } = await pauses({ delay: '10s', jitter: 'none' }, 3);
    breaker.reset({ reason: 'deployed' });
    await times(1, fail);
    expect(events.at(-1)).toMatchObject({ openForMs: 10_000 });
  });

  it('counts from the moment at which a trial was overdue, also when nobody looked', async () => {
    const { clock, start, breaker } = await pauses({ delay: '10s', jitter: 'none' }, 1);
    start();
    await clock.advance(60_000 + 19_999);
    expect(breaker.state).toBe('open');
    await clock.advance(1);
    expect(breaker.state).toBe('half-open');
  });

  it.each<[OpenDuration, string]>([
    [0, 'openDuration: Invalid value 0. Use milliseconds or a duration such as "1.5s", at least 1 ms.'],
    [{ delay: 0 }, 'openDuration.delay: Invalid value 0.'],
    [{ factor: 0.5 }, 'openDuration.factor: Invalid value 0.5.'],
    [{ dealy: 1 } as never, 'openDuration.dealy: Unknown option.'],
    [
      { delay: '10m' },
      'openDuration.delay: It is longer than the longest pause (maxDelay, 5m). Shorten it, or raise maxDelay.',
    ],
    [{ delay: 2, maxDelay: 1 }, 'openDuration.delay: It is longer than the longest pause (maxDelay, 1).'],
    [null as never, 'openDuration: Invalid value null.'],
  ])('is refused at boot when it is %p', (openDuration, message) => {
    expect(() => settingsOf({ openDuration })).toThrow(message);
  });

  it('may be as long as the longest pause', () => {
    expect(settingsOf({ openDuration: { delay: '5m' } }).openDuration).toEqual({
      delay: '5m',
      factor: 2,
      maxDelay: '5m',
      jitter: 'equal',
    });
  });
});

import { AdaptiveLimit, type Admission } from './adaptive-limit.js';
import { type CallEnd } from './call-cohort.js';
import { type LimitBounds } from './limit-bounds.js';

const BOUNDS = { min: 1, max: 100 };

/** A limit, and callers who begin a call whenever one has ended. Each draw is 0.5. */
function limited(initial = 20, bounds: LimitBounds = BOUNDS) {
  let now = 0;
  const limit = new AdaptiveLimit(bounds, initial, { monotonic: () => now }, () => 0.5);
  const inside: Admission[] = [];
  const advance = (ms: number) => (now += ms);
  const fill = (wanted: number) => {
    while (inside.length < Math.min(wanted, limit.allowed)) inside.push(limit.admit(inside.length + 1));
    if (wanted > inside.length) limit.turnedAway();
  };
  /** Rounds in which each call that is under way ends once, so that a call takes as long as a round. */
  const serve = (
    ms: number | (() => number),
    { rounds = 1, wanted = 1_000, how = 'success' }: Service = {},
  ) => {
    fill(wanted);
    for (let round = 0; round < rounds; round += 1) {
      const count = inside.length;
      const roundMs = typeof ms === 'number' ? ms : ms();
      for (let call = 0; call < count; call += 1) {
        advance(roundMs / count);
        const ended = inside.shift();
        if (!ended) break;
        limit.left(inside.length);
        fill(wanted);
        limit.settle(ended, typeof how === 'string' ? how : how(call), inside.length);
        fill(wanted);
      }
    }
  };
  /** Serves with so many slots, of 100 ms each; the calls beyond wait for each other. */
  const saturate = (slots: number, rounds: number, slotMs = 100) =>
    serve(() => slotMs * Math.max(1, inside.length / slots), { rounds });
  return { limit, serve, saturate, advance, now: () => now };
}

interface Service {
  readonly rounds?: number;
  readonly wanted?: number;
  readonly how?: CallEnd | ((call: number) => CallEnd);
}

describe('AdaptiveLimit', () => {
  it('starts with what it is told to and knows no latency', () => {
    const { limit } = limited(20);
    expect([limit.learned, limit.allowed, limit.latencyMs]).toEqual([20, 20, undefined]);
  });

  it('knows the latency of the last cohort', () => {
    const { limit, serve } = limited();
    serve(150, { rounds: 5 });
    expect(limit.latencyMs).toBeCloseTo(150);
    serve(250, { rounds: 20, wanted: 10 });
    expect(limit.latencyMs).toBeCloseTo(250);
  });

  it('stays as it is as long as few calls are under way, whatever their latency', () => {
    const { limit, serve } = limited();
    serve(100, { rounds: 40, wanted: 9 });
    serve(900, { rounds: 40, wanted: 9 });
    expect([limit.learned, limit.allowed]).toEqual([20, 20]);
  });

  it('is not probed as long as nobody was turned away', () => {
    const { limit, serve } = limited();
    for (let round = 0; round < 40; round += 1) {
      serve(100, { wanted: 20 });
      expect(limit.allowed).toBe(20);
    }
  });

  it('is probed at half of the calls once they find no room, and grows from there', () => {
    const { limit, saturate } = limited();
    const seen = [];
    for (let round = 0; round < 20; round += 1) {
      saturate(50, 1);
      seen.push(limit.allowed);
    }
    expect(Math.min(...seen)).toBe(10);
    expect(seen[0]).toBe(20);
    saturate(50, 200);
    expect(limit.learned).toBeGreaterThanOrEqual(50);
    expect(limit.learned).toBeLessThanOrEqual(62);
  });

  it('is not taken for the latency of calls without a wait at a probe that is still on its way down', () => {
    const { limit, saturate } = limited(60);
    saturate(8, 40);
    // Calls of the way down, which wait for each other, would make the baseline too long and the limit too high.
    expect(limit.learned).toBeLessThanOrEqual(11);
  });

  it('follows calls that have become faster without waiting for a probe', () => {
    const { limit, saturate, now } = limited(20);
    saturate(20, 60, 400);
    const before = now();
    saturate(20, 10, 100);
    // Twenty at once take 400 ms again, but now because they wait for each other.
    saturate(5, 30, 100);
    expect(limit.learned).toBeLessThan(18);
    expect(now() - before).toBeLessThan(25_000);
  });

  it('stays where it is at the lowest bound, and knows the latency there', () => {
    const { limit, saturate } = limited(1, { min: 1, max: 100 });
    saturate(1, 400);
    expect(limit.learned).toBeLessThanOrEqual(2);
    saturate(30, 1_000);
    expect(limit.learned).toBeGreaterThanOrEqual(30);
  });

  it('does not grow beyond what is asked for', () => {
    const { limit, saturate, serve } = limited();
    saturate(20, 100);
    const wanted = limit.allowed - 1;
    // The calls that found no room before still count in the cohort of that time.
    serve(50, { rounds: 10, wanted });
    const before = limit.learned;
    serve(50, { rounds: 100, wanted });
    expect(limit.learned).toBe(before);
    serve(50, { rounds: 100 });
    expect(limit.learned).toBe(100);
  });

  it('comes down to what the service can do, with one probe', () => {
    const { limit, saturate } = limited(64);
    saturate(8, 60);
    expect(limit.learned).toBeGreaterThanOrEqual(8);
    expect(limit.learned).toBeLessThanOrEqual(11);
  });

  it('finds a service that does one call at a time', () => {
    const { limit, saturate } = limited(20);
    saturate(1, 300);
    expect(limit.learned).toBeLessThanOrEqual(2);
    expect(limit.latencyMs).toBeLessThanOrEqual(200.1);
  });

  it('keeps to its bounds', () => {
    const low = limited(20, { min: 12, max: 100 });
    low.saturate(2, 200);
    expect(low.limit.learned).toBeGreaterThanOrEqual(12);
    expect(low.limit.learned).toBeLessThan(16);
    low.serve(100, { rounds: 200, how: 'overload' });
    expect([low.limit.learned, low.limit.allowed]).toEqual([12, 12]);
    const high = limited(20, { min: 1, max: 25 });
    high.saturate(90, 200);
    expect(high.limit.learned).toBe(25);
  });

  it('takes new bounds and keeps what it has learned within them', () => {
    const { limit } = limited(20);
    limit.resize({ min: 1, max: 15 });
    expect([limit.learned, limit.allowed]).toEqual([15, 15]);
    limit.resize({ min: 18, max: 100 });
    expect([limit.learned, limit.allowed]).toEqual([18, 18]);
  });

  it('keeps to new bounds during a probe', () => {
    const { limit, saturate } = limited(20);
    while (limit.allowed > 10) saturate(50, 1);
    limit.resize({ min: 15, max: 100 });
    expect(limit.allowed).toBe(15);
  });

  it('shrinks with signs of overload, before it knows any latency', () => {
    const { limit, serve } = limited(100);
    serve(100, { rounds: 5, how: (call) => (call % 2 === 0 ? 'overload' : 'ignored') });
    expect(limit.learned).toBeLessThan(50);
    expect(limit.latencyMs).toBeUndefined();
  });

  it('shrinks as far as it goes when every call ends so, and recovers', () => {
    const { limit, serve, saturate } = limited(20);
    saturate(20, 100);
    serve(100, { rounds: 2_000, how: 'overload' });
    expect(limit.learned).toBe(1);
    saturate(20, 1_000);
    expect(limit.learned).toBeGreaterThanOrEqual(20);
  });

  it('is not changed by failures that are no signs of overload', () => {
    const { limit, serve } = limited(20);
    serve(100, { rounds: 20, how: 'ignored' });
    expect([limit.learned, limit.allowed, limit.latencyMs]).toEqual([20, 20, undefined]);
  });

  it('takes the first value of a stream for its end', () => {
    const { limit, advance } = limited();
    const calls = Array.from({ length: 31 }, (_, call) => {
      advance(10);
      return limit.admit(call + 1);
    });
    advance(150);
    for (const call of calls) limit.answered(call);
    advance(5_000);
    calls.forEach((call, left) => limit.settle(call, 'success', left));
    expect(limit.latencyMs).toBeGreaterThan(150);
    expect(limit.latencyMs).toBeLessThan(150 + 310);
  });

  it('takes slower work for slower work, not for overload', () => {
    const { limit, saturate } = limited(20);
    saturate(20, 100);
    const before = limit.learned;
    const seen = [];
    for (let round = 0; round < 100; round += 1) {
      saturate(20, 1, 400);
      seen.push(limit.learned);
    }
    expect(Math.min(...seen)).toBeGreaterThanOrEqual(Math.floor(before / 2));
    expect(Math.min(...seen)).toBeLessThan(before);
    expect(limit.learned).toBeGreaterThanOrEqual(19);
  });

  it('probes again about every half minute under load, and not more often', () => {
    const { limit, saturate, now } = limited(20);
    const probes: number[] = [];
    let probing = false;
    while (now() < 300_000) {
      saturate(20, 1);
      const lower = limit.allowed < limit.learned;
      if (lower && !probing) probes.push(now());
      probing = lower;
    }
    const pauses = probes.slice(1).map((at, index) => at - (probes[index] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(30_000);
    expect(Math.max(...pauses)).toBeLessThan(34_000);
  });

  it('rests longer after a probe that took long', () => {
    const { limit, saturate, now } = limited(20);
    while (limit.allowed === 20) saturate(20, 1, 4_000);
    const began = now();
    while (limit.allowed < limit.learned) saturate(20, 1, 4_000);
    const took = now() - began;
    while (limit.allowed === limit.learned) saturate(20, 1, 4_000);
    expect(now() - began - took).toBeGreaterThanOrEqual(9 * took);
    expect(took).toBeGreaterThan(4_000);
  });

  it('allows again what it has learned when nothing came of a probe', () => {
    const { limit, saturate, serve } = limited(20);
    while (limit.allowed > 10) saturate(50, 1);
    serve(100, { rounds: 30, how: 'ignored' });
    expect([limit.learned, limit.allowed]).toEqual([20, 20]);
  });
});

import {
  even,
  type Outcome,
  type Phase,
  SimulatedService,
  type Spread,
  uneven,
  wild,
} from './simulated-service.js';

const SERVICE_MS = 40;
const SLOTS = 8;
/** What the service can do at most, in calls a second. */
const CAPACITY = (SLOTS / SERVICE_MS) * 1_000;

const spreads: [string, Spread][] = [
  ['equal', even],
  ['uneven', uneven],
  ['wildly different', wild],
];

function simulate(
  spread: Spread,
  load: number,
  changes: readonly Phase[] = [],
  { untilMs = 120_000, slots = SLOTS, serviceMs = SERVICE_MS, seed = 11, limited = true } = {},
): SimulatedService {
  const rate = load * (slots / serviceMs) * 1_000;
  const phases = [{ at: 0, slots, serviceMs, rate }, ...changes] as const;
  return new SimulatedService({ phases, spread, untilMs, seed, limited });
}

/** Goodput as a part of what is possible, and latency as a multiple of the time that the work takes. */
function relative({ goodput, latencyMs }: Outcome, capacity = CAPACITY, serviceMs = SERVICE_MS) {
  return { goodput: goodput / capacity, latency: latencyMs / serviceMs };
}

describe.each(spreads)('a service whose calls take %s times', (_what, spread) => {
  const least = spread === wild ? 0.93 : 0.95;

  it.each([
    [1, 3],
    [2, 3],
    [8, 2],
    [8, 10],
    [40, 2],
  ])('with %i slots does nearly all it can in good time at %i times its capacity', (slots, load) => {
    const capacity = (slots / SERVICE_MS) * 1_000;
    // One run of a minute is a matter of chance by a few percent.
    const runs = [1, 2, 3].map((seed) =>
      relative(simulate(spread, load, [], { slots, untilMs: 70_000, seed }).between(30, 70), capacity),
    );
    const goodput = runs.reduce((sum, run) => sum + run.goodput, 0) / runs.length;
    const latency = runs.reduce((sum, run) => sum + run.latency, 0) / runs.length;
    expect(goodput).toBeGreaterThan(least);
    expect(latency).toBeLessThan(2);
  });

  it('turns nearly nothing away as long as it has room', () => {
    const quiet = simulate(spread, 0.3).between(0, 120);
    expect(quiet.turnedAway).toBe(0);
    expect(relative(simulate(spread, 0.6).between(0, 120)).goodput).toBeGreaterThan(0.58);
    expect(relative(simulate(spread, 0.9).between(0, 120)).goodput).toBeGreaterThan(0.9 * 0.94);
  });

  it('meets ten times the load within seconds', () => {
    const service = simulate(spread, 0.9, [{ at: 60_000, rate: 10 * CAPACITY }], { untilMs: 90_000 });
    expect(relative(service.between(63, 90)).goodput).toBeGreaterThan(0.85);
    expect(relative(service.between(63, 90)).latency).toBeLessThan(2);
  });

  it('gets fewer calls while it can do less, and more again when it can', () => {
    const changes = [
      { at: 60_000, slots: 2 },
      { at: 120_000, slots: 8 },
      { at: 180_000, slots: 32, rate: 12 * CAPACITY },
    ];
    const service = simulate(spread, 3, changes, { untilMs: 240_000 });
    const less = service.between(80, 120);
    expect(less.highest).toBeLessThan(SLOTS);
    expect(relative(less, CAPACITY / 4).goodput).toBeGreaterThan(0.9);
    expect(relative(service.between(140, 180)).goodput).toBeGreaterThan(0.9);
    expect(relative(service.between(200, 240), 4 * CAPACITY).goodput).toBeGreaterThan(0.9);
    expect(relative(service.between(200, 240)).latency).toBeLessThan(2);
  });

  it('is not starved when its work takes longer for a while', () => {
    const changes = [
      { at: 60_000, serviceMs: 4 * SERVICE_MS },
      { at: 240_000, serviceMs: SERVICE_MS },
    ];
    const service = simulate(spread, 3, changes, { untilMs: 300_000 });
    const slow = relative(service.between(90, 240), CAPACITY / 4, 4 * SERVICE_MS);
    expect(slow.goodput).toBeGreaterThan(0.88);
    expect(slow.latency).toBeLessThan(2);
    const after = relative(service.between(270, 300));
    expect(after.goodput).toBeGreaterThan(0.9);
    expect(after.latency).toBeLessThan(2);
  });

  it('is back at work soon after it failed all calls', () => {
    const changes = [
      { at: 60_000, failing: 1 },
      { at: 90_000, failing: 0 },
    ];
    const service = simulate(spread, 3, changes);
    expect(service.between(70, 90).goodput).toBe(0);
    expect(relative(service.between(110, 120)).goodput).toBeGreaterThan(0.9);
  });

  it('is not starved when one call in four fails with 503 whatever the load is', () => {
    const service = simulate(spread, 0.5, [{ at: 0, failing: 0.25 }]);
    expect(relative(service.between(30, 120)).goodput).toBeGreaterThan(0.5 * 0.75 * 0.95);
  });

  it('refuses few calls itself when it refuses what it cannot serve', () => {
    const service = simulate(spread, 3, [{ at: 0, waiting: 2 }]);
    const late = service.between(40, 120);
    expect(relative(late).goodput).toBeGreaterThan(0.9);
    expect(late.highest).toBeLessThanOrEqual(2 * SLOTS);
  });
});

it('sees the same limit at the end of an hour of overload as at its start', () => {
  const service = simulate(uneven, 2, [], { untilMs: 3_600_000 });
  const first = relative(service.between(30, 600));
  const last = relative(service.between(3_000, 3_600));
  expect(last.latency / first.latency).toBeGreaterThan(0.95);
  expect(last.latency / first.latency).toBeLessThan(1.05);
  expect(last.goodput).toBeGreaterThan(0.95);
  expect(service.between(30, 3_600).highest).toBeLessThanOrEqual(2 * SLOTS);
});

it('is the limit that keeps the latency down', () => {
  const unlimited = simulate(even, 3, [], { untilMs: 10_000, limited: false }).between(9, 10);
  expect(relative(unlimited).latency).toBeGreaterThan(100);
});

it('finds a limit far from where it starts', () => {
  const service = simulate(uneven, 3, [], { slots: 200, serviceMs: 100, untilMs: 30_000 });
  expect(relative(service.between(20, 30), 2_000).goodput).toBeGreaterThan(0.95);
});

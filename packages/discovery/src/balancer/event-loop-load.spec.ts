import { VirtualClock } from '@rookery/common/testing';
import { eventLoopLoad, formatLoad, parseLoad } from './event-loop-load.js';
import { InstanceStats } from './instance-stats.js';

describe('the load of the event loop', () => {
  function setUp() {
    const clock = new VirtualClock();
    const loop = { active: 1_000, idle: 1_000, reads: 0 };
    const load = eventLoopLoad(clock, () => {
      loop.reads += 1;
      return { active: loop.active, idle: loop.idle };
    });
    const pass = async (active: number, idle: number) => {
      loop.active += active;
      loop.idle += idle;
      await clock.advance(active + idle);
    };
    return { load, loop, pass };
  }

  it('is the share of time with work since it was last measured', async () => {
    const { load, pass } = setUp();
    await pass(300, 700);
    expect(load()).toBeCloseTo(0.3);
    await pass(900, 100);
    expect(load()).toBeCloseTo(0.9);
  });

  it('is measured twice a second at most', async () => {
    const { load, loop, pass } = setUp();
    await pass(499, 0);
    expect([load(), loop.reads]).toEqual([0, 1]);
    await pass(0, 1);
    for (let answer = 0; answer < 100; answer += 1) expect(load()).toBeCloseTo(0.998);
    expect(loop.reads).toBe(2);
  });

  it('stays as it was when no time has passed for the loop', async () => {
    const { load, loop, pass } = setUp();
    await pass(500, 500);
    load();
    await pass(600, 0);
    loop.active -= 600;
    expect(load()).toBe(0.5);
  });

  it('is read from the process itself by default', () => {
    expect(eventLoopLoad()()).toBe(0);
  });

  it('travels in a header, and what makes no sense there is ignored', () => {
    expect([0, 0.374, 1].map(formatLoad)).toEqual(['0.00', '0.37', '1.00']);
    expect(['0.37', '0', '1', '1.00'].map(parseLoad)).toEqual([0.37, 0, 1, 1]);
    for (const header of [undefined, '', '-1', '1.01', 'NaN', '1e9', '0.5, 0.7', ' 0.5', '2'])
      expect(parseLoad(header)).toBeUndefined();
  });
});

describe('how crowded an instance is', () => {
  it('makes a busy one count as much slower than an idle one, up to twenty times', () => {
    const stats = new InstanceStats();
    expect(stats.crowding(0)).toBe(1);
    stats.reported({ utilization: 0.5 }, 0);
    expect(stats.crowding(0)).toBe(2);
    stats.reported({ utilization: 1 }, 0);
    expect(stats.crowding(0)).toBeCloseTo(20);
    stats.reported({ utilization: -3 }, 0);
    expect(stats.crowding(0)).toBe(1);
  });

  it('is forgotten when nothing is reported any more, and kept when a report says nothing', () => {
    const stats = new InstanceStats();
    stats.reported({ utilization: 0.5 }, 1_000);
    stats.reported({}, 1_000);
    stats.reported({ utilization: NaN }, 1_000);
    expect(stats.crowding(1_000)).toBe(2);
    expect(stats.crowding(11_000)).toBeCloseTo(1 / (1 - 0.5 / Math.E));
    expect(stats.crowding(200_000)).toBeCloseTo(1);
  });
});

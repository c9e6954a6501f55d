import { setTimeout as sleep } from 'node:timers/promises';
import { median, type Measured } from '../suite.ts';
import { inOwnDirectory } from './own-directory.ts';
import { inOwnNamespace } from './nats-server.ts';
import { Member, Watcher } from './processes.ts';
import { type WayName } from './ways/ways.ts';

/** In the first few the engine compiles. */
const WARM_UP = 5;
const SAMPLES = 25;

/** Longer than anything that one change leaves behind, and never in step with what happens periodically. */
const pause = () => sleep(20 + 20 * Math.random());

/** How long it took until another process saw a join and a leave, in milliseconds. */
interface Hops {
  readonly join: number[];
  readonly leave: number[];
}

/** Our way and the raw one in turn, each between two processes. */
async function compare(ours: WayName, theirs: WayName, place: string, what: string) {
  const pairs = [await Pair.start(ours, place), await Pair.start(theirs, place)] as const;
  try {
    for (let n = 0; n < WARM_UP + SAMPLES; n += 1) for (const pair of pairs) await pair.hop(`users-${n}`);
  } finally {
    await Promise.all(pairs.map((pair) => pair.stop()));
  }
  return {
    join: measured(pairs[0].hops.join, pairs[1].hops.join, what),
    leave: measured(pairs[0].hops.leave, pairs[1].hops.leave, what),
  };
}

/** A process that joins and leaves, and one that watches. */
class Pair {
  readonly hops: Hops = { join: [], leave: [] };
  readonly #member: Member;
  readonly #watcher: Watcher;

  private constructor(member: Member, watcher: Watcher) {
    this.#member = member;
    this.#watcher = watcher;
  }

  static async start(way: WayName, place: string): Promise<Pair> {
    return new Pair(new Member(way, place), await Watcher.start(way, place));
  }

  async hop(id: string): Promise<void> {
    const [come, joined] = await Promise.all([this.#watcher.sees(id, true), this.#member.join(id)]);
    this.hops.join.push(come - joined);
    await pause();
    const [gone, left] = await Promise.all([this.#watcher.sees(id, false), this.#member.leave(id)]);
    this.hops.leave.push(gone - left);
    await pause();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#member.kill(), this.#watcher.kill()]);
  }
}

function measured(ours: readonly number[], theirs: readonly number[], what: string): Measured {
  const [value, other] = [median(ours.slice(WARM_UP)), median(theirs.slice(WARM_UP))];
  return { value, unit: 'ms', ratio: value / other, against: `${what} (${other.toFixed(2)} ms)` };
}

/** From `registry.register` and `deregister` in one process until the watch of another shows that it may be called, or no more, with lease files. */
export const embeddedHops = () =>
  inOwnDirectory((directory) =>
    compare('lease-files', 'raw-files', directory, 'a file and fs.watch, nothing else'),
  );

/** The same over NATS. */
export const natsHops = () =>
  inOwnNamespace((namespace) =>
    compare('nats', 'raw-nats', namespace, "the NATS client's own put and watch"),
  );

import { type Random } from '@rookery/common';
import { seededRandom } from '@rookery/common/testing';
import { AdaptiveLimit, type Admission } from '../src/concurrency-limit/adaptive-limit.js';
import { type CallEnd } from '../src/concurrency-limit/call-cohort.js';
import { TimeLine } from './time-line.js';

/** How the time that a call takes varies, as a multiple of its mean. */
export type Spread = (random: Random) => number;

/** Each call takes as long. */
export const even: Spread = () => 1;
/** The times of a log-normal distribution, as most services have. */
export const uneven: Spread = (random) => Math.exp(0.5 * gaussian(random) - 0.125);
/** The times of an exponential distribution, which varies by as much as its mean. */
export const wild: Spread = (random) => -Math.log(1 - random());

function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** What the service and its callers are like from a moment on. Times are in milliseconds. */
export interface Phase {
  readonly at: number;
  /** How many calls the service works on at once; the others wait in it. */
  readonly slots?: number;
  /** How long it works on a call, on average. */
  readonly serviceMs?: number;
  /** How many calls come a second. */
  readonly rate?: number;
  /** The share of the calls that it answers with 503 at once, whatever the load. */
  readonly failing?: number;
  /** How many calls may wait in it before it answers with 503 at once. */
  readonly waiting?: number;
}

export interface Simulation {
  readonly phases: readonly [Required<Pick<Phase, 'slots' | 'serviceMs' | 'rate'>> & Phase, ...Phase[]];
  readonly spread: Spread;
  readonly untilMs: number;
  readonly seed: number;
  /** Whether the limit adapts; otherwise everything is let in. */
  readonly limited?: boolean;
}

/** The calls that came within one second, and what came of those that ended in it. */
interface Second {
  offered: number;
  good: number;
  turnedAway: number;
  latencyMs: number;
  limit: number;
}

interface Work {
  readonly admission: Admission;
  readonly startedAt: number;
}

/** What a simulation showed in some part of its time. */
export interface Outcome {
  /** Calls that were answered, a second. */
  readonly goodput: number;
  readonly turnedAway: number;
  /** The mean latency in the service. */
  readonly latencyMs: number;
  readonly lowest: number;
  readonly highest: number;
}

/**
 * A service with a few slots under a load that does not wait for its answers, guarded by an adaptive limit with a line
 * half as long as the limit. Everything happens on a time line of its own, so that an hour takes a second.
 */
export class SimulatedService {
  readonly #line = new TimeLine();
  readonly #random: Random;
  readonly #limit: AdaptiveLimit;
  readonly #seconds: Second[] = [];
  readonly #inService: Work[] = [];
  #state = { slots: 1, serviceMs: 1, rate: 1, failing: 0, waiting: Infinity };
  #busy = 0;
  #inside = 0;
  #waiting = 0;

  constructor(private readonly simulation: Simulation) {
    this.#random = seededRandom(simulation.seed);
    const clock = { monotonic: () => this.#line.now };
    this.#limit = new AdaptiveLimit({ min: 1, max: 1_000 }, 20, clock, seededRandom(simulation.seed + 1));
    for (const { at, ...change } of simulation.phases) {
      this.#line.at(at, () => {
        Object.assign(this.#state, change);
        this.#work();
      });
    }
    this.#line.at(0, () => this.#arrive());
    this.#line.run(simulation.untilMs);
  }

  /** What came of the calls from one second to another. */
  between(from: number, to: number): Outcome {
    const seconds = this.#seconds.slice(from, to);
    const sum = (of: (second: Second) => number) => seconds.reduce((total, second) => total + of(second), 0);
    const limits = seconds.map(({ limit }) => limit);
    const good = sum((second) => second.good);
    return {
      goodput: good / (to - from),
      turnedAway: sum((second) => second.turnedAway),
      latencyMs: sum((second) => second.latencyMs) / good,
      lowest: Math.min(...limits),
      highest: Math.max(...limits),
    };
  }

  get #second(): Second {
    const index = Math.floor(this.#line.now / 1_000);
    return (this.#seconds[index] ??= {
      offered: 0,
      good: 0,
      turnedAway: 0,
      latencyMs: 0,
      limit: this.#limit.learned,
    });
  }

  get #room(): boolean {
    return this.simulation.limited === false || this.#inside < this.#limit.allowed;
  }

  #arrive(): void {
    this.#line.after((wild(this.#random) * 1_000) / this.#state.rate, () => this.#arrive());
    this.#second.offered += 1;
    if (this.#room) return this.#admit();
    this.#limit.turnedAway();
    if (this.#waiting < Math.ceil(this.#limit.learned / 2)) this.#waiting += 1;
    else this.#second.turnedAway += 1;
  }

  #admit(): void {
    this.#inside += 1;
    const { now } = this.#line;
    const work = { admission: this.#limit.admit(this.#inside), startedAt: now };
    const { failing, waiting } = this.#state;
    if ((failing > 0 && this.#random() < failing) || this.#inService.length >= waiting) {
      this.#line.after(1, () => this.#end(work, 'overload'));
      return;
    }
    this.#inService.push(work);
    this.#work();
  }

  #work(): void {
    while (this.#busy < this.#state.slots) {
      const work = this.#inService.shift();
      if (!work) return;
      this.#busy += 1;
      this.#line.after(this.#state.serviceMs * this.simulation.spread(this.#random), () => {
        this.#busy -= 1;
        this.#end(work, 'success');
        this.#work();
      });
    }
  }

  #end({ admission, startedAt }: Work, end: CallEnd): void {
    if (end === 'success') {
      this.#second.good += 1;
      this.#second.latencyMs += this.#line.now - startedAt;
    }
    this.#inside -= 1;
    this.#limit.left(this.#inside);
    this.#limit.settle(admission, end, this.#inside);
    while (this.#waiting > 0 && this.#room) {
      this.#waiting -= 1;
      this.#admit();
    }
  }
}

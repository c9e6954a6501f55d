import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom, VirtualClock } from '@rookery/common/testing';
import {
  type Broker,
  type BrokerEnvironment,
  type BrokerFactory,
  type Consumption,
} from '../broker/broker.js';
import { type ConsumerSpec } from '../broker/consumer-spec.js';
import { type Delivery, type Failure, type Outcome, type Receive } from '../broker/delivery.js';
import { type Message } from '../broker/message.js';
import { RecordingLog } from './recording-log.js';

/** A place for events under test. */
export interface ConformanceTarget {
  /** Every broker it makes uses the same events, as every process of a system would. */
  readonly factory: BrokerFactory;
  /**
   * Resolves when no input or output is under way, of which the clock knows nothing: time passes no faster than a server answers.
   * Default: nothing is.
   */
  settled?(): Promise<void>;
  /** Removes all traces, after the brokers are closed. */
  cleanup?(): unknown;
}

export const DONE: Outcome = { kind: 'done' };

/** How long real input and output may take, in real milliseconds. */
const IO_LIMIT_MS = 2_000;

/** A test's brokers, clock and helpers. */
export class ConformanceRig {
  readonly clock = new VirtualClock();
  readonly log = new RecordingLog();
  readonly #brokers: Broker[] = [];
  #ids = 0;

  constructor(private readonly target: ConformanceTarget) {}

  /** A broker of its own, as another process has one; with its own clock, it can be one that stands still. */
  async open(clock = this.clock): Promise<Broker> {
    const environment: BrokerEnvironment = { clock, random: seededRandom(1), log: this.log };
    const broker = this.target.factory(environment);
    await broker.open();
    this.#brokers.push(broker);
    return broker;
  }

  message(type = 'user.created', changes: Partial<Message> = {}): Message {
    this.#ids += 1;
    return { source: 'test', id: String(this.#ids), type, body: `{"n":${this.#ids}}`, ...changes };
  }

  consumer(handler = 'h', patterns = ['>'], group = 'g'): ConsumerSpec {
    return { group, handler, patterns };
  }

  failure(message = 'no'): Failure {
    return {
      at: this.clock.now(),
      name: 'Error',
      message,
      stack: `Error: ${message}`,
      traceparent: '00-1-2-01',
    };
  }

  retry(delayMs: number, message?: string): Outcome {
    return { kind: 'retry', delayMs, failure: this.failure(message) };
  }

  dead(message?: string): Outcome {
    return { kind: 'dead', failure: this.failure(message) };
  }

  /** Consumes, keeps what was received, and answers with `answer`. */
  async collect(
    broker: Broker,
    consumer = this.consumer(),
    answer: Receive = async () => DONE,
    concurrency = 10,
  ): Promise<{ readonly seen: Delivery[]; readonly consumption: Consumption }> {
    const seen: Delivery[] = [];
    const consumption = await broker.consume(consumer, { concurrency }, (delivery) => {
      seen.push(delivery);
      return answer(delivery);
    });
    return { seen, consumption };
  }

  /** Lets time pass, in small steps, until it holds. At most a minute of the clock by default. */
  async until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 60_000): Promise<void> {
    for (let passed = 0; passed < limitMs; passed += 50) {
      if (await holds()) return;
      await this.#step();
    }
    // What fell due may still wait for its input or output, of which the clock knows nothing.
    for (let waited = 0; waited < IO_LIMIT_MS; waited += 1) {
      if (await holds()) return;
      await pause(1);
    }
    if (!(await holds())) throw new Error(`Never happened within ${limitMs} ms of the clock: ${what}.`);
  }

  /** Lets time pass for everything that could still happen to happen. */
  async quiet(ms = 2_000): Promise<void> {
    for (let passed = 0; passed < ms; passed += 50) await this.#step();
  }

  async #step(): Promise<void> {
    await this.clock.advance(50);
    await this.target.settled?.();
  }

  async dispose(): Promise<void> {
    await Promise.all(this.#brokers.map((broker) => broker.close()));
    await this.target.cleanup?.();
  }
}

/** The ids of what was received, in order. */
export function idsOf(deliveries: readonly Delivery[]): string[] {
  return deliveries.map(({ message }) => message.id);
}

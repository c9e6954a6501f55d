import { checkOptions } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import {
  circuitBreakerCheck,
  type CircuitBreakerOptions,
  circuitBreakerSettings,
} from '../src/circuit-breaker/circuit-breaker.options.js';
import { CircuitBreakerPolicy } from '../src/circuit-breaker/circuit-breaker.policy.js';
import { type ResilienceEvent } from '../src/events/resilience-event.js';
import { Commitment } from '../src/pipeline/commitment.js';
import { type ExecuteOptions } from '../src/pipeline/pipeline.js';
import { type MethodCall, PolicyPipeline } from '../src/pipeline/policy-pipeline.js';
import { deferred, ended, fail, succeed } from './support.js';

/** The settings of options that a test gives. */
export function settingsOf(options: CircuitBreakerOptions) {
  return circuitBreakerSettings(checkOptions('test', circuitBreakerCheck, options));
}

/** A breaker by itself, on a clock that the test moves. */
export function circuit(options: CircuitBreakerOptions = {}, random = () => 0.5) {
  const clock = new VirtualClock();
  const events: ResilienceEvent[] = [];
  const parts = {
    clock,
    random,
    events: { observed: true, next: (event: ResilienceEvent) => events.push(event) },
  };
  const breaker = new CircuitBreakerPolicy('users', settingsOf(options), parts);
  const pipeline = new PolicyPipeline('users', { stages: { circuitBreaker: breaker }, settings: {} }, parts);
  const execute = (call: () => Promise<unknown>, given?: ExecuteOptions) => pipeline.execute(call, given);
  const times = async (count: number, call: () => Promise<unknown>) => {
    for (let n = 0; n < count; n += 1) await ended(execute(call));
  };
  /** Starts a call that the test ends. */
  const start = () => {
    const work = deferred<unknown>();
    const result = ended(execute(() => work.promise));
    return {
      succeed: () => (work.resolve('ok'), result),
      fail: () => (work.reject(new Error('broken')), result),
      ignore: () => (work.reject(Object.assign(new Error('status 404'), { status: 404 })), result),
    };
  };
  /** Starts a stream that the test reads. */
  const stream = () => {
    const work = deferred<unknown>();
    const commitment = new Commitment();
    const method = { commitment } as unknown as MethodCall;
    const result = ended(pipeline.executeMethod(() => work.promise, method));
    return {
      first: () => commitment.make(),
      finish: () => (work.resolve('end'), result),
      fail: () => (work.reject(new Error('broken')), result),
    };
  };
  /** A call that takes so long. */
  const lasting = async (ms: number, call: 'succeed' | 'fail' | 'ignore' = 'succeed') => {
    const running = start();
    await clock.advance(ms);
    return running[call]();
  };
  const types = () => events.map(({ type }) => type);
  return { clock, parts, events, types, breaker, execute, times, start, stream, lasting };
}

export type BoundCircuit = ReturnType<typeof circuit>;

/** Brings a breaker that is closed to `half-open`. */
export async function toHalfOpen({ times, breaker, clock }: BoundCircuit): Promise<void> {
  await times(100, fail);
  const { opened } = breaker.snapshot();
  await clock.advance((opened?.until ?? Infinity) - clock.now());
  expect(breaker.state).toBe('half-open');
}

export { ended, fail, succeed };

import { VirtualClock } from '@rookery/common/testing';
import { type ResilienceEvent } from '../src/events/resilience-event.js';
import { type HedgeOptions, hedgeSettings } from '../src/hedge/hedge.options.js';
import { HedgePolicy } from '../src/hedge/hedge.policy.js';
import { type Execution } from '../src/pipeline/policy.js';
import { execution } from './executions.js';
import { deferred, type Deferred } from './support.js';

/** One attempt, which the test ends. */
export interface Try extends Deferred<unknown> {
  readonly execution: Execution;
  /** The signal of the attempt. */
  readonly signal: AbortSignal;
}

/** A hedge by itself, over attempts that the test ends. */
export function hedging(options: HedgeOptions = { delay: 100 }) {
  const clock = new VirtualClock();
  const reported: ResilienceEvent[] = [];
  const events = { observed: true, next: (event: ResilienceEvent) => void reported.push(event) };
  const policy = new HedgePolicy('users', hedgeSettings(options), { clock, events, random: () => 0.5 });
  const tries: Try[] = [];
  const run = (overrides: Partial<Execution> = {}) =>
    policy.execute(execution(overrides), (given) => {
      const attempt = deferred<unknown>();
      tries.push({ ...attempt, execution: given, signal: given.signal as AbortSignal });
      return attempt.promise;
    });
  const at = (index: number) => tries.at(index) as Try;
  /** A call that is answered after this long. */
  const answered = async (ms: number) => {
    const result = run();
    const { resolve } = tries.at(-1) as Try;
    await clock.advance(ms);
    resolve('ok');
    await result;
  };
  const stopListening = () => (events.observed = false);
  return { clock, policy, reported, tries, run, at, answered, stopListening };
}

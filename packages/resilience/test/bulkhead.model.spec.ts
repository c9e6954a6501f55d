import fc from 'fast-check';
import { type BulkheadOptions, PRIORITIES, type Priority } from '@rookery/resilience';
import { bench, type Deferred, deferred } from './support.js';

interface Limits {
  maxConcurrent: number;
  maxQueue: number;
  queueTimeout?: number;
}

type Step =
  { call: Priority } | { end: number } | { abort: number } | { wait: number } | { reconfigure: Limits };

type State = 'inside' | 'waiting' | 'done' | 'aborted' | 'full' | 'queue-timeout' | 'displaced';

interface Call {
  readonly id: number;
  readonly rank: number;
  readonly due: number;
  state: State;
  /** Whether its work goes on, which it does after an abort, too. */
  working: boolean;
}

/** What the bulkhead should do, told as plainly as possible. */
class Model {
  now = 0;
  readonly calls: Call[] = [];

  constructor(private limits: Limits) {}

  get working() {
    return this.calls.filter(({ working }) => working);
  }

  get states() {
    return this.calls.map(({ state }) => state);
  }

  /** As many as those who wait for a limited time. */
  get timers() {
    return this.waiting.filter(({ due }) => due < Infinity).length;
  }

  /** In the order in which they will be served. */
  get waiting() {
    const waiting = this.calls.filter(({ state }) => state === 'waiting');
    return waiting.toSorted((a, b) => b.rank - a.rank || a.id - b.id);
  }

  call(priority: Priority) {
    const { maxConcurrent, maxQueue, queueTimeout = Infinity } = this.limits;
    const rank = PRIORITIES.indexOf(priority);
    const call: Call = {
      id: this.calls.length,
      rank,
      due: this.now + queueTimeout,
      state: 'full',
      working: false,
    };
    const last = this.waiting.at(-1);
    if (this.working.length < maxConcurrent) this.start(call);
    else if (this.waiting.length < maxQueue) call.state = 'waiting';
    else if (maxQueue > 0 && last && last.rank < rank) {
      last.state = 'displaced';
      call.state = 'waiting';
    }
    this.calls.push(call);
  }

  end(id: number) {
    const call = this.calls[id];
    if (!call?.working) return;
    call.working = false;
    if (call.state === 'inside') call.state = 'done';
    this.admit();
  }

  abort(id: number) {
    const call = this.calls[id];
    if (call?.state === 'inside' || call?.state === 'waiting') call.state = 'aborted';
  }

  wait(ms: number) {
    this.now += ms;
    for (const call of this.waiting) if (call.due <= this.now) call.state = 'queue-timeout';
  }

  reconfigure(limits: Limits) {
    this.limits = limits;
    this.admit();
  }

  private admit() {
    for (const next of this.waiting) if (this.working.length < this.limits.maxConcurrent) this.start(next);
  }

  private start(call: Call) {
    call.state = 'inside';
    call.working = true;
  }
}

/** The same steps on a real pipeline. */
class Subject {
  readonly #bench = bench();
  readonly #calls: { work: Deferred<void>; leaving: AbortController; state: State; working: boolean }[] = [];
  readonly #pipeline;

  constructor(limits: BulkheadOptions) {
    this.#pipeline = this.#bench.define({ bulkhead: limits });
  }

  get states() {
    return this.#calls.map(({ state }) => state);
  }

  get working() {
    return this.#calls.map(({ working }) => working);
  }

  /** Timers that are not cancelled. */
  get timers() {
    return this.#bench.clock.pending;
  }

  call(priority: Priority) {
    const call = {
      work: deferred<void>(),
      leaving: new AbortController(),
      state: 'waiting' as State,
      working: false,
    };
    this.#calls.push(call);
    const work = () => {
      [call.state, call.working] = ['inside', true];
      return call.work.promise.finally(() => (call.working = false));
    };
    this.#pipeline.execute(work, { priority, signal: call.leaving.signal }).then(
      () => (call.state = 'done'),
      (error: { reason?: State } | undefined) => (call.state = error?.reason ?? 'aborted'),
    );
  }

  end(id: number) {
    if (this.#calls[id]?.working) this.#calls[id].work.resolve();
  }

  abort(id: number) {
    this.#calls[id]?.leaving.abort('left');
  }

  wait(ms: number) {
    return this.#bench.clock.advance(ms);
  }

  reconfigure(bulkhead: Limits) {
    this.#bench.registry.reconfigure('users', { bulkhead });
  }
}

/** A call waits only where the queue has places, so only then may there be a limit to it. */
const limits = fc
  .record({
    maxConcurrent: fc.integer({ min: 1, max: 3 }),
    maxQueue: fc.nat(3),
    queueTimeout: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
  })
  .map(({ queueTimeout, ...counts }) =>
    queueTimeout === undefined || counts.maxQueue === 0 ? counts : Object.assign(counts, { queueTimeout }),
  );

const id = fc.nat(15);
const steps = fc.array<Step>(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ call: fc.constantFrom(...PRIORITIES) }) },
    { weight: 4, arbitrary: fc.record({ end: id }) },
    { weight: 2, arbitrary: fc.record({ abort: id }) },
    { weight: 2, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 15 }) }) },
    { weight: 1, arbitrary: fc.record({ reconfigure: limits }) },
  ),
  { size: 'max', maxLength: 30 },
);

async function take(step: Step, who: Model | Subject) {
  if ('call' in step) who.call(step.call);
  else if ('end' in step) who.end(step.end);
  else if ('abort' in step) who.abort(step.abort);
  else if ('wait' in step) await who.wait(step.wait);
  else who.reconfigure(step.reconfigure);
}

describe('the bulkhead and its model', () => {
  it('let the same calls in, out and wait, with no permit lost or given twice', async () => {
    const seen = new Set<State>();
    await fc.assert(
      fc.asyncProperty(limits, steps, async (start, sequence) => {
        const model = new Model(start);
        const subject = new Subject(start);
        // Compared at the end, all at once: an assertion for each step takes most of the time.
        const shown: unknown[] = [];
        const expected: unknown[] = [];
        for (const step of sequence) {
          await take(step, model);
          await take(step, subject);
          await subject.wait(0);
          shown.push([step, subject.states, subject.working, subject.timers]);
          expected.push([step, model.states, model.calls.map(({ working }) => working), model.timers]);
        }
        expect(shown).toEqual(expected);
        for (const state of model.states) seen.add(state);
      }),
      { numRuns: 300 },
    );
    expect([...seen].toSorted()).toEqual([
      'aborted',
      'displaced',
      'done',
      'full',
      'inside',
      'queue-timeout',
      'waiting',
    ]);
  }, 60_000);
});

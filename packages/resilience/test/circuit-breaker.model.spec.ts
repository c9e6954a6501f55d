import fc from 'fast-check';
import { bench, broken, type Deferred, deferred, ended, withStatus } from './support.js';

const SETTINGS = { open: 1_000, trials: 2, overdue: 500, row: 3, rate: 50, minimum: 4, window: 1_000 };

type Ending = 'success' | 'failure' | 'ignored';
type Step = { call: true } | { end: number; as: Ending } | { wait: number };

interface Entry {
  readonly era: number;
  readonly at: number;
}

/** What the breaker should do, told as plainly as possible: lists instead of counters, and no engine. */
class Model {
  now = 0;
  era = 0;
  state: 'closed' | 'open' | 'half-open' = 'closed';
  until = 0;
  row = 0;
  passed = 0;
  outcomes: { at: number; failed: boolean }[] = [];
  trials: Entry[] = [];

  look() {
    const hanging = this.trials.find(({ at }) => at + SETTINGS.overdue <= this.now);
    if (this.state === 'half-open' && hanging) this.open(hanging.at + SETTINGS.overdue);
    if (this.state === 'open' && this.until <= this.now) this.enter('half-open');
    return this.state;
  }

  start(): Entry | undefined {
    const state = this.look();
    if (state === 'open') return undefined;
    if (state === 'half-open' && this.passed + this.trials.length >= SETTINGS.trials) return undefined;
    const call = { era: this.era, at: this.now };
    if (state === 'half-open') this.trials.push(call);
    return call;
  }

  end(call: Entry, as: Ending) {
    this.look();
    if (call.era !== this.era) return;
    this.trials = this.trials.filter((trial) => trial !== call);
    if (as === 'ignored') return;
    if (this.state === 'half-open') this.endTrial(as);
    else this.endClosed(as === 'failure');
  }

  private endTrial(as: Ending) {
    if (as === 'failure') this.open(this.now);
    else if (++this.passed === SETTINGS.trials) this.enter('closed');
  }

  private endClosed(failed: boolean) {
    this.outcomes.push({ at: this.now, failed });
    this.row = failed ? this.row + 1 : 0;
    const slice = (at: number) => Math.floor((at * 10) / SETTINGS.window);
    const recent = this.outcomes.filter(({ at }) => slice(this.now) - slice(at) < 10);
    const rate = (recent.filter((outcome) => outcome.failed).length / recent.length) * 100;
    const often = recent.length >= SETTINGS.minimum && rate >= SETTINGS.rate;
    if (failed && (this.row >= SETTINGS.row || often)) this.open(this.now);
  }

  private open(since: number) {
    this.enter('open');
    this.until = since + SETTINGS.open;
  }

  private enter(state: Model['state']) {
    this.era += 1;
    this.state = state;
    this.row = this.passed = 0;
    this.outcomes = [];
    this.trials = [];
  }
}

const ERRORS = { failure: broken, ignored: withStatus(404) };

interface Running {
  readonly entry: Entry;
  readonly work: Deferred<unknown>;
  readonly result: Promise<unknown>;
}

async function play(steps: readonly Step[]) {
  const { clock, registry, define } = bench();
  const model = new Model();
  const pipeline = define({
    circuitBreaker: {
      openDuration: SETTINGS.open,
      halfOpenMaxCalls: SETTINGS.trials,
      maxHalfOpenDuration: SETTINGS.overdue,
      consecutiveFailures: SETTINGS.row,
      failureRateThreshold: SETTINGS.rate,
      minimumCalls: SETTINGS.minimum,
      slidingWindow: { type: 'time', size: SETTINGS.window },
    },
  });
  let running: Running[] = [];

  function call() {
    const work = deferred();
    let started = false;
    const result = ended(
      pipeline.execute(() => {
        started = true;
        return work.promise;
      }),
    );
    const entry = model.start();
    expect(started).toBe(entry !== undefined);
    if (entry) running.push({ entry, work, result });
  }

  async function end(which: number, as: Ending) {
    const chosen = running[which % running.length];
    if (!chosen) return;
    running = running.filter((other) => other !== chosen);
    if (as === 'success') chosen.work.resolve(1);
    else chosen.work.reject(ERRORS[as]);
    await chosen.result;
    model.end(chosen.entry, as);
  }

  async function wait(ms: number) {
    await clock.advance(ms);
    model.now += ms;
  }

  for (const step of steps) {
    if ('call' in step) call();
    else if ('end' in step) await end(step.end, step.as);
    else await wait(step.wait);
    // Looking brings both up to date, so look only now and then: a breaker that nobody watches must do the same.
    if (steps.length % 2 === 0) expect(registry.state('users')).toBe(model.look());
  }
  expect(registry.state('users')).toBe(model.look());
  for (const { work } of running) work.resolve(1);
}

describe('circuit breaker against its model', () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step>({ call: true }) },
    {
      weight: 4,
      arbitrary: fc.record({
        end: fc.nat(20),
        as: fc.constantFrom<Ending>('success', 'failure', 'failure', 'ignored'),
      }),
    },
    { weight: 2, arbitrary: fc.record({ wait: fc.constantFrom(1, 70, 100, 499, 500, 1_000, 2_500) }) },
  );

  it('does the same in every sequence of calls, endings and pauses', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 120, size: 'max' }), play), {
      numRuns: 300,
    });
  });
});

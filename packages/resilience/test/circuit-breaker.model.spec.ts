import fc from 'fast-check';
import {
  type CircuitBreakerOptions,
  type CircuitBreakerSettings,
} from '../src/circuit-breaker/circuit-breaker.options.js';
import { type Verdict } from '../src/circuit-breaker/circuit.js';
import { type ResilienceEvent } from '../src/events/resilience-event.js';
import { type Entry, Model } from './circuit-breaker.model.js';
import { circuit, ended, settingsOf, succeed } from './circuit-breaker.support.js';
import { type Deferred, deferred } from './support.js';

type Ending = 'success' | 'failure' | 'bad result' | 'not found';
const ENDINGS: Record<Ending, Verdict> = {
  success: 'success',
  failure: 'failure',
  'bad result': 'failure',
  'not found': 'ignored',
};

type Step =
  | { readonly calls: number }
  | { readonly end: readonly { readonly which: number; readonly as: Ending }[] }
  | { readonly abort: number }
  | { readonly wait: number }
  | { readonly force: 'open' | 'disable'; readonly ms: number | undefined }
  | { readonly by: 'forceClose' | 'reset' | 'isolate' }
  | { readonly release: number }
  | { readonly reconfigure: number };

/** What a call ends with. The predicates see it at the very moment at which the breaker records the call. */
class Outcome extends Error {
  entry: Entry | undefined;

  constructor(readonly as: Ending) {
    super(as);
  }
}

interface Running {
  readonly entry: Entry;
  readonly work: Deferred<unknown>;
  readonly controller: AbortController;
  readonly result: Promise<unknown>;
}

/** How often the sequences reached something, so that a generator that misses a corner does not go unnoticed. */
const reached = new Map<string, number>();
const reach = (what: string) => reached.set(what, (reached.get(what) ?? 0) + 1);

class Play {
  #judged: (outcome: unknown) => boolean = () => false;
  readonly #settings: CircuitBreakerSettings[];
  readonly #bound: ReturnType<typeof circuit>;
  readonly #model: Model;
  #limit: number;
  #running: Running[] = [];
  #isolations: { real: Disposable; model: () => void }[] = [];

  constructor(options: CircuitBreakerOptions, others: readonly CircuitBreakerOptions[]) {
    this.#judged = (outcome) => this.#judge(outcome as Outcome);
    const judge = (outcome: unknown) => this.#judged(outcome);
    const judged = (given: CircuitBreakerOptions) => ({ ...given, recordIf: judge, recordIfResult: judge });
    this.#settings = [options, ...others].map((given) => settingsOf(judged(given)));
    this.#bound = circuit(judged(options));
    this.#model = new Model(this.#bound.breaker.settings);
    this.#limit = this.#bound.breaker.settings.halfOpenMaxCalls;
  }

  /** Tells what the sequence has reached. */
  count(): void {
    for (const line of this.#model.log) reach(line.replace(/ for .*/, ''));
    reach(`${this.#model.mostTrials} trials at once`);
  }

  async take(step: Step): Promise<void> {
    const { clock, breaker } = this.#bound;
    if ('calls' in step) for (let n = 0; n < step.calls; n += 1) this.#call();
    else if ('end' in step) await this.#end(step.end);
    else if ('abort' in step) await this.#abort(step.abort);
    else if ('wait' in step) {
      await clock.advance(step.wait);
      this.#model.now += step.wait;
    } else if ('force' in step) this.#force(step.force, step.ms);
    else if ('release' in step) this.#release(step.release);
    else if ('reconfigure' in step) this.#reconfigure(step.reconfigure);
    else if (step.by === 'isolate') {
      this.#isolations.push({ real: breaker.isolate('x'), model: this.#model.isolate() });
    } else {
      breaker[step.by]({ reason: 'by hand' });
      this.#model[step.by]();
    }
  }

  look(): void {
    const state = this.#model.look();
    reach(state);
    same(this.#bound.breaker.state, state, 'state');
    same(this.#bound.events.flatMap(told), this.#model.log, 'events');
  }

  /** Whatever happened, a circuit that is left alone and then called with success closes: no permit was lost. */
  async recover(): Promise<void> {
    const { breaker, clock, execute } = this.#bound;
    this.#judged = () => false;
    for (const { real } of this.#isolations) real[Symbol.dispose]();
    await clock.advance(20_000);
    if (breaker.state === 'half-open') reach('recovery from half-open');
    for (let n = 0; n < this.#limit && breaker.state === 'half-open'; n += 1) await execute(succeed);
    if (!['closed', 'metrics-only', 'forced-open', 'disabled'].includes(breaker.state)) {
      throw new Error(`A permit was lost: the circuit is ${breaker.state}.`);
    }
    for (const { work } of this.#running) work.resolve(1);
    await Promise.all(this.#running.map(({ result }) => result));
  }

  #call(): void {
    const work = deferred<unknown>();
    const controller = new AbortController();
    let started = false;
    const action = () => {
      started = true;
      return work.promise;
    };
    const result = ended(this.#bound.execute(action, { signal: controller.signal }));
    const entry = this.#model.start();
    if (!entry) reach(`rejected while ${this.#model.look()}`);
    same(started, entry !== undefined, 'admission');
    if (entry) this.#running.push({ entry, work, controller, result });
  }

  /** Ends several at once, in the order in which the breaker happens to hear of them. */
  async #end(endings: readonly { which: number; as: Ending }[]): Promise<void> {
    const chosen = endings.flatMap(({ which, as }) => {
      const call = this.#take(which);
      return call ? [{ call, as }] : [];
    });
    for (const { call, as } of chosen) {
      const outcome = new Outcome(as);
      outcome.entry = call.entry;
      if (as === 'success' || as === 'bad result') call.work.resolve(outcome);
      else call.work.reject(outcome);
    }
    await Promise.all(chosen.map(({ call }) => call.result));
  }

  #judge(outcome: Outcome): boolean {
    const verdict = ENDINGS[outcome.as];
    if (outcome.entry) this.#model.end(outcome.entry, verdict);
    return verdict === 'failure';
  }

  async #abort(which: number): Promise<void> {
    const call = this.#take(which);
    if (!call) return;
    call.controller.abort(new Error('the caller left'));
    await call.result;
    reach('aborted');
    this.#model.end(call.entry, 'ignored');
  }

  #take(which: number): Running | undefined {
    const chosen = this.#running.at(which < 0 ? which : which % this.#running.length);
    this.#running = this.#running.filter((other) => other !== chosen);
    return chosen;
  }

  #force(how: 'open' | 'disable', ms: number | undefined): void {
    const options = { reason: 'by hand', ...(ms !== undefined && { expiresIn: ms }) };
    if (how === 'open') this.#bound.breaker.forceOpen(options);
    else this.#bound.breaker.disable(options);
    this.#model[how === 'open' ? 'forceOpen' : 'disable'](ms ?? Infinity);
  }

  #release(which: number): void {
    const chosen = this.#isolations[which % this.#isolations.length];
    if (!chosen) return;
    chosen.real[Symbol.dispose]();
    chosen.model();
    // A handle that is let go stays in the list: letting it go again must change nothing.
    if (which % 3 !== 0) this.#isolations = this.#isolations.filter((other) => other !== chosen);
  }

  #reconfigure(which: number): void {
    const settings = this.#settings[which % this.#settings.length];
    if (!settings) return;
    this.#bound.breaker.reconfigure(settings);
    this.#model.reconfigure(settings);
    this.#limit = settings.halfOpenMaxCalls;
  }
}

function same(actual: unknown, expected: unknown, what: string): void {
  const [is, shouldBe] = [JSON.stringify(actual), JSON.stringify(expected)];
  if (is !== shouldBe) throw new Error(`The ${what} should be ${shouldBe} and is ${is}.`);
}

/** An event in the words of the model. */
function told(event: ResilienceEvent): string[] {
  if (event.type === 'rejected') return [];
  return [inWords(event)];
}

function inWords(event: ResilienceEvent): string {
  if (event.type === 'circuit-opened') return `opened: ${event.reason} for ${event.openForMs}`;
  if (event.type === 'circuit-half-open') return 'half-open';
  if (event.type === 'circuit-closed') return event.reason ? 'closed by hand' : 'closed by its trials';
  if (event.type === 'circuit-threshold-exceeded') return `exceeded: ${event.reason}`;
  if (event.type !== 'circuit-overridden') return event.type;
  return event.override ? `overridden: ${event.override}` : `override ended: ${event.reason}`;
}

const options: fc.Arbitrary<CircuitBreakerOptions> = fc
  .record({
    consecutiveFailures: fc.constantFrom(false as const, 2, 3),
    failureRateThreshold: fc.constantFrom(false as const, 40, 60, 100),
    slowCallRateThreshold: fc.constantFrom(false as const, 50, 100, 100),
    slowCallDuration: fc.constantFrom(70, 100),
    minimumCalls: fc.integer({ min: 1, max: 3 }),
    slidingWindow: fc.constantFrom(
      { type: 'count' as const, size: 3 },
      { type: 'count' as const, size: 5 },
      { type: 'time' as const, size: 1_000 },
    ),
    openDuration: fc.constantFrom(
      1_000,
      { delay: 400, factor: 2, maxDelay: 1_600, jitter: 'none' as const },
      { delay: 500, factor: 3, maxDelay: 2_000, jitter: 'equal' as const },
    ),
    halfOpenMaxCalls: fc.integer({ min: 1, max: 5 }),
    maxHalfOpenDuration: fc.constant(500),
    mode: fc.constantFrom(
      'enforcing' as const,
      'enforcing' as const,
      'enforcing' as const,
      'metrics-only' as const,
    ),
  })
  .filter(
    ({ consecutiveFailures, failureRateThreshold, slowCallRateThreshold }) =>
      consecutiveFailures !== false || failureRateThreshold !== false || slowCallRateThreshold !== false,
  );

const index = fc.nat(20);
const ending = fc.record({
  which: index,
  as: fc.constantFrom<Ending>('success', 'success', 'failure', 'failure', 'bad result', 'not found'),
});
const expiry = fc.constantFrom(undefined, 71, 500);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ calls: fc.constantFrom(1, 1, 2, 6) }) },
  { weight: 24, arbitrary: fc.record({ end: fc.array(ending, { minLength: 1, maxLength: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ abort: index }) },
  {
    weight: 18,
    arbitrary: fc.record({ wait: fc.constantFrom(1, 70, 71, 101, 499, 500, 1_000) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ force: fc.constantFrom('open' as const, 'disable' as const), ms: expiry }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      by: fc.constantFrom('forceClose' as const, 'reset' as const, 'isolate' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ release: index }) },
  { weight: 4, arbitrary: fc.record({ reconfigure: index }) },
);

/** A call that is slow for itself: by chance alone, few trials are. */
const slowCall: fc.Arbitrary<Step[]> = fc
  .constantFrom(71, 101)
  .map((wait) => [{ calls: 1 }, { wait }, { end: [{ which: -1, as: 'success' }] }]);

const steps: fc.Arbitrary<Step[]> = fc
  .array(fc.oneof({ weight: 10, arbitrary: step.map((one) => [one]) }, { weight: 1, arbitrary: slowCall }), {
    minLength: 1,
    maxLength: 100,
    size: 'max',
  })
  .map((parts) => parts.flat());

describe('a circuit breaker against its model', () => {
  it('does the same in 10,000 sequences of calls, endings, pauses, manual actions and changes of settings', async () => {
    await fc.assert(
      fc.asyncProperty(
        options,
        fc.array(options, { maxLength: 2 }),
        steps,
        // Looking brings both up to date: a breaker that nobody watches must come to the same.
        fc.boolean(),
        async (first, others, sequence, watched) => {
          const play = new Play(first, others);
          for (const each of sequence) {
            await play.take(each);
            if (watched) play.look();
          }
          play.look();
          play.count();
          await play.recover();
        },
      ),
      { numRuns: 10_000 },
    );
    const rare = EXPECTED.filter((what) => (reached.get(what) ?? 0) < 100);
    expect(rare).toEqual([]);
  }, 120_000);
});

/** The states, reasons and overrides, each of which the sequences must reach a hundred times. */
const EXPECTED = [
  'closed',
  'open',
  'half-open',
  'forced-open',
  'disabled',
  'metrics-only',
  'opened: consecutive-failures',
  'opened: failure-rate',
  'opened: slow-call-rate',
  'opened: trial-failed',
  'opened: trial-slow',
  'opened: trial-overdue',
  'closed by its trials',
  'closed by hand',
  'exceeded: consecutive-failures',
  'exceeded: failure-rate',
  'exceeded: slow-call-rate',
  'overridden: forced-open',
  'overridden: disabled',
  'overridden: isolated',
  'override ended: expired',
  'override ended: by hand',
  'override ended: isolation ended',
  'rejected while open',
  'rejected while half-open',
  'rejected while forced-open',
  'aborted',
  ...[1, 2, 3, 4, 5].map((trials) => `${trials} trials at once`),
  'recovery from half-open',
];

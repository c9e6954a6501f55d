import { currentContext, runInFreshContext, type ScheduledTask } from '@rookery/common';
import { ask } from '../errors/ask.js';
import { askAboutResult } from '../errors/ask-about-result.js';
import { withoutStack } from '../errors/without-stack.js';
import { kindOf } from '../outcome/outcome.js';
import { type Execution, type Next } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { askedWait } from '../retry/asked-wait.js';
import { type HedgeSettings } from './hedge.options.js';
import { HedgeLostError } from './hedge-lost.error.js';
import { Racer } from './racer.js';

/** What is raced for. */
export interface HedgedCall {
  readonly execution: Execution;
  readonly next: Next;
  /** How long an attempt may take before another one joins it. */
  readonly delayMs: number;
  /** Told that the call was answered, and that its first attempt had not fallen out before. */
  readonly learn: () => void;
}

/** How the race ends when nobody wins it. */
interface Defeat {
  /** The lowest one counts: the first attempt's, where that did not drop out by a rejection. */
  readonly rank: number;
  readonly settle: () => void;
}

/**
 * One call and its attempts. The first answer wins, and the signals of the others abort. An attempt that fails is
 * followed by the next at once, as in Polly and in gRPC's hedging (proposal A6); so is one whose result is not good
 * enough. When none answers, the call ends as its first attempt did, as in Polly.
 */
export class HedgeRace {
  // A timer need not run in the context of the call; the attempts that it starts do.
  readonly #context = currentContext();
  readonly #out = new Set<Racer>();
  #resolve!: (result: unknown) => void;
  #reject!: (error: unknown) => void;
  #started = 0;
  #firstFellOut = false;
  /** No further attempt starts. */
  #closed = false;
  #over = false;
  #timer: ScheduledTask | undefined;
  #defeat: Defeat | undefined;

  constructor(
    private readonly name: string,
    private readonly settings: HedgeSettings,
    private readonly parts: PolicyParts,
    private readonly call: HedgedCall,
  ) {}

  run(): Promise<unknown> {
    const { signal, attempt } = this.call.execution;
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      signal?.addEventListener('abort', this, { once: true });
      this.#start(attempt);
    });
  }

  /** The call's own signal aborted. */
  handleEvent(): void {
    this.#close();
    this.#abort(this.call.execution.signal?.reason);
  }

  // Each attempt has the race for a caller: once it is over nobody waits, and so no breaker records what a loser does.
  #start(attempt: number): void {
    const { execution, next } = this.call;
    const racer = new Racer(this.#started, attempt);
    const { signal } = racer;
    this.#started += 1;
    this.#out.add(racer);
    this.#armTimer();
    // A scope also says that a timeout keeps the deadline, so there is none where there was none before.
    const scope = execution.scope && { scope: racer };
    next({ ...execution, attempt, signal, caller: signal, ...scope })
      .then(
        (result) => this.#returned(racer, result),
        (error: unknown) => this.#failed(racer, error),
      )
      // A predicate of the options threw, which no other attempt can make good.
      .catch((bug: unknown) => this.#end(() => this.#reject(bug)));
  }

  #armTimer(): void {
    const { clock } = this.parts;
    const { delayMs, execution } = this.call;
    if (this.#started >= this.settings.attempts || clock.monotonic() + delayMs >= execution.deadline) return;
    // Not a background timer: the process waits for a call in progress.
    this.#timer = clock.schedule(delayMs, () => this.#startNext(delayMs));
  }

  #startNext(delayMs: number): void {
    this.#timer?.cancel();
    if (this.#closed || this.#started >= this.settings.attempts) return;
    const { events } = this.parts;
    const { budget, attempts } = this.call.execution;
    if (budget && !budget.withdraw()) {
      this.#closed = true;
      if (events.observed)
        events.next({ type: 'retry-budget-exhausted', policy: this.name, wanted: 'hedge' });
      return;
    }
    const attempt = attempts.next();
    if (events.observed) events.next({ type: 'hedge', policy: this.name, attempt, delayMs });
    runInFreshContext(this.#context, () => this.#start(attempt));
  }

  #returned(racer: Racer, result: unknown): void {
    if (this.#over) return;
    this.#out.delete(racer);
    const settle = () => this.#resolve(result);
    if (this.#wantsBetterThan(result)) {
      this.#startNext(0);
      return this.#fellOut(racer, racer.order, settle);
    }
    if (!this.#firstFellOut) this.call.learn();
    this.#end(settle);
  }

  #failed(racer: Racer, error: unknown): void {
    if (this.#over) return;
    this.#out.delete(racer);
    const { caller, signal } = this.call.execution;
    const settle = () => this.#reject(error);
    // Aborted from outside, the race ends when all its attempts have: a cooperative timeout waits for that.
    if (signal?.aborted) return this.#fellOut(racer, racer.order, settle);
    const kind = kindOf(error, caller);
    // It never reached what is called. The others may, and a failure of theirs tells more.
    if (kind === 'rejected') return this.#fellOut(racer, this.settings.attempts + racer.order, settle);
    if (kind === 'ignored' || !this.#mayFollow(error, racer.attempt)) return this.#end(settle);
    if ((askedWait(error, this.parts.clock) ?? 0) > 0) this.#close();
    this.#startNext(0);
    this.#fellOut(racer, racer.order, settle);
  }

  #wantsBetterThan(result: unknown): boolean {
    const { hedgeIfResult } = this.settings;
    if (!hedgeIfResult || this.call.execution.signal?.aborted) return false;
    return askAboutResult(this.name, 'hedge.hedgeIfResult', hedgeIfResult, result);
  }

  /** A hedge that follows a failure tries again, and so needs the consent of the call that a retry needs. */
  #mayFollow(error: unknown, attempt: number): boolean {
    const { hedgeIf } = this.settings;
    const { retryIf } = this.call.execution.options;
    return (
      (!hedgeIf || ask(this.name, 'hedge.hedgeIf', hedgeIf, error, attempt)) &&
      (!retryIf || ask(this.name, 'retry.retryIf', retryIf, error, attempt))
    );
  }

  #fellOut({ order }: Racer, rank: number, settle: () => void): void {
    if (order === 0) this.#firstFellOut = true;
    if (!this.#defeat || rank < this.#defeat.rank) this.#defeat = { rank, settle };
    if (this.#out.size === 0) this.#end(this.#defeat.settle);
  }

  #close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  #end(settle: () => void): void {
    this.#over = true;
    this.#close();
    this.call.execution.signal?.removeEventListener('abort', this);
    if (this.#out.size > 0) this.#abort(withoutStack(() => new HedgeLostError(this.name)));
    settle();
  }

  /** The signals of attempts that ended stay as they are: the winner's result may still be read under its own. */
  #abort(reason: unknown): void {
    for (const racer of this.#out) racer.abort(reason);
  }
}

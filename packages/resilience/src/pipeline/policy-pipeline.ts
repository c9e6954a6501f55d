import { currentContext, toMilliseconds } from '@rookery/common';
import { AttemptCounter } from './attempt-counter.js';
import { callAttempt } from './call-attempt.js';
import { type Commitment } from './commitment.js';
import { executeMisuse } from './execute-options.js';
import { type Attempt, type ExecuteOptions, type Pipeline } from './pipeline.js';
import { CallLimit } from '../timeout/call-limit.js';
import { TimeoutError } from '../timeout/timeout.error.js';
import { type Execution, type Next, type Subject } from './policy.js';
import { type PolicyParts } from './policy-parts.js';
import { type PolicySettings } from './stage-settings.js';
import { compose, type Stages } from './stages.js';

/** What only a woven method knows about its call. */
export interface MethodCall {
  readonly subject: Subject;
  readonly method?: object;
  readonly commitment?: Commitment;
}

const NO_OPTIONS: ExecuteOptions = Object.freeze({});

/** The stages of a pipeline, and what they were made from. */
export interface Plan {
  readonly stages: Stages;
  readonly settings: PolicySettings;
}

/** The pipeline of a set of policies. */
export class PolicyPipeline implements Pipeline {
  #plan!: Plan;
  #run!: Next;

  constructor(
    readonly name: string,
    plan: Plan,
    private readonly parts: PolicyParts,
  ) {
    this.use(plan);
  }

  get settings(): PolicySettings {
    return this.#plan.settings;
  }

  /** Sends the calls from now on through these stages. */
  use({ stages, settings }: Plan): void {
    this.#plan = { stages, settings };
    this.#run = compose(stages, callAttempt);
  }

  execute<T>(call: (attempt: Attempt) => Promise<T>, options?: ExecuteOptions): Promise<T> {
    const misuse = executeMisuse(this.name, call, options);
    if (misuse) return Promise.reject(misuse);
    // The result is what the call resolves to; only a fallback and chaos.outcome have results of their own, typed by the app.
    return this.executeMethod(call, undefined, options) as Promise<T>;
  }

  /** Like `execute`, for a woven method. @internal */
  executeMethod(
    call: (attempt: Attempt) => Promise<unknown>,
    method: MethodCall | undefined,
    options: ExecuteOptions = NO_OPTIONS,
  ): Promise<unknown> {
    const context = currentContext();
    const caller = options.signal ?? context.signal;
    if (caller?.aborted) return Promise.reject(caller.reason);
    const deadline = context.deadline ?? Infinity;
    if (deadline < Infinity && deadline <= this.parts.clock.monotonic()) return this.#tooLate(deadline);
    const { retryBudget: budget, coalesce } = this.#plan.stages;
    // Where calls are coalesced, only those that are made earn something, and that policy knows which.
    if (!coalesce) budget?.deposit();
    const execution: Execution = {
      call,
      options,
      attempt: 1,
      attempts: new AttemptCounter(),
      budget,
      caller,
      signal: caller,
      deadline,
      ...(options.commitment && { commitment: options.commitment }),
      ...method,
    };
    if (options.timeout === undefined) return this.#run(execution);
    const limit = { scope: 'total', limitMs: toMilliseconds(options.timeout), mode: 'race' } as const;
    return new CallLimit(this.name, limit, this.parts).run(execution, this.#run);
  }

  /** The caller's time is up, though nothing has told the signal yet, as when this process stood still. */
  #tooLate(deadline: number): Promise<never> {
    this.parts.events.next({ type: 'timeout', policy: this.name, scope: 'deadline', timeoutMs: 0 });
    return Promise.reject(new TimeoutError(this.name, 0, 'deadline', deadline));
  }
}

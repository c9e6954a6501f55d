import { currentContext } from '@rookery/common';
import { callAttempt } from './call-attempt.js';
import { type Commitment } from './commitment.js';
import { type Attempt, type ExecuteOptions, type Pipeline } from './pipeline.js';
import { type Execution, type Next, type Policy, type Subject } from './policy.js';
import { compose, type Stages } from './stages.js';

/** What only a woven method knows about its call. */
export interface MethodCall {
  readonly subject: Subject;
  readonly commitment?: Commitment;
}

const NO_OPTIONS: ExecuteOptions = Object.freeze({});

/** The pipeline of a set of policies. */
export class PolicyPipeline implements Pipeline {
  readonly #run: Next;

  constructor(
    readonly name: string,
    readonly stages: Stages,
    /** Makes the policy for a call that brings its own limit. */
    private readonly limit: (ms: number) => Policy,
  ) {
    this.#run = compose(stages, callAttempt);
  }

  execute<T>(call: (attempt: Attempt) => Promise<T>, options?: ExecuteOptions): Promise<T> {
    // The result is what the call resolves to: a pipeline without a fallback adds no results of its own.
    return this.executeMethod(call, undefined, options) as Promise<T>;
  }

  /** Like `execute`, for a woven method. @internal */
  async executeMethod(
    call: (attempt: Attempt) => Promise<unknown>,
    method: MethodCall | undefined,
    options: ExecuteOptions = NO_OPTIONS,
  ): Promise<unknown> {
    const context = currentContext();
    const caller = options.signal ?? context.signal;
    caller?.throwIfAborted();
    const deadline = context.deadline ?? Infinity;
    const execution: Execution = { call, options, attempt: 1, caller, signal: caller, deadline, ...method };
    if (options.timeout === undefined) return this.#run(execution);
    return this.limit(options.timeout).execute(execution, this.#run);
  }
}

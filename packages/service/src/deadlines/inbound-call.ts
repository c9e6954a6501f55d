import {
  type CallContext,
  CallerGoneError,
  type Clock,
  currentContext,
  DeadlineExceededError,
  runInFreshContext,
  type ScheduledTask,
} from '@rookery/common';

declare module '@rookery/common' {
  interface CallContext {
    /** The request to this process that all of this is done for. */
    readonly inbound?: InboundCall;
  }
}

/** What is known about a request when it arrives. */
export interface InboundCallOptions {
  /** How long its caller still waits, in milliseconds. Default: nobody knows. */
  readonly budgetMs?: number | undefined;
  /** Whether the answer has begun, which time does not cut any more. Default: it never has. */
  readonly begun?: () => boolean;
  /** Called when the time is up, after the work has been told. */
  readonly onExpired?: () => void;
}

/**
 * A request to this process, from its arrival to its answer. Its signal tells the work that nobody waits for it any more:
 * with a `DeadlineExceededError` when the caller's time is up, with a `CallerGoneError` when the caller has left.
 */
export class InboundCall {
  readonly #controller = new AbortController();
  readonly #context: CallContext;
  #timer: ScheduledTask | undefined;
  #settled = false;

  constructor(
    private readonly clock: Clock,
    private readonly options: InboundCallOptions = {},
  ) {
    const { budgetMs, begun, onExpired } = options;
    // What surrounds it, such as its trace, but for the limits, which would be those of somebody else.
    const { deadline: _deadline, ...context } = currentContext();
    this.#context = { ...context, signal: this.signal, inbound: this };
    if (budgetMs === undefined) return;
    this.#context = { ...this.#context, deadline: clock.monotonic() + budgetMs };
    const expire = () => {
      if (begun?.()) return;
      this.expire();
      onExpired?.();
    };
    // In the background: it is the server that keeps the process alive.
    if (budgetMs > 0) this.#timer = clock.schedule(budgetMs, expire, { background: true });
    else this.expire();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The work of the call: within its deadline, and with its signal. */
  run<T>(work: () => T): T {
    return runInFreshContext(this.#context, work);
  }

  /** Work of the call that goes on for as long as the caller listens, as a stream does. */
  runEndless<T>(work: () => T): T {
    this.endLimit();
    const { deadline: _deadline, ...context } = this.#context;
    return runInFreshContext(context, work);
  }

  /** Time does not end the call any more, because its answer has begun. */
  endLimit(): void {
    this.#timer?.cancel();
  }

  /** It has been answered: nothing ends it any more. */
  settle(): void {
    this.#settled = true;
    this.endLimit();
  }

  /** The time of its caller is up. Does nothing when it has been answered. */
  expire(): void {
    this.#end(new DeadlineExceededError(this.options.budgetMs ?? 0));
  }

  /**
   * Ends the call when its time is up and nothing has said so yet, as when this process stood still: an error that comes
   * then, such as that of a hop further down, is the deadline's doing.
   */
  expireIfDue(): void {
    const { deadline = Infinity } = this.#context;
    if (deadline <= this.clock.monotonic() && !this.options.begun?.()) this.expire();
  }

  /** Nobody waits for the answer any more. Does nothing when it has been given. */
  callerLeft(): void {
    this.#end(new CallerGoneError());
  }

  #end(reason: Error): void {
    if (this.#settled) return;
    this.settle();
    this.#controller.abort(reason);
  }
}

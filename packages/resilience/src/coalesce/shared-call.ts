import { type CallContext, currentContext, runInFreshContext } from '@rookery/common';
import { type AbortScope } from '../pipeline/abort-scope.js';
import { type Execution, type Next } from '../pipeline/policy.js';

declare module '@rookery/common' {
  interface CallContext {
    /** The innermost shared call that the running code is part of. */
    readonly sharedCall?: SharedCall;
  }
}

/**
 * One execution that several callers wait for. It belongs to none of them: it has a signal of its own, which aborts when
 * the last of them has left, and no deadline, because a caller with a later one may still join.
 */
export class SharedCall implements AbortScope {
  onAbort: (() => void) | undefined;
  readonly #controller = new AbortController();
  readonly #outer = SharedCall.#surrounding();
  #work!: Promise<unknown>;
  #waiting = 0;
  #over = false;

  /** @param onOver Told once, when it has ended or everybody has left: nobody may join any more. */
  constructor(private readonly onOver: () => void) {}

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether the running code is part of this call, which would wait for itself if it joined. */
  get surroundsCaller(): boolean {
    let surrounding = SharedCall.#surrounding();
    while (surrounding && surrounding !== this) surrounding = surrounding.#outer;
    return surrounding === this;
  }

  /** The innermost one under way that the running code is part of. One that is over is passed by, and so let go. */
  static #surrounding(): SharedCall | undefined {
    let surrounding = currentContext().sharedCall;
    while (surrounding && surrounding.#over) surrounding = surrounding.#outer;
    return surrounding;
  }

  /** Starts the work, in the context of the first caller without its deadline. */
  start(execution: Execution, next: Next): this {
    const { signal } = this;
    const { deadline: _deadline, ...context } = currentContext();
    const shared: CallContext = { ...context, signal, sharedCall: this };
    this.#work = runInFreshContext(shared, () =>
      next({ ...execution, signal, caller: signal, scope: this, deadline: Infinity }),
    );
    // Before anybody waits, so that a caller who calls again as soon as it has the result finds this one over.
    const end = () => this.#end();
    this.#work.then(end, end);
    return this;
  }

  /** Waits for the result until the caller's signal aborts. */
  join({ signal, cooperative }: Execution): Promise<unknown> {
    this.#waiting += 1;
    if (!signal) return this.#work;
    return new Promise((resolve, reject) => {
      const leave = () => {
        const last = this.#leave(signal.reason);
        // A cooperative caller waits until the work has ended that it was the last to want.
        if (!last || !cooperative) reject(signal.reason);
      };
      const stop = () => signal.removeEventListener('abort', leave);
      this.#work.then(
        (value) => {
          stop();
          return resolve(value);
        },
        (error: unknown) => {
          stop();
          reject(error);
        },
      );
      // The work may have aborted it while it started, and then no event comes any more.
      if (signal.aborted) leave();
      else signal.addEventListener('abort', leave, { once: true });
    });
  }

  /** One caller less. Whether it was the last. */
  #leave(reason: unknown): boolean {
    this.#waiting -= 1;
    if (this.#waiting > 0) return false;
    this.#end();
    this.#controller.abort(reason);
    this.onAbort?.();
    return true;
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.onOver();
  }
}

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
  /** How many callers wait for it. */
  #waiting = 0;
  /** The shared calls that wait for it because their code joined it, and how often. */
  readonly #waiters = new Map<SharedCall, number>();
  #over = false;

  /** @param onOver Told once, when it has ended or everybody has left: nobody may join any more. */
  constructor(private readonly onOver: () => void) {}

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Whether the running code would wait for itself if it joined: it is part of this call, or this call waits for the one
   * that it is part of, directly or through others. Looked for along who waits for whom, from the running code on.
   */
  get needsCaller(): boolean {
    const surrounding = SharedCall.#surrounding();
    if (!surrounding) return false;
    const kept = new Set([surrounding]);
    // What is added to a set while it is gone through has its turn, too.
    for (const call of kept) {
      if (call === this) return true;
      for (const waiter of call.#waiters.keys()) if (!waiter.#over) kept.add(waiter);
    }
    return false;
  }

  /** The innermost one under way that the running code is part of. One that is over is passed by, and so let go. */
  static #surrounding(): SharedCall | undefined {
    let surrounding = currentContext().sharedCall;
    while (surrounding && surrounding.#over) surrounding = surrounding.#outer;
    return surrounding;
  }

  /** Starts the work, in the context of the first caller without its deadline, and waits for it as `join` does. */
  start(execution: Execution, next: Next): Promise<unknown> {
    const { signal } = this;
    // Before the work starts, which may at once join what waits for this caller.
    const waiter = this.#enter();
    const { deadline: _deadline, ...context } = currentContext();
    const shared: CallContext = { ...context, signal, sharedCall: this };
    this.#work = runInFreshContext(shared, () =>
      next({ ...execution, signal, caller: signal, scope: this, deadline: Infinity }),
    );
    // Before anybody waits, so that a caller who calls again as soon as it has the result finds this one over.
    const end = () => this.#end();
    this.#work.then(end, end);
    return this.#wait(execution, waiter);
  }

  /** Waits for the result until the caller's signal aborts. */
  join(execution: Execution): Promise<unknown> {
    return this.#wait(execution, this.#enter());
  }

  /** One caller more, and the shared call that it is part of. */
  #enter(): SharedCall | undefined {
    const waiter = SharedCall.#surrounding();
    this.#waiting += 1;
    if (waiter) this.#waiters.set(waiter, (this.#waiters.get(waiter) ?? 0) + 1);
    return waiter;
  }

  #wait({ signal, cooperative }: Execution, waiter: SharedCall | undefined): Promise<unknown> {
    if (!signal) return this.#work;
    return new Promise((resolve, reject) => {
      const leave = () => {
        const last = this.#leave(waiter, signal.reason);
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
  #leave(waiter: SharedCall | undefined, reason: unknown): boolean {
    this.#waiting -= 1;
    if (waiter) this.#waitsNoMore(waiter);
    if (this.#waiting > 0) return false;
    this.#end();
    this.#controller.abort(reason);
    this.onAbort?.();
    return true;
  }

  #waitsNoMore(waiter: SharedCall): void {
    const times = (this.#waiters.get(waiter) ?? 0) - 1;
    if (times > 0) this.#waiters.set(waiter, times);
    else this.#waiters.delete(waiter);
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.onOver();
  }
}

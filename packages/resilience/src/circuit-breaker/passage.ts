import { type CircuitCall, type Verdict } from './circuit.js';

/** Told how a call ended. */
export interface PassageRecorder {
  record(passage: Passage, verdict: Verdict): void;
}

type Handler = (outcome: unknown) => void;

/**
 * One call on its way through a circuit, and what opossum's action returns for it. opossum asks that for
 * `.then(resolve).catch(reject)`, which would make two more promises of a promise. This takes the two handlers instead,
 * and records how the call ended in the same step in which it hands the outcome over.
 */
export class Passage {
  /** When a stream's first value reached its reader: that is as long as the stream took. */
  answeredAt: number | undefined;
  /** A call that cannot be judged, because the predicate throws, is a failure: that is the safe side. */
  #verdict: Verdict = 'failure';
  #resolve!: Handler;
  #reject!: Handler;

  constructor(
    private readonly call: CircuitCall,
    private readonly recorder: PassageRecorder,
    /** The number of the circuit's state in which it began. */
    readonly epoch: number,
    /** `NaN` where nobody asked for the time, and then the call is never slow. */
    readonly startedAt: number,
  ) {}

  /** How long the call took, if it ends now. */
  took(now: number): number {
    return (this.answeredAt ?? now) - this.startedAt;
  }

  // oxlint-disable-next-line unicorn/no-thenable -- opossum asks for one, and nobody else sees it
  then(resolve: Handler): this {
    this.#resolve = resolve;
    return this;
  }

  /** Makes the call, now that both handlers are known. */
  catch(reject: Handler): void {
    this.#reject = reject;
    this.call.make().then(
      (result) => this.#succeeded(result),
      (error: unknown) => this.#failed(error),
    );
  }

  #succeeded(result: unknown): void {
    try {
      this.#verdict = this.call.judgeResult(result);
    } catch (bug) {
      return this.#end(this.#reject, bug);
    }
    this.#end(this.#resolve, result);
  }

  #failed(error: unknown): void {
    try {
      this.#verdict = this.call.judgeError(error);
    } catch (bug) {
      return this.#end(this.#reject, bug);
    }
    this.#end(this.#reject, error);
  }

  #end(handler: Handler, outcome: unknown): void {
    this.recorder.record(this, this.#verdict);
    handler(outcome);
  }
}

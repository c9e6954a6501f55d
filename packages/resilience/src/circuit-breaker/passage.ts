import { type CircuitCall, type Verdict } from './circuit.js';

/** Told how a call ended. */
export interface PassageRecorder {
  record(passage: Passage, verdict: Verdict): void;
}

/** One call on its way through a circuit. */
export class Passage {
  /** When a stream's first value reached its reader: that is as long as the stream took. */
  answeredAt: number | undefined;

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

  /** Makes the call, and records how it ended before anybody else hears of it. */
  async make(): Promise<unknown> {
    // A call that cannot be judged, because the predicate throws, counts as a failure: that is the safe side.
    let verdict: Verdict = 'failure';
    try {
      let result: unknown;
      try {
        result = await this.call.make();
      } catch (error) {
        verdict = this.call.judgeError(error);
        throw error;
      }
      verdict = this.call.judgeResult(result);
      return result;
    } finally {
      this.recorder.record(this, verdict);
    }
  }
}

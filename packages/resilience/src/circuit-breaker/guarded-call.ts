import { type Commitment } from '../pipeline/commitment.js';
import { type Execution, type Next } from '../pipeline/policy.js';
import { type CallJudge } from './call-judge.js';
import { type CircuitCall, type Verdict } from './circuit.js';

/** A call of the pipeline, as the circuit wants it: one object, where closures would be three. */
export class GuardedCall implements CircuitCall {
  constructor(
    private readonly judge: CallJudge,
    private readonly execution: Execution,
    private readonly next: Next,
  ) {}

  get commitment(): Commitment | undefined {
    return this.execution.commitment;
  }

  make(): Promise<unknown> {
    return this.next(this.execution);
  }

  judgeResult(result: unknown): Verdict {
    return this.judge.ofResult(result, this.execution);
  }

  judgeError(error: unknown): Verdict {
    return this.judge.ofError(error, this.execution);
  }
}

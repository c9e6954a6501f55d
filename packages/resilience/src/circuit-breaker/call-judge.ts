import { isTimeout } from '@rookery/common';
import { ask } from '../errors/ask.js';
import { askAboutResult } from '../errors/ask-about-result.js';
import { isMisuse } from '../errors/is-misuse.js';
import { isAbort, kindOf } from '../outcome/outcome.js';
import { type Execution } from '../pipeline/policy.js';
import { type CircuitBreakerSettings } from './circuit-breaker.options.js';
import { type Verdict } from './circuit.js';

const OPTION = 'circuitBreaker.recordIf';

/** Says how the end of a call counts. Throws a `PredicateError` when a predicate of the options throws. */
export class CallJudge {
  constructor(
    private readonly policy: string,
    private readonly settings: CircuitBreakerSettings,
  ) {}

  /** A stream's values have reached its reader one by one; its end is no result that one could ask about. */
  ofResult(result: unknown, { commitment }: Execution): Verdict {
    const { recordIfResult } = this.settings;
    if (!recordIfResult || commitment) return 'success';
    return askAboutResult(this.policy, 'circuitBreaker.recordIfResult', recordIfResult, result)
      ? 'failure'
      : 'success';
  }

  ofError(error: unknown, { caller, signal, options, attempt }: Execution): Verdict {
    const kind = kindOf(error, caller);
    if (kind === 'rejected' || isMisuse(error) || isAbort(error, caller) || isGivenUp(error, signal)) {
      return 'ignored';
    }
    const { recordIf } = this.settings;
    const counts = recordIf ? ask(this.policy, OPTION, recordIf, error) : kind === 'failure';
    if (!counts) return 'ignored';
    const callAgrees = !options.recordIf || ask(this.policy, OPTION, options.recordIf, error, attempt);
    return callAgrees ? 'failure' : 'ignored';
  }
}

/** Whether a policy further out gave the attempt up for another reason than its time, as a hedge does with the slower one. */
function isGivenUp(error: unknown, signal: AbortSignal | undefined): boolean {
  return isAbort(error, signal) && !isTimeout(signal?.reason);
}

import { isProblem, toMilliseconds } from '@rookery/common';
import { type Attempt, isRejection } from '@rookery/resilience';
import { type Endpoint } from '../endpoint/endpoint.js';
import { OpenFurtherDownError } from '../errors/open-further-down.error.js';
import { RequestFailedError } from '../errors/request-failed.error.js';
import { type GuardedCall, type Guards } from './guarded-call.js';
import { reportOutcome } from './report-outcome.js';
import { isNobodyThere, judged, mayRetry, speaksOfService } from './retry-rules.js';

/** Makes a call under the client's policies, each try on an instance that was not tried before while there is one. */
export async function executeCall<T>({ endpoints, pipeline }: Guards, call: GuardedCall<T>): Promise<T> {
  const { label, idempotent, signal, timeout, balancing, commitment, send } = call;
  const retryIf = call.mayRetry ?? ((error: unknown) => mayRetry(error, idempotent));
  const tried = new Set<string>();
  // By attempt, because a hedged call has several under way at once.
  const chosen = new Map<number, Endpoint>();
  let untried = 0;
  let retries = 0;

  const attempt = async (current: Attempt): Promise<T> => {
    const endpoint = await endpoints(tried, balancing);
    tried.add(endpoint.id);
    chosen.set(current.number, endpoint);
    untried = endpoint.alternatives;
    if (current.signal.aborted) {
      // The attempt ended while the instance was being chosen, of which nothing is known then: it was not contacted.
      endpoint.done('ignored');
      throw current.signal.reason;
    }
    try {
      return await reportOutcome(endpoint, current.signal, () => send(endpoint, current));
    } catch (error) {
      throw judged(error, label, endpoint.alternatives);
    }
  };
  const hadAlternatives = (number: number) => (chosen.get(number)?.alternatives ?? 0) > 0;

  try {
    return await pipeline.execute(attempt, {
      idempotent: idempotent && !commitment,
      ...(commitment && { commitment }),
      ...(signal && { signal }),
      ...(timeout !== undefined && { timeout: toMilliseconds(timeout) }),
      retryIf,
      // What one instance asks for is no reason to keep another waiting.
      respectRetryAfter: () => untried === 0,
      recordIf: (error, number) => speaksOfService(error, hadAlternatives(number), commitment?.made),
      onRetry: () => (retries += 1),
    });
  } catch (error) {
    // An open circuit is told as it is, also when it opened under the retries: it means the same from every hop of a chain.
    const open = isRejection(error) || error instanceof OpenFurtherDownError;
    // Where nobody was there for any try, nothing was requested that could have failed.
    const nothingSent = isNobodyThere(error) && chosen.size === 0;
    // A problem that the caller knows is what it asked to be told, after however many tries.
    const asIs = retries === 0 || open || nothingSent || isProblem(error);
    throw asIs ? error : new RequestFailedError(label, retries, error);
  }
}

import { type CircuitBreakerOptions } from '../circuit-breaker/circuit-breaker.options.js';
import { type FallbackOptions } from '../fallback/fallback.options.js';
import { type HedgeOptions } from '../hedge/hedge.options.js';
import { type PolicyOptions } from '../pipeline/policy.options.js';
import { Retry } from '../retry/retry.decorator.js';
import { type RetryOptions } from '../retry/retry.options.js';
import { type ResultPredicate } from './result-predicate.js';

const refused = (answer: Response) => answer.status === 503;
const refusedOnce = (answer: Response, attempt: number) => refused(answer) && attempt === 1;

describe('a predicate about a result', () => {
  it('may say what result it expects', () => {
    const retry: RetryOptions = { retryIfResult: refusedOnce };
    const breaker: CircuitBreakerOptions = { recordIfResult: refused };
    const fallback: FallbackOptions = { handleIfResult: refused };
    const hedge: HedgeOptions = { hedgeIfResult: refused };
    const policy: PolicyOptions = { retry, circuitBreaker: breaker, hedge };
    class Users {
      @Retry({ retryIfResult: (answer: Response) => answer.status === 503 })
      find(): Promise<Response> {
        return Promise.resolve(new Response());
      }
    }
    expect([policy.retry, fallback.handleIfResult, Users.name]).toEqual([retry, refused, 'Users']);
  });

  it('is asked about something unknown where it does not say so', () => {
    // @ts-expect-error -- nobody said what the result is
    const careless: ResultPredicate = (result) => result.ready;
    expect(careless({ ready: true })).toBe(true);
  });

  it('answers with true or false, and gets nothing else than the policy gives it', () => {
    // @ts-expect-error -- a text is no answer
    const wordy: ResultPredicate = (result: Response) => result.statusText;
    // @ts-expect-error -- only the retry tells the attempt
    const curious: ResultPredicate = (_result: Response, attempt: number) => attempt > 1;
    // @ts-expect-error -- the attempt is a number
    const confused: RetryOptions = { retryIfResult: (_result: Response, attempt: string) => !attempt };
    expect([wordy, curious, confused.retryIfResult]).toHaveLength(3);
  });
});

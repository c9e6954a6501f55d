import { declareStage } from '../weaving/declare-stage.decorator.js';
import { type RetryBudgetOptions } from './retry-budget.options.js';

/**
 * Bounds what the retries and hedges of the method add to its load. Every method with one of them has a budget already,
 * its own or that of the named policy it uses; this one gives it other figures, or `false` none.
 *
 * @example
 * \@Retry({ attempts: 4 })
 * \@RetryBudget({ ratio: 10 })
 * find(id: string) { return this.http.get(`/users/${id}`); }
 */
export function RetryBudget(options: RetryBudgetOptions | false = {}): MethodDecorator {
  return declareStage('RetryBudget', 'retryBudget', options);
}

import { declareStage } from '../weaving/declare-stage.decorator.js';
import { type RetryOptions } from './retry.options.js';

/**
 * Tries the method again when it fails. A number is how many attempts are made at most, the first call counted. Give it
 * to methods only that may safely run twice.
 *
 * @example
 * \@Retry({ attempts: 4, backoff: { delay: '100ms' } })
 * find(id: string) { return this.http.get(`/users/${id}`); }
 */
export function Retry(options: number | RetryOptions = {}): MethodDecorator {
  return declareStage('Retry', 'retry', options);
}

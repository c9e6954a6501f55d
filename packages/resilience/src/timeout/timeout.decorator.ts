import { type Duration } from '@rookery/common';
import { declareStage } from '../weaving/declare-stage.decorator.js';
import { type TimeoutOptions } from './timeout.options.js';

/**
 * Limits how long the method may take; a duration is the total over all attempts. On time-out the caller gets a
 * `TimeoutError` at once, and the signal that the method takes by `@Signal()` aborts. For a stream it is the time until
 * the first value.
 *
 * @example
 * \@Timeout({ total: '2s', attempt: '500ms' })
 * find(id: string, @Signal() signal?: AbortSignal) { return fetch(url(id), { signal }); }
 */
export function Timeout(limit: Duration | TimeoutOptions): MethodDecorator {
  return declareStage('Timeout', 'timeout', limit);
}

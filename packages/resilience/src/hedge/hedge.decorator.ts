import { declareStage } from '../weaving/declare-stage.decorator.js';
import { type HedgeOptions } from './hedge.options.js';

/**
 * Starts another attempt when the method takes unusually long, and takes whichever answers first; the signal of the
 * other one aborts. Give it to methods only that may safely run twice at once, and take the signal with `@Signal()`.
 * A method that returns a stream cannot have it.
 *
 * @example
 * \@Hedge({ delay: { quantile: 0.95 } })
 * find(id: string, @Signal() signal?: AbortSignal) { return fetch(url(id), { signal }); }
 */
export function Hedge(options: HedgeOptions = {}): MethodDecorator {
  return declareStage('Hedge', 'hedge', options);
}

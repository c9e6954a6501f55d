import { type ArgumentsDecorator } from '../errors/fits-arguments.js';
import { declareStage } from '../weaving/declare-stage.decorator.js';
import { type AdaptiveThrottleOptions } from './adaptive-throttle.options.js';

/**
 * Turns a part of the method's calls away when many of the last ones failed, so that what it calls has to do with fewer
 * that it cannot serve. A call that is turned away gets a `ThrottledError`. The compiler checks the arguments of
 * `priority` against the method.
 *
 * @example
 * \@AdaptiveThrottle({ multiplier: 1.5 })
 * find(id: string) { return this.http.get(`/users/${id}`); }
 */
export function AdaptiveThrottle<const Options extends AdaptiveThrottleOptions = AdaptiveThrottleOptions>(
  options?: Options,
): ArgumentsDecorator<Options extends { readonly priority: infer Asked } ? Asked : undefined> {
  return declareStage('AdaptiveThrottle', 'adaptiveThrottle', options ?? {});
}

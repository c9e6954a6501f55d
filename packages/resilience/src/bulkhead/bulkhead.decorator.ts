import { type ArgumentsDecorator } from '../errors/fits-arguments.js';
import { declareStage } from '../weaving/declare-stage.decorator.js';
import { type BulkheadOptions } from './bulkhead.options.js';

/**
 * Bounds how many calls of the method are under way at once; a number is how many. Further ones wait where `maxQueue`
 * lets them, and are turned away with a `BulkheadFullError` otherwise. The compiler checks the arguments of `priority`
 * against the method.
 *
 * @example
 * \@Bulkhead({ maxConcurrent: 10, maxQueue: 20, queueTimeout: '200ms' })
 * render(id: string) { return this.renderer.render(id); }
 */
export function Bulkhead<const Options extends number | BulkheadOptions = BulkheadOptions>(
  options?: Options,
): ArgumentsDecorator<Options extends { readonly priority: infer Asked } ? Asked : undefined> {
  return declareStage('Bulkhead', 'bulkhead', options ?? {});
}

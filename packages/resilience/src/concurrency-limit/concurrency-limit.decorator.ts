import { type ArgumentsDecorator } from '../errors/fits-arguments.js';
import { declareStage } from '../weaving/declare-stage.decorator.js';
import { type ConcurrencyLimitOptions } from './concurrency-limit.options.js';

/**
 * Bounds how many calls of the method are under way at once, by how many can be answered in good time. It finds that
 * number out by itself from how long they take. Further calls wait in a short queue, and are turned away with a
 * `ConcurrencyLimitError` where it is full, those of the lowest priority first. The compiler checks the arguments of
 * `priority` against the method.
 *
 * @example
 * \@ConcurrencyLimit({ priority: (order: Order) => (order.paid ? 'high' : 'normal') })
 * place(order: Order) { return this.orders.save(order); }
 */
export function ConcurrencyLimit<const Options extends ConcurrencyLimitOptions = ConcurrencyLimitOptions>(
  options?: Options,
): ArgumentsDecorator<Options extends { readonly priority: infer Asked } ? Asked : undefined> {
  return declareStage('ConcurrencyLimit', 'concurrencyLimit', options ?? {});
}

import { declareStage } from '../weaving/declare-stage.decorator.js';
import { type ChaosOptions } from './chaos.options.js';

/**
 * Disturbs the method on purpose: makes it slow, makes it fail, or answers instead of it, for a share of its calls. What
 * it does looks to the other policies as if the method had done it. The boot is refused where `NODE_ENV` is
 * `production`, unless `force` is set.
 *
 * @example
 * \@Chaos({ latency: { rate: 10, delay: '2s' }, fault: { rate: 5 }, enabled: () => flags.chaos })
 * find(id: string) { return this.http.get(`/users/${id}`); }
 */
export function Chaos(options: ChaosOptions): MethodDecorator {
  return declareStage('Chaos', 'chaos', options);
}

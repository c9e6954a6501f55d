import { type ArgumentsDecorator } from '../errors/fits-arguments.js';
import { declareStage } from '../weaving/declare-stage.decorator.js';
import { type RateLimitOptions } from './rate-limit.options.js';

/**
 * Limits how often the method is called; a number is how many calls a second. Further ones wait where `maxWait` lets
 * them, and are turned away with a `RateLimitError` otherwise. The compiler checks the arguments of `key` against the
 * method.
 *
 * @example
 * \@RateLimit({ limit: 100, per: '1m', burst: 10, key: (tenant: string) => tenant })
 * send(tenant: string, message: Message) { return this.mailer.send(message); }
 */
export function RateLimit<const Options extends number | RateLimitOptions>(
  options: Options,
): ArgumentsDecorator<Options extends { readonly key: infer Asked } ? Asked : undefined> {
  return declareStage('RateLimit', 'rateLimit', options);
}

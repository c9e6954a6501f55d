import { findMethodPolicies, type MethodPolicies } from '../weaving/method-policies.js';
import { ResilienceRuntime } from '../weaving/resilience-runtime.js';
import { describePipeline, type StageDescription } from './describe-pipeline.js';

/** An app, or a testing module. */
export interface ProviderSource {
  get(type: typeof ResilienceRuntime): ResilienceRuntime;
}

/**
 * What a decorated method of a class of the app runs under, as `describePipeline` says it: its own policies, over those of
 * the named policy that it uses. Throws a `TypeError` when the method has no policy.
 *
 * @example
 * expect(describeMethod(app, Prices, 'find')[0]).toMatchObject({ stage: 'totalTimeout', settings: { limitMs: 2_000 } });
 */
export function describeMethod<Host extends object>(
  app: ProviderSource,
  { name, prototype }: (abstract new (...args: never[]) => Host) & { readonly prototype: Host },
  method: keyof Host & (string | symbol),
): StageDescription[] {
  const policies = policiesOf(prototype, method);
  if (!policies) {
    throw new TypeError(
      `describeMethod: ${name}.${String(method)} has no policy. Decorate it, or name a method that is.`,
    );
  }
  return describePipeline(app.get(ResilienceRuntime).prepare(prototype, policies));
}

/** Of the method that a call would reach: an override without decorators has none, whatever it overrides. */
function policiesOf(prototype: object, key: string | symbol): MethodPolicies | undefined {
  let level: object | null = prototype;
  while (level && !Object.hasOwn(level, key)) level = Object.getPrototypeOf(level);
  return level ? findMethodPolicies(level, key) : undefined;
}

import { type Weaving, type WovenMethod } from '@rookery/common';
import { declarationsOf } from './method-policies.js';
import { ResilienceRuntime } from './resilience-runtime.js';
import { streamKindOf } from './stream-kind.js';

/** Weaves the policies of this package into methods. */
export const resilienceWeaving: Weaving<ResilienceRuntime> = {
  name: '@rookery/resilience',
  runtime: ResilienceRuntime,
  declare(method) {
    refuseGenerator(method);
    const stream = streamKindOf(method);
    if (stream) declarationsOf(method.target, method.key).stream = stream;
  },
  invoke: (runtime, call) => runtime.invoke(call),
};

/** Its callers would get a promise in place of what they iterate. */
function refuseGenerator({ className, name, written }: WovenMethod): void {
  if (Object.prototype.toString.call(written) !== '[object GeneratorFunction]') return;
  throw new TypeError(
    `${className}.${name} is a generator, which policies cannot guard: they take time. Write it as \`async *\`.`,
  );
}

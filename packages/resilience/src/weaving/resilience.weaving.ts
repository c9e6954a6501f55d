import { type Weaving } from '@rookery/common';
import { declarationsOf } from './method-policies.js';
import { ResilienceRuntime } from './resilience-runtime.js';
import { streamKindOf } from './stream-kind.js';

/** Weaves the policies of this package into methods. */
export const resilienceWeaving: Weaving<ResilienceRuntime> = {
  name: '@rookery/resilience',
  runtime: ResilienceRuntime,
  declare(method) {
    const stream = streamKindOf(method);
    if (stream) declarationsOf(method.target, method.key).stream = stream;
  },
  invoke: (runtime, call) => runtime.invoke(call),
};

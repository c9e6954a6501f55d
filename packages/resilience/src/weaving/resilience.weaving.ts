import { type Weaving } from '@rookery/common';
import { ResilienceRuntime } from './resilience-runtime.js';

/** Weaves the policies of this package into methods. */
export const resilienceWeaving: Weaving<ResilienceRuntime> = {
  name: '@rookery/resilience',
  runtime: ResilienceRuntime,
  invoke: (runtime, call) => runtime.invoke(call),
};

import { type Execution } from '../pipeline/policy.js';
import { type SharedCall } from './shared-call.js';

type ByKey = Map<string, SharedCall>;

/**
 * The shared calls that are under way, by their key. Calls of a method share only with calls of the same method on the
 * same instance: another instance, such as that of another request or tenant, may hold other data.
 */
export class CallsUnderWay {
  readonly #ofPipeline: ByKey = new Map();
  readonly #ofMethods = new WeakMap<object, Map<object, ByKey>>();

  /** Those that a call may share. */
  of({ subject, method }: Execution): ByKey {
    if (!subject || !method) return this.#ofPipeline;
    let methods = this.#ofMethods.get(subject.instance);
    if (!methods) this.#ofMethods.set(subject.instance, (methods = new Map()));
    let calls = methods.get(method);
    if (!calls) methods.set(method, (calls = new Map()));
    return calls;
  }
}

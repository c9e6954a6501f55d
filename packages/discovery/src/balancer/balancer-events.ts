import { type ServiceInstance } from '../instance/service-instance.js';
import { type EjectionReason } from '../ejection/standing.js';

/** Something that happened to an instance as this caller sees it. Each is reported once, not for every call. */
export type BalancerEvent =
  | {
      readonly type: 'instance-ejected';
      readonly instance: ServiceInstance;
      readonly reason: EjectionReason;
      /** After this time a single call finds out whether it works again. */
      readonly forMs: number;
    }
  | { readonly type: 'instance-restored'; readonly instance: ServiceInstance };

export type BalancerListener = (event: BalancerEvent) => void;

/** Hands events to listeners. A listener that throws changes nothing for the calls nor for the others. */
export class BalancerEvents {
  readonly #listeners = new Set<BalancerListener>();

  /** Returns the function that stops the listening. */
  listen(listener: BalancerListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  readonly emit: BalancerListener = (event) => {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // The listener's own fault; the call that made the event must not fail by it.
      }
    }
  };
}

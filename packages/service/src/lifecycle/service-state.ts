/** Where a service is in its life; it only ever moves on. */
export type ServiceStateName = 'starting' | 'ready' | 'draining' | 'stopped';

const ORDER: readonly ServiceStateName[] = ['starting', 'ready', 'draining', 'stopped'];

/** The life of this process: `starting` until it listens, `draining` from the first moment of its shutdown. */
export class ServiceState {
  #current: ServiceStateName = 'starting';
  readonly #listeners = new Set<(state: ServiceStateName) => void>();

  get current(): ServiceStateName {
    return this.#current;
  }

  /** Goes to a later state and tells the listeners. Going back, or nowhere, does nothing. */
  advance(to: ServiceStateName): void {
    if (ORDER.indexOf(to) <= ORDER.indexOf(this.#current)) return;
    this.#current = to;
    for (const listener of this.#listeners) listener(to);
  }

  /** Calls `listener` at each change from now on; the result ends that. */
  onChange(listener: (state: ServiceStateName) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }
}

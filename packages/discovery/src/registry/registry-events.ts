import { type ServiceInstance } from '../instance/service-instance.js';

/** Something that happened to a registration or to a watched list. Each is reported once, not at every try. */
export type RegistryEvent =
  | { readonly type: 'registered'; readonly instance: ServiceInstance }
  | { readonly type: 'registration-lost'; readonly instance: ServiceInstance; readonly error: unknown }
  | { readonly type: 'registration-restored'; readonly instance: ServiceInstance }
  | { readonly type: 'deregistered'; readonly instance: ServiceInstance }
  | { readonly type: 'watch-lost'; readonly service: string; readonly error: unknown }
  | { readonly type: 'watch-restored'; readonly service: string }
  /** The registry has lost so many of those that it listed before, who still answer and are kept. */
  | { readonly type: 'list-doubted'; readonly service: string; readonly kept: number }
  /** Nobody is kept any more whom the registry does not list. */
  | { readonly type: 'list-believed'; readonly service: string };

export type RegistryListener = (event: RegistryEvent) => void;

/** Hands events to listeners. A listener that throws changes nothing for the registry nor for the others. */
export class RegistryEvents {
  readonly #listeners = new Set<RegistryListener>();

  /** Returns the function that stops the listening. */
  listen(listener: RegistryListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  readonly emit: RegistryListener = (event) => {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        // The listener's own fault; a registration must not end by it.
      }
    }
  };
}
